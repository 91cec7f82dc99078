"""Charts of fairness with the data they draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from crm_ai import charts
from crm_ai.app import audited, glossary, results, searching
from crm_ai.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from crm_ai.app.audited import Audited
    from crm_ai.app.pictures import Picture
    from crm_ai.evaluation import Offer
    from crm_ai.fairness import Audit, Candidate, Changes, DataAudit, GroupCalibration, Proxies
    from crm_ai.modeling import Segment

Kept = TypeVar("Kept")


def groups(segment: Segment, audit: Audit, metric: str) -> Picture:
    """One metric of each group."""
    figure = charts.fairness.by_group(
        _briefly(segment, audit.by_group[metric]),
        audit.overall[metric],
        glossary.term(metric).label,
        sizes=_briefly(segment, audit.sizes),
        too_few=[audited.brief(segment, group) for group in audit.too_few],
        share=metric in glossary.SHARES,
    )
    return figure, _of_groups(audit.to_frame(), metric)


def answers(segment: Segment, audit: DataAudit) -> Picture:
    """Who has the answer, or how large the number is, before any model."""
    share = audit.overall.name == "base_rate"
    figure = charts.fairness.by_group(
        _briefly(segment, audit.by_group),
        audit.overall,
        audit.target if share else _("mean of {target}").format(target=audit.target),
        sizes=_briefly(segment, audit.sizes),
        too_few=[audited.brief(segment, group) for group in audit.too_few],
        share=share,
    )
    return figure, _of_groups(audit.to_frame(), audit.overall.name)


def across_thresholds(what: Audited, metric: str) -> Picture:
    """One metric of each group at every threshold."""
    frame = _named(what.segment, results.across_thresholds(what.run, what.model, what.segment, what.label))
    figure = charts.fairness.across_thresholds(frame, metric, glossary.term(metric).label, what.threshold)
    return figure, frame[["threshold", "group", "n", metric]]


def calibration(segment: Segment, found: GroupCalibration) -> Picture:
    """Predicted minus observed of each group."""
    frame = _named(segment, _of_groups(found.to_frame(), "calibration_gap"))
    return charts.group_scores.calibration(frame, found.verdict, glossary.term("calibration_gap").label), frame


def density(what: Audited) -> Picture:
    """How scores are spread in each group."""
    from crm_ai.fairness import score_density, score_quantiles

    tally = results.tally(what.run, what.model, segment=what.segment, label=what.label)
    frame, quantiles = (_named(what.segment, found) for found in (score_density(tally), score_quantiles(tally)))
    return charts.group_scores.density(frame, quantiles, what.threshold), frame[frame["share"] > 0]


def proxies(found: Proxies) -> Picture:
    """How well columns tell a segment."""
    title = {"roc_auc": _("how well it tells the groups (ROC AUC; 0.5 is not at all)"), "r2": _("R² (0 is not at all)")}
    blind = {"roc_auc": 0.5, "r2": 0.0}[found.metric]
    figure = charts.closing.proxies(found.columns, found.verdict, title[found.metric], blind)
    return figure, found.columns.dropna(axis=1, how="all")


def frontier(what: Audited, found: Sequence[Candidate], constraint: str, offer: Offer | None, chosen: str) -> Picture:
    """What fairness costs."""
    frame = audited.frontier(what, found, constraint, offer)
    gain = "roc_auc" if offer is None else "profit"
    title = glossary.term("roc_auc").label if offer is None else _("gain from the customers judged on")
    figure = charts.closing.frontier(frame, ways(frame), chosen, gain, title)
    shown = ["method", "on", "gap", "gap_low", "gap_high", gain, f"{gain}_low", f"{gain}_high", "n"]
    return figure, frame[shown].assign(method=list(map(searching.way_in_words, frame["method"])))


def ways(frame: pd.DataFrame) -> dict[str, str]:
    """Words for each candidate of a frontier.

    Parameters
    ----------
    frame : DataFrame
        As made by ``fairness.frontier``.

    Returns
    -------
    dict of str to str
        By its name.
    """
    return {name: searching.way_in_words(method) for name, method in zip(frame["name"], frame["method"], strict=True)}


def changes(segment: Segment, found: Changes) -> Picture:
    """Who is newly selected, and who no longer."""
    frame = _named(segment, found.by_group)
    return charts.closing.changes(frame, found.verdict), frame


def _briefly(segment: Segment, of_groups: Mapping[str, Kept]) -> dict[str, Kept]:
    return {audited.brief(segment, group): kept for group, kept in of_groups.items()}


def _named(segment: Segment, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(group=[audited.brief(segment, str(group)) for group in frame["group"]])


def _of_groups(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    return frame[(frame["metric"] == metric) & (frame["kind"] == "group")].drop(columns=["segment", "kind", "metric"])
