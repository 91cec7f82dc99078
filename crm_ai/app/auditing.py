"""For whom it is worse: groups of a segment side by side, and one threshold that moves everything."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import cards, controls, errors, frame, glossary, pictures, results, state
from crm_ai.app.plain import plain
from crm_ai.fairness import Judgement
from crm_ai.modeling import Task
from crm_ai.words import NOTHING, _, count, number, percent, sentences

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.delta_generator import DeltaGenerator

    from crm_ai.fairness import Audit
    from crm_ai.modeling import Run

NAME_WIDTH = 40
OF_NUMBERS = ("mae", "rmse", "mean_error")
OF_SELECTION = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy")


def without_segments() -> None:
    """Say what is missing, and lead there."""
    st.markdown(_("No segments were chosen. Choose columns such as gender or age whose groups shall be compared."))
    if st.button(_("Choose segments"), type="primary", icon=":material/groups:", key="choose_segments"):
        st.switch_page("pages/train.py", query_params=state.address("train"))


@errors.fragment
def panel(run: Run, model: str, label: str | None, answer: DeltaGenerator) -> None:
    """Draw everything that the segment and the threshold move.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str, optional
        The answer that is in question, of several.
    answer : DeltaGenerator
        Place of the page's answer.
    """
    left, right = st.columns(2)
    with left:
        segment = controls.choose(
            _("Groups by"), "segment", run.problem.segments, hint=_("Chosen on the Train page (segments)")
        )
    numbers = run.problem.task is Task.REGRESSION
    threshold = state.threshold()
    if not numbers:
        with right:
            threshold = controls.threshold(
                _("Threshold: customers with at least this score are selected"),
                hint=_("The same threshold as on the Metrics page. It moves everything below."),
            )
    audit = results.audit(run, model, segment, threshold, label)
    frame.answer(answer, _in_a_sentence(run, model, label, threshold))
    st.markdown(plain(audit.verdict))
    cards.show(_of_errors(audit) if numbers else _of_selection(audit))
    _charts(run, model, label, audit, OF_NUMBERS if numbers else OF_SELECTION)
    _others(run, model, label, segment, threshold)
    _all_figures(audit)


def _in_a_sentence(run: Run, model: str, label: str | None, threshold: float) -> str:
    """By which segments there is a gap, and by which there is none."""
    found: dict[Judgement, list[str]] = {outcome: [] for outcome in Judgement}
    for segment in run.problem.segments:
        found[results.audit(run, model, segment, threshold, label).judgement].append(plain(segment, NAME_WIDTH))
    words = {
        Judgement.GAP: _("There is a gap by {segments}."),
        Judgement.NO_EVIDENCE: _("No evidence of one that matters by {segments}.")
        if found[Judgement.GAP]
        else _("No evidence of a gap that matters by {segments}."),
        Judgement.TOO_FEW: _("Too few customers to say by {segments}."),
    }
    return sentences(words[outcome].format(segments=_(", ").join(names)) for outcome, names in found.items() if names)


def _of_selection(audit: Audit) -> list[cards.Card]:
    gap, odds = audit.parity["demographic_parity_difference"], audit.parity["equalized_odds_difference"]
    return [cards.of_estimate(gap), _four_fifths(audit), cards.of_estimate(odds), _smallest(audit)]


def _of_errors(audit: Audit) -> list[cards.Card]:
    return [
        cards.named(_("Gap in typical error (MAE)"), audit.difference["mae"]),
        cards.named(_("Ratio of typical errors (MAE)"), audit.ratio["mae"]),
        cards.named(_("Gap in lean (mean error)"), audit.difference["mean_error"]),
        _smallest(audit),
    ]


def _four_fifths(audit: Audit) -> cards.Card:
    ratio = audit.ratio["selection_rate"]
    outcome = {True: _("rule met"), False: _("rule not met"), None: _("cannot be said")}[audit.four_fifths]
    return cards.Card(
        _("Four-fifths rule (ratio of selection)"),
        number(ratio.value, 2) if ratio.known else NOTHING,
        f"{outcome} · {number(ratio.low, 2)}–{number(ratio.high, 2)}" if ratio.known else outcome,
        _("The group selected least, divided by the group selected most; below 0.8 fails the rule."),
    )


def _smallest(audit: Audit) -> cards.Card:
    group = min(audit.sizes, key=lambda name: audit.sizes[name])
    note = _("too few to compare") if group in audit.too_few else _("customers judged on")
    return cards.Card(
        _("Smallest group: {group}").format(group=plain(group, 18)),
        count(audit.sizes[group]),
        note,
        _("Groups with fewer than 30 customers are shown, never ranked."),
    )


def _charts(run: Run, model: str, label: str | None, audit: Audit, metrics: tuple[str, ...]) -> None:
    names = {metric: glossary.term(metric).label for metric in metrics}
    metric = st.segmented_control(
        _("What is compared?"),
        list(names),
        default=metrics[0],
        required=True,
        format_func=names.__getitem__,
        key="fairness_metric",
        persist_state="session",
    )
    if run.problem.task is Task.REGRESSION:
        frame.chart(*pictures.groups(audit, str(metric)), key="groups")
        return
    left, right = st.columns(2)
    with left:
        frame.chart(*pictures.groups(audit, str(metric)), key="groups")
    with right:
        picture = pictures.across_thresholds(run, model, audit.segment, label, str(metric), audit.threshold)
        frame.chart(*picture, key="across_thresholds")


def _others(run: Run, model: str, label: str | None, segment: str, threshold: float) -> None:
    others = [name for name in run.problem.segments if name != segment]
    if others:
        st.subheader(_("The other groups"), anchor=False)
    for name in others:
        st.markdown(plain(results.audit(run, model, name, threshold, label).verdict))


def _all_figures(audit: Audit) -> None:
    if state.for_manager():
        return
    with st.expander(_("All figures"), icon=":material/table_rows:"):
        st.dataframe(_table(audit), hide_index=True, alt=_("All fairness figures with their intervals"))
        st.caption(
            _(
                "A gap is reported where two groups differ beyond chance, corrected for all comparisons, and by at "
                "least 5 points or below four fifths. Intervals of gaps hold for all pairs of groups at once."
            )
        )


def _table(audit: Audit) -> pd.DataFrame:
    import pandas as pd

    kinds = {
        "overall": _("everybody"),
        "difference": _("gap between groups"),
        "ratio": _("ratio of groups"),
        "parity": _("parity"),
    }
    numbers: list[Any] = list(audit.to_frame().itertuples())
    rows = [
        (
            glossary.term(row.metric).label,
            kinds.get(row.kind, row.group),
            _written(row, row.value),
            f"{_written(row, row.low)} – {_written(row, row.high)}" if isfinite(row.low) else NOTHING,
            count(row.n),
        )
        for row in numbers
    ]
    return pd.DataFrame(rows, columns=[_("metric"), _("group"), _("value"), _("95 % interval"), "n"])


def _written(row: Any, value: float) -> str:
    if row.kind == "parity" or (row.kind == "difference" and row.metric in glossary.SHARES):
        return glossary.points(value) if row.metric in glossary.SHARES | glossary.GAPS else number(value)
    return percent(value, 1) if row.metric in glossary.SHARES and row.kind != "ratio" else number(value)
