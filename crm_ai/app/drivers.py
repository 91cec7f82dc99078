"""What moves a model: one question a view, each with its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import controls, errors, explained, frame, glossary, pictures, segments
from crm_ai.app.plain import plain
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation
    from crm_ai.modeling import Run

LONG = 2_000


@errors.fragment
def panel(run: Run, model: str, label: str | None, reasons: Explanation) -> None:
    """Draw what moves a model.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str, optional
        The answer that is explained, of several.
    reasons : Explanation
        Of the holdout.
    """
    views = {
        "most": _("Which columns most?"),
        "spread": _("For whom how much?"),
        "together": _("Which work together?"),
        "segments": _("The same in all segments?"),
        "needed": _("What does predicting need?"),
    }
    _warn_of_twins(run, model, reasons)
    view = controls.choose_view(_("View"), "view", views)
    if view == "most":
        _most(run, model, label, reasons)
    elif view == "spread":
        frame.chart(*pictures.swarm(reasons), key="swarm")
        st.caption(
            _(
                "Each dot stands for all customers whose column contributes about as much: the larger, the more "
                "customers. Colours tell whether their values are low (blue) or high (vermillion); grey dots are "
                "labels, named when you point at them."
            )
        )
    elif view == "together":
        _together(run, model, label, reasons)
    elif view == "segments":
        _segments(run, reasons, model)
    else:
        _needed(run, model)


def _warn_of_twins(run: Run, model: str, reasons: Explanation) -> None:
    """The answer above names the strongest columns: say if their strength could as well be another's."""
    from crm_ai.explanation.narrative import NAMED, twins_in_words

    strongest = tuple(str(name) for name in reasons.importance()["column"][:NAMED])
    said = twins_in_words(explained.alike(run, model, strongest), strongest)
    if said:
        st.warning(plain(said, LONG), icon=":material/link:")


def _most(run: Run, model: str, label: str | None, reasons: Explanation) -> None:
    from crm_ai.explanation.narrative import model_in_words, outcome_in_words

    left, right = st.columns(2)
    with left:
        frame.chart(*pictures.importance(reasons), key="importance")
    with right:
        ranked = reasons.importance()["column"].tolist()
        column = controls.choose(_("How does a column matter?"), "column", ranked, hint=_("Type to search"))
        frame.chart(*pictures.dependence(reasons, column), key="dependence")
    with st.spinner(_("Finding words …")):
        pairs = explained.interactions(run, model, label, reasons.scale)
        said = model_in_words(reasons, outcome=outcome_in_words(run.problem, label), pairs=pairs)
    st.markdown(_("{name}: {words}").format(name=f"**{_('In words')}**", words=plain(said, LONG)))


def _together(run: Run, model: str, label: str | None, reasons: Explanation) -> None:
    from crm_ai.explanation.interactions import partner_of

    with st.spinner(_("Asking the model about pairs of columns …")):
        pairs = explained.interactions(run, model, label, reasons.scale)
    left, right = st.columns(2)
    with left:
        frame.chart(*pictures.pairs(pairs, reasons.scale), key="pairs")
    ranked = reasons.importance()["column"].tolist()
    with right:
        column = controls.choose(_("What does this column depend on?"), "column", ranked, hint=_("Type to search"))
        partner = partner_of(pairs, column)
        if partner is None:
            st.caption(_("What “{column}” does depends on no other column.").format(column=plain(column, 40)))
        else:
            frame.chart(*pictures.dependence_by(reasons, column, partner), key="dependence_by")
    st.caption(
        _(
            "Half-way between two customers the model is asked with either's value of one column and of another. Bars "
            "say by how much the difference that one column makes depends on the other; a model that only adds up has "
            "0."
        )
    )


def _segments(run: Run, reasons: Explanation, model: str) -> None:
    from crm_ai.explanation.segment_narrative import segment_in_words
    from crm_ai.table import Kind

    run = segments.run_with_segments(run)
    offered = [name for name in run.table.schema.names if run.table.schema[name].kind is not Kind.IDENTIFIER]
    offered = [name for name in dict.fromkeys([*run.problem.segments, *offered]) if name != run.problem.target]
    segment = controls.choose(
        _("Segment by"),
        "segment",
        offered,
        hint=_("Segments saved on the Segments page are here too. Numbers are cut into bands, dates into years."),
    )
    picture = pictures.importance_by(run, reasons, segment)
    frame.chart(*picture, key="by_segment")
    groups = list(dict.fromkeys(picture[1]["group"]))
    if groups:
        chosen = st.selectbox(_("In words, of"), groups, key=f"group_{segment}")
        st.markdown(plain(segment_in_words(run, model, reasons, segment, str(chosen)), LONG))
    st.caption(
        _(
            "The size of a column's contributions among the customers of each segment. By a date, this is how reasons "
            "went over time. Segments of fewer than 30 explained customers are left out."
        )
    )


def _needed(run: Run, model: str) -> None:
    with st.spinner(_("Shuffling columns …")):
        table = explained.needed(run, model)
    frame.chart(*pictures.needed(table, glossary.term(str(table["metric"].iloc[0])).label), key="needed")
    st.caption(
        _(
            "SHAP says what moves predictions; this says what their quality rests on. A column's values change places "
            "among customers no model has seen, and the model is judged again. A column that others repeat can move "
            "predictions and still be spared."
        )
    )
