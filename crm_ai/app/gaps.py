"""Is there a gap? The verdict, four numbers, the groups side by side, and fairness at every threshold."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import audit_export, audit_pictures, audited, cards, frame, glossary, state
from crm_ai.app.plain import plain
from crm_ai.fairness import Judgement
from crm_ai.modeling import Task
from crm_ai.words import NOTHING, _, count, number, percent, sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from crm_ai.app.audited import Audited
    from crm_ai.fairness import Audit

MOST_ANSWERS, NAME_WIDTH = 12, 40
OF_NUMBERS = ("mae", "rmse", "mean_error")
OF_SELECTION = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy")


def verdict(audit: Audit) -> None:
    """Draw the verdict; a gap, none, and too few to say look and read differently.

    Parameters
    ----------
    audit : Audit
        By the segment that is looked at.
    """
    said = plain(audit.verdict)
    if audit.judgement is Judgement.GAP:
        st.warning(said, icon=":material/report:")
    elif audit.judgement is Judgement.NO_EVIDENCE:
        st.success(said, icon=":material/check_circle:")
    else:
        st.info(said, icon=":material/help:")


def one_chart(what: Audited, audit: Audit) -> None:
    """Draw the one chart that tells most.

    Parameters
    ----------
    what : Audited
        What is audited.
    audit : Audit
        By the segment that is looked at.
    """
    usual = (OF_NUMBERS if what.of_numbers else OF_SELECTION)[0]
    frame.chart(
        *audit_pictures.groups(what.segment, audit, audit.gaps[0] if audit.gaps else usual), key="groups_at_a_glance"
    )


def panel(what: Audited, audits: Sequence[Audit]) -> None:
    """Draw the tab.

    Parameters
    ----------
    what : Audited
        What is audited.
    audits : sequence of Audit
        By the segment that is looked at, then by the others.
    """
    audit = audits[0]
    smallest = _smallest(what, audit)
    cards.show([*(_of_errors(audit) if what.of_numbers else _of_selection(audit)), smallest])
    _charts(what, audit)
    st.caption(_what_could_be_found(audit))
    if len(audits) > 1:
        st.subheader(_("The other groups"), anchor=False)
    for other in audits[1:]:
        st.markdown(plain(other.verdict))
    _by_answer(what)
    _all_figures(audit)
    audit_export.panel(what, audits)


def _of_selection(audit: Audit) -> list[cards.Card]:
    gap, odds = audit.parity["demographic_parity_difference"], audit.parity["equalized_odds_difference"]
    return [cards.of_estimate(gap), _four_fifths(audit), cards.of_estimate(odds)]


def _of_errors(audit: Audit) -> list[cards.Card]:
    return [
        cards.named(_("Gap in typical error (MAE)"), audit.difference["mae"]),
        cards.named(_("Ratio of typical errors (MAE)"), audit.ratio["mae"]),
        cards.named(_("Gap in lean (mean error)"), audit.difference["mean_error"]),
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


def _smallest(what: Audited, audit: Audit) -> cards.Card:
    group = min(audit.sizes, key=lambda name: audit.sizes[name])
    note = _("too few to compare") if group in audit.too_few else _("customers judged on")
    return cards.Card(
        _("Smallest group: {group}").format(group=plain(audited.brief(what.segment, group), 24)),
        count(audit.sizes[group]),
        note,
        _("Groups with fewer than 30 customers are shown, never ranked."),
    )


def _charts(what: Audited, audit: Audit) -> None:
    metrics = OF_NUMBERS if what.of_numbers else OF_SELECTION
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
    if what.of_numbers:
        frame.chart(*audit_pictures.groups(what.segment, audit, str(metric)), key="groups")
        return
    left, right = st.columns(2)
    with left:
        frame.chart(*audit_pictures.groups(what.segment, audit, str(metric)), key="groups")
    with right:
        frame.chart(*audit_pictures.across_thresholds(what, str(metric)), key="across_thresholds")


def _what_could_be_found(audit: Audit) -> str:
    """Which gaps would have been found, had they been there."""
    words = {
        "selection_rate": _("{gap} in the share selected"),
        "true_positive_rate": _("{gap} in the share found"),
        "false_positive_rate": _("{gap} in false alarms"),
        "mae": _("{gap} in the typical error"),
        "mean_error": _("{gap} in the lean"),
    }
    able = [
        words[metric].format(gap=glossary.points(size) if metric in glossary.SHARES else number(size))
        for metric, size in audit.detectable.items()
        if isfinite(size)
    ]
    said = []
    if able:
        said.append(
            _("With so many customers these gaps would be found in four of five cases: {gaps}.").format(
                gaps=_(", ").join(able)
            )
        )
    if audit.too_few:
        said.append(_("Hollow points are groups of fewer than 30 customers: shown, never ranked."))
    return sentences(said)


def _by_answer(what: Audited) -> None:
    """Of several answers: each as the model chooses it, where it is the likeliest."""
    if what.run.problem.task is not Task.MULTICLASS:
        return
    with st.expander(_("Each answer, as the model chooses the likeliest"), icon=":material/list:", key="by_answer"):
        found = audited.by_answer(what.run, what.model, what.segment)
        for answer, audit in list(found.items())[:MOST_ANSWERS]:
            st.markdown(f"**{plain(answer, NAME_WIDTH)}** · {plain(audit.verdict)}")
        if len(found) > MOST_ANSWERS:
            st.caption(_("and {n} more").format(n=count(len(found) - MOST_ANSWERS)))


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
