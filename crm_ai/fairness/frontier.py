"""What fairness costs: each candidate's gap beside what it still achieves, with intervals on both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.evaluation import (
    RATES,
    Estimate,
    GroupValues,
    Offer,
    Tally,
    at_threshold,
    exact_ranking,
    largest_difference,
    profit_curve,
    tally_scores,
)
from crm_ai.evaluation.paired import roc_auc_difference
from crm_ai.fairness.gaps import parities, rates_of_groups
from crm_ai.fairness.verdict import POINTS
from crm_ai.words import _, count, number

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.fairness.candidate import Candidate
    from crm_ai.modeling import Groups, Run, Segment

GAP_OF = {
    "demographic_parity": "demographic_parity_difference",
    "equalized_odds": "equalized_odds_difference",
    "true_positive_rate_parity": "equal_opportunity_difference",
    "false_positive_rate_parity": "false_positive_rate_difference",
}
HOLDOUT, OUT_OF_FOLD = "holdout", "out of fold"


def gap_of(tally: Tally, threshold: float, constraint: str) -> Estimate:
    """Compute the gap that a constraint is about.

    Parameters
    ----------
    tally : Tally
        Counts by group.
    threshold : float
        Score from which customers are selected.
    constraint : str
        One of ``mitigation.CONSTRAINTS``.

    Returns
    -------
    Estimate
        Largest difference between groups of 30 customers and more.
    """
    cells = tally.cells(threshold)
    metrics = rates_of_groups(RATES, cells)
    name = GAP_OF[constraint]
    if constraint == "false_positive_rate_parity":
        alarms: GroupValues = metrics["false_positive_rate"]
        return Estimate(name, *largest_difference([alarms]), int(cells.sum()))
    return parities(metrics, int(cells.sum()))[name]


def frontier(
    run: Run,
    model_type: str,
    found: Sequence[Candidate],
    *,
    segment: str | Segment | Groups,
    constraint: str = "demographic_parity",
    threshold: float = 0.5,
    offer: Offer | None = None,
) -> pd.DataFrame:
    """Set candidates beside the model they were made of.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        The model as it was trained.
    found : sequence of Candidate
        What it was made into.
    segment : str, Segment or Groups
        What makes the groups.
    constraint : str, default "demographic_parity"
        Whose gap is shown.
    threshold : float, default 0.5
        Score from which customers are selected.
    offer : Offer, optional
        What a contact costs and brings, for the profit.

    Returns
    -------
    pandas.DataFrame
        Rows for each candidate ("" is the model as trained) on customers out of fold, who are to choose by, and on the
        holdout, who are to judge the choice. Columns name, method, on, needs_segment; of gap, accuracy, roc_auc,
        selection_rate and (with an offer) profit each its value, _low and _high; auc_change, auc_change_low,
        auc_change_high against the model as trained; n; efficient: whether no other has both a smaller gap and a higher
        ROC AUC out of fold.
    """
    import pandas as pd

    from crm_ai.modeling import groups_of

    groups = groups_of(run.table, segment)
    judged = np.isfinite(run.out_of_fold[model_type])
    for candidate in found:
        judged &= np.isfinite(candidate.made.out_of_fold)
    sides = {
        OUT_OF_FOLD: (run.train_actual[judged], groups.of(run.train_rows[judged])),
        HOLDOUT: (run.actual, groups.of(run.holdout_rows)),
    }
    rows = []
    for side, (actual, (codes, names)) in sides.items():
        whole, part = (
            (run.out_of_fold[model_type], judged) if side == OUT_OF_FOLD else (run.predictions[model_type], slice(None))
        )
        before = whole[part]
        known = [("", "", False, before)]
        for candidate in found:
            said = candidate.made.out_of_fold if side == OUT_OF_FOLD else candidate.made.predictions
            known.append((candidate.name, candidate.method, candidate.needs_segment, said[part]))
        for name, method, needs, said in known:
            tally = tally_scores(actual, said, codes, names)
            row = {"name": name, "method": method, "on": side, "needs_segment": needs, "n": len(actual)}
            row |= _written("gap", gap_of(tally, threshold, constraint))
            row |= _achieved(tally, actual, said, threshold, offer)
            row |= _written("auc_change", roc_auc_difference(actual, said, before).estimate)
            rows.append(row)
    frame = pd.DataFrame(rows)
    chosen_on = frame[frame["on"] == OUT_OF_FOLD]
    return frame.assign(efficient=frame["name"].map(dict(zip(chosen_on["name"], _efficient(chosen_on), strict=True))))


def proposed(table: pd.DataFrame, *, most_lost: float = 0.02) -> str:
    """Propose a candidate by what it did out of fold.

    Parameters
    ----------
    table : pandas.DataFrame
        As made by ``frontier``.
    most_lost : float, default 0.02
        ROC AUC that may be lost.

    Returns
    -------
    str
        Of those that lose no more and leave a gap below 5 points, which hardly matters, one that need not know the
        group before one that must, and then the one that ranks best; if all leave more, the one with the smallest gap.
        Empty for the model as it was trained.
    """
    own = table[(table["on"] == OUT_OF_FOLD) & (table["auc_change"] >= -most_lost)]
    closed = own[own["gap"] < POINTS].sort_values(["needs_segment", "roc_auc"], ascending=[True, False], kind="stable")
    best = closed if len(closed) else own.sort_values("gap", kind="stable")
    return str(best["name"].iloc[0]) if len(best) else ""


def in_words(table: pd.DataFrame, name: str) -> str:
    """Say what a candidate changes on the holdout.

    Parameters
    ----------
    table : pandas.DataFrame
        As made by ``frontier``.
    name : str
        The candidate.

    Returns
    -------
    str
        One sentence in the reader's language.
    """
    held = table[table["on"] == HOLDOUT].set_index("name")
    before, after = (
        dict(zip(TOLD, held[list(TOLD)].to_numpy(dtype=np.float64)[held.index == which][0].tolist(), strict=True))
        for which in ("", name)
    )
    known = math.isfinite(before["gap"]) and math.isfinite(after["gap"])
    told = (
        _(
            "The gap goes from {before} to {after} points ({low} to {high}); ranking changes by {change} ROC AUC "
            "({change_low} to {change_high}), on {n} customers no model has seen."
        )
        if known
        else _(
            "What becomes of the gap cannot be said: too few customers of the groups are held out. Ranking changes by "
            "{change} ROC AUC ({change_low} to {change_high}), on {n} customers no model has seen."
        )
    )
    return told.format(
        before=number(100 * before["gap"], 2),
        after=number(100 * after["gap"], 2),
        low=number(100 * after["gap_low"], 2),
        high=number(100 * after["gap_high"], 2),
        change=number(after["auc_change"]),
        change_low=number(after["auc_change_low"]),
        change_high=number(after["auc_change_high"]),
        n=count(after["n"]),
    )


TOLD = ("gap", "gap_low", "gap_high", "auc_change", "auc_change_low", "auc_change_high", "n")


def _achieved(
    tally: Tally, actual: np.ndarray, said: np.ndarray, threshold: float, offer: Offer | None
) -> dict[str, float]:
    rates = at_threshold(tally, threshold)
    found = _written("accuracy", rates["accuracy"]) | _written("selection_rate", rates["selection_rate"])
    found |= _written("roc_auc", exact_ranking(actual, said)["roc_auc"])
    if offer is None:
        return found
    curve = profit_curve(tally.total(), offer)
    above = curve[curve["threshold"] >= threshold].iloc[-1]
    return found | {"profit": above["profit"], "profit_low": above["low"], "profit_high": above["high"]}


def _written(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _efficient(frame: pd.DataFrame) -> list[bool]:
    gap, auc = frame["gap"].to_numpy(), frame["roc_auc"].to_numpy()
    return [not bool(((gap <= g) & (auc >= a) & ((gap < g) | (auc > a))).any()) for g, a in zip(gap, auc, strict=True)]
