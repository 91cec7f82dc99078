"""Why: what drives a model, and why one customer gets what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from crm_ai.app import controls, errors, frame, pictures, results, state
from crm_ai.app.plain import plain
from crm_ai.explanation import customer_name, search_customers
from crm_ai.modeling import Task
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation
    from crm_ai.modeling import Run

NAME_WIDTH = 40
STRONGEST = 3


def label_of(run: Run) -> str | None:
    """The answer that is explained; the reader chooses it where there are several.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str or None
        None for yes/no questions and numbers.
    """
    if run.problem.task is not Task.MULTICLASS:
        return None
    return controls.choose(_("Which answer shall be explained?"), "label", run.problem.labels)


def in_a_sentence(reasons: Explanation) -> str:
    """Say what drives a model.

    Parameters
    ----------
    reasons : Explanation
        Of the holdout.

    Returns
    -------
    str
        One sentence, safe to stand in markdown.
    """
    ranked = reasons.importance()
    moving = ranked[ranked["mean_absolute"] > 0].head(STRONGEST)
    if moving.empty:
        return _("Nothing moves this model: it says the same of every customer.")
    names = [plain(name, NAME_WIDTH) for name in moving["column"]]
    return _("{first} moves the model most{others}.").format(
        first=names[0], others=_(", then {names}").format(names=_(" and ").join(names[1:])) if names[1:] else ""
    )


def scale_in_words(reasons: Explanation) -> str:
    """Say what contributions are measured in.

    Parameters
    ----------
    reasons : Explanation
        Any.

    Returns
    -------
    str
        One or two sentences.
    """
    return (
        {
            "log-odds": _(
                "Contributions add up in log-odds: 0.7 more about doubles the odds, 0.7 less about halves them."
            ),
            "probability": _("Contributions add up to the predicted probability, in points of 100."),
            "value": _("Contributions add up to the predicted number, in its own units."),
        }[reasons.scale]
        + " "
        + _(
            "They compare with the average of all training customers; they tell what goes together, not what "
            "causes what."
        )
    )


def drivers(reasons: Explanation) -> None:
    """Draw what drives the model.

    Parameters
    ----------
    reasons : Explanation
        Of the holdout.
    """
    left, right = st.columns(2)
    with left:
        frame.chart(*pictures.importance(reasons), key="importance")
    with right:
        _dependence(reasons)


@errors.fragment
def _dependence(reasons: Explanation) -> None:
    ranked = reasons.importance()["column"].tolist()
    column = controls.choose(_("How does a column matter?"), "column", ranked, hint=_("Type to search"))
    frame.chart(*pictures.dependence(reasons, column), key="dependence")


@errors.fragment
def one_customer(run: Run, model: str, label: str | None) -> None:
    """Let the reader choose a customer, and say why the model says what it says.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str or None
        The answer that is explained.
    """
    row = _choose_customer(run, model)
    if row is None:
        return
    reasons = results.reasons(run, model, label)
    place = int(np.flatnonzero(reasons.rows == row)[0])
    st.markdown(_customer_in_words(run, model, row, place, reasons, label))
    left, right = st.columns(2)
    with left:
        frame.chart(*pictures.waterfall(reasons, place), key="waterfall")
    with right, st.spinner(_("LIME asks the model about 5,000 customers like this one …")):
        explanation = results.near(run, model, row, label)
        frame.chart(*pictures.near(explanation), key="lime")
        st.caption(
            _(
                "LIME draws a straight line through the model near this customer (kernel width {width}, seed {seed}). "
                "It fits {fit} there and says {local}; the model says {said}."
            ).format(
                width=number(explanation.kernel_width),
                seed=explanation.seed,
                fit=percent(max(explanation.local_fit, 0.0)),
                local=_output(run, explanation.local_prediction),
                said=_output(run, explanation.prediction),
            )
        )
    if not state.for_manager():
        with st.expander(_("All columns of this customer"), icon=":material/table_rows:"):
            st.dataframe(
                run.table.frame.iloc[[row]].T.astype("str").reset_index().set_axis([_("column"), _("value")], axis=1),
                hide_index=True,
                alt=_("All columns of this customer"),
            )


def _choose_customer(run: Run, model: str) -> int | None:
    cases = results.telling_cases(run, model)
    names = {
        "highest": _("Highest prediction") if run.problem.task is Task.REGRESSION else _("Highest risk"),
        "lowest": _("Lowest prediction"),
        "most_certain": _("Most certain"),
        "most_uncertain": _("Most uncertain"),
        "worst_mistake": _("Worst mistake"),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for case, row in cases.items():
            st.button(names[case], key=f"case_{case}", on_click=state.show, args=("customer", str(row)))
    text = st.text_input(
        _("Find a customer"),
        key="find_customer",
        placeholder=_("part of the customer's number, or #12 for row 12"),
        help=_("Only customers that the models were judged on are offered: their answers are not learned by heart."),
    )
    found = search_customers(run, text, limit=200)["row"].tolist()
    if not found:
        st.info(_("No customer of the {n} judged on fits.").format(n=count(len(run.holdout_rows))))
        return None
    shown = int(state.value("customer") or -1)
    if not np.isin(shown, run.holdout_rows):
        shown = next(iter(cases.values()))
        state.show("customer", str(shown))
    if text and shown not in found:
        shown = found[0]
        state.show("customer", str(shown))
    options = [str(row) for row in dict.fromkeys([shown, *found])]
    chosen = controls.choose(
        _("Customer"), "customer", options, words=lambda row: customer_name(run, int(row)), hint=_("Type to search")
    )
    return int(chosen)


def _customer_in_words(run: Run, model: str, row: int, place: int, reasons: Explanation, label: str | None) -> str:
    prediction = run.predictions[model][place]
    said = prediction[run.problem.labels.index(label)] if label is not None else prediction
    ranked = reasons.customer(place)
    strongest = ranked.head(4).to_dict("records")
    up = [plain(f"{r['column']} = {r['value']}", NAME_WIDTH) for r in strongest if r["contribution"] > 0]
    down = [plain(f"{r['column']} = {r['value']}", NAME_WIDTH) for r in strongest if r["contribution"] < 0]
    parts = [
        _("**{name}**: the model says {said}; it was {actual}.").format(
            name=plain(customer_name(run, row), NAME_WIDTH),
            said=_said(run, float(said), label),
            actual=_actual(run, place),
        )
    ]
    if up:
        parts.append(_("Raised mostly by {columns}.").format(columns=", ".join(up)))
    if down:
        parts.append(_("Lowered mostly by {columns}.").format(columns=", ".join(down)))
    return " ".join(parts)


def _said(run: Run, said: float, label: str | None) -> str:
    if run.problem.task is Task.REGRESSION:
        return number(said)
    answer = plain(label if label is not None else run.problem.positive, NAME_WIDTH)
    return _("{share} for “{answer}”").format(share=percent(said), answer=answer)


def _actual(run: Run, place: int) -> str:
    if run.problem.task is Task.REGRESSION:
        return number(float(run.actual[place]))
    return f"“{plain(run.problem.labels[int(run.actual[place])], NAME_WIDTH)}”"


def _output(run: Run, said: float) -> str:
    return number(said) if run.problem.task is Task.REGRESSION else percent(said)
