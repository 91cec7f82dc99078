"""For whom it is worse: groups side by side, gaps, and a threshold that moves everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import cards, controls, errors, frame, glossary, pictures, results, state
from crm_ai.app.plain import plain
from crm_ai.modeling import Task
from crm_ai.words import _, count

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.fairness import Audit
    from crm_ai.modeling import Run

NAME_WIDTH = 40
GAPS = (
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equalized_odds_difference",
    "equal_opportunity_difference",
)
RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy")
ERRORS = ("mae", "rmse", "mean_error")


@errors.fragment
def panel(run: Run, model: str, segment: str, label: str | None) -> None:
    """Draw an audit: verdict, gaps, groups.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    segment : str
        The column that makes the groups.
    label : str or None
        For several answers: the one that is set against all others.
    """
    numeric = run.problem.task is Task.REGRESSION
    verdict, gaps = st.empty(), st.container()
    threshold = state.threshold()
    if not numeric:
        threshold = controls.threshold(
            _("Threshold: customers with at least this score are selected"),
            hint=_("The same threshold as on the Metrics page; it moves everything here."),
        )
    audit = results.audit(run, model, segment, threshold, label)
    frame.answer(verdict, plain(audit.verdict))
    with gaps:
        _show_gaps(audit)
    names = {name: glossary.term(name).label for name in (ERRORS if numeric else RATES) if name in audit.by_group}
    metric = str(
        st.segmented_control(
            _("What is compared?"),
            list(names),
            default=next(iter(names)),
            required=True,
            format_func=names.__getitem__,
            key="fairness_metric",
            help=glossary.term(next(iter(names))).help,
        )
    )
    if numeric:
        frame.chart(*pictures.groups(audit, metric), key="groups")
    else:
        left, right = st.columns(2)
        with left:
            frame.chart(*pictures.groups(audit, metric), key="groups")
        with right:
            frame.chart(
                *pictures.across_thresholds(run, model, segment, label, metric, threshold), key="across_thresholds"
            )
    _say_too_few(audit)
    if not state.for_manager():
        _details(audit)


def _show_gaps(audit: Audit) -> None:
    if audit.parity:
        shown = [cards.of_estimate(audit.parity[name]) for name in GAPS if name in audit.parity]
        cards.show(shown)
        st.caption(_four_fifths(audit))
    else:
        cards.show(cards.of_estimate(estimate) for estimate in audit.difference.values())
        st.caption(_("Largest differences between groups."))


def _four_fifths(audit: Audit) -> str:
    if audit.four_fifths is None:
        return _("Four-fifths rule: too few customers to say.")
    if audit.four_fifths:
        return _("Four-fifths rule: kept. Each group is selected at least four fifths as often as any other.")
    return _("Four-fifths rule: broken. A group is selected less than four fifths as often as another.")


def _say_too_few(audit: Audit) -> None:
    if audit.too_few:
        groups = ", ".join(f"“{plain(group, NAME_WIDTH)}” ({count(audit.sizes[group])})" for group in audit.too_few[:8])
        st.caption(
            _("Too few customers to judge, drawn hollow and left out of the gaps: {groups}.").format(groups=groups)
        )


def _details(audit: Audit) -> None:
    with st.expander(_("All figures by group"), icon=":material/table_rows:"):
        st.dataframe(_by_group(audit), hide_index=True, alt=_("All figures by group"))
        tidy = audit.to_frame()
        from crm_ai.deployment import csv_bytes

        st.download_button(
            _("Download as CSV"),
            lambda: csv_bytes(tidy),
            file_name="fairness.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="download_audit",
        )


def _by_group(audit: Audit) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, list[str]] = {
        _("group"): list(audit.sizes),
        _("customers"): [count(n) for n in audit.sizes.values()],
    }
    for metric, groups in audit.by_group.items():
        columns[glossary.term(metric).label] = [glossary.in_words(groups[group]) for group in audit.sizes]
    return pd.DataFrame(columns)
