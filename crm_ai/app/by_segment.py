"""How good a model is for whom: one metric of each group, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import audit_pictures, controls, errors, frame, glossary, results, segments, state
from crm_ai.modeling import Segment, Task
from crm_ai.words import NOTHING, _, count

if TYPE_CHECKING:
    from crm_ai.fairness import Audit
    from crm_ai.modeling import Run

OF_NUMBERS = ("mae", "rmse", "mean_error")
OF_ANSWERS = ("precision", "true_positive_rate", "accuracy", "selection_rate", "false_positive_rate", "base_rate")


@errors.fragment
def panel(run: Run, model: str, label: str | None = None) -> None:
    """Draw one metric of each group of a segmentation.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str, optional
        The answer in question, of several.
    """
    from crm_ai.table import Kind

    run = segments.run_with_segments(run)
    schema = run.table.schema
    offered = [name for name in schema.names if schema[name].kind not in (Kind.IDENTIFIER, Kind.TEXT)]
    offered = [name for name in dict.fromkeys([*run.problem.segments, *offered]) if name != run.problem.target]
    if not offered:
        st.markdown(_("There is no column whose groups could be compared."))
        return
    left, right = st.columns(2)
    with left:
        segment = controls.choose(
            _("Segment by"), "segment", offered,
            hint=_("Segments saved on the Segments page are here too. Numbers are cut into bands, dates into years."),
        )  # fmt: skip
    audit = results.audit(run, model, segment, state.threshold(), label)
    metrics = OF_NUMBERS if run.problem.task is Task.REGRESSION else OF_ANSWERS
    names = {metric: glossary.term(metric).label for metric in metrics if metric in audit.by_group}
    with right:
        metric = str(st.selectbox(_("What is compared?"), list(names), format_func=names.__getitem__, key="by_metric"))
    frame.chart(*audit_pictures.groups(Segment((segment,)), audit, metric), key="by_group")
    _all_figures(audit, list(names))
    st.caption(
        _(
            "Of customers that no model has seen; bars are 95 % intervals. Groups of fewer than 30 are hollow, and "
            "never ranked. Whether a difference is more than chance is told on the Fairness page."
        )
    )


def _all_figures(audit: Audit, metrics: list[str]) -> None:
    if state.for_manager():
        return
    with st.expander(_("All figures"), icon=":material/table_rows:", key="by_group_figures"):
        columns = {_("group"): list(audit.sizes), "n": [count(n) for n in audit.sizes.values()]}
        for metric in metrics:
            known = audit.by_group[metric]
            columns[glossary.term(metric).label] = [
                glossary.in_words(known[group]) if group in known else NOTHING for group in audit.sizes
            ]
        st.dataframe(columns, hide_index=True, alt=_("All figures of all groups"))
