"""Why a model says what it says: in general, and of one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from crm_ai.app import controls, errors, explained, frame, pictures, state
from crm_ai.app.plain import plain
from crm_ai.charts.reasons import unit
from crm_ai.explanation import customer_name, search_customers
from crm_ai.modeling import Task
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation
    from crm_ai.modeling import Run

NAME_WIDTH = 40
STRONGEST = 3
COMPARED = 5


def in_a_sentence(reasons: Explanation) -> str:
    """What moves the model most.

    Parameters
    ----------
    reasons : Explanation
        Of the holdout.

    Returns
    -------
    str
        One sentence, safe to stand in markdown.
    """
    table = reasons.importance()
    first = table.iloc[0]
    if not first["mean_absolute"] > 0:
        return _("No column moves this model: it says the same of everybody.")
    factor = 100 if reasons.scale == "probability" else 1
    size = [number(float(first[key]) * factor) for key in ("mean_absolute", "low", "high")]
    words = _("{column} moves the prediction most, by {size} {unit} on average ({low}–{high})").format(
        column=plain(first["column"], NAME_WIDTH), size=size[0], low=size[1], high=size[2], unit=unit(reasons.scale)
    )
    others = [plain(name, NAME_WIDTH) for name in table["column"][1:STRONGEST]]
    return words + (_("; then {columns}.").format(columns=_(" and ").join(others)) if others else ".")


@errors.fragment
def general(reasons: Explanation) -> None:
    """Draw what moves the model, and how one column does it.

    Parameters
    ----------
    reasons : Explanation
        Of the holdout.
    """
    left, right = st.columns(2)
    with left:
        frame.chart(*pictures.importance(reasons), key="importance")
    with right:
        ranked = reasons.importance()["column"].tolist()
        column = controls.choose(_("How does a column matter?"), "column", ranked, hint=_("Type to search"))
        frame.chart(*pictures.dependence(reasons, column), key="dependence")
    st.caption(
        _(
            "SHAP values say how far a column moves a customer's prediction away from the average. They add up to the "
            "prediction and are measured in {unit}. They tell what the model does, not what causes it in the world."
        ).format(unit=unit(reasons.scale))
        + " "
        + _how_exact(reasons)
    )


def _how_exact(reasons: Explanation) -> str:
    """Against whom customers are compared, for how many it was reckoned, and how sure the values are."""
    said = [_("Shown are {n} customers that no model has seen.").format(n=count(len(reasons.rows)))]
    if reasons.error is not None:
        factor = 100 if reasons.scale == "probability" else 1
        said.append(
            _(
                "On this scale the model cannot be taken apart: values are estimated by adding columns in orders drawn "
                "by chance, with a standard error of {error} on average."
            ).format(error=number(factor * float(reasons.error.mean())))
        )
    elif reasons.references:
        said.append(_("Values are exact, against {n} training customers.").format(n=count(reasons.references)))
    else:
        said.append(_("Values are exact, against all training customers."))
    return " ".join(said)


@errors.fragment
def one_customer(run: Run, model: str, label: str | None, reasons: Explanation) -> None:
    """Let the reader pick a customer, and draw the reasons of SHAP beside those of LIME.

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
    row = _pick(run, model)
    if row not in reasons.rows:  # of models that are slow to explain only a part was
        reasons = explained.reasons_of(run, model, row, label)
    place = int(np.flatnonzero(reasons.rows == row)[0])
    st.subheader(_("Customer {name}").format(name=plain(customer_name(run, row), NAME_WIDTH)), anchor=False)
    st.markdown(_customer_in_words(run, model, label, reasons, place))
    left, right = st.columns(2)
    with left:
        frame.chart(*pictures.waterfall(reasons, place), key="waterfall")
    with right, st.spinner(_("Asking LIME …")):
        near = explained.near(run, model, row, label)
        frame.chart(*pictures.near(near), key="near")
    first = set(reasons.customer(place)["column"][:COMPARED]) & set(near.to_frame()["column"][:COMPARED])
    if run.problem.recalibration:
        st.caption(
            _(
                "Reasons are those of the model before its probabilities are corrected (recalibration); the correction "
                "rises with them and changes no order."
            )
        )
    st.caption(
        _(
            "SHAP and LIME name {n} of the same {all} columns first. LIME fits a straight line to {samples} perturbed "
            "copies of this customer; it explains {fit} of the model near here. A low fit means: trust SHAP."
        ).format(n=len(first), all=min(COMPARED, len(reasons.columns)), samples="5,000", fit=percent(near.local_fit))
    )


def _pick(run: Run, model: str) -> int:
    cases = explained.telling_cases(run, model)
    if not state.value("customer") or int(state.value("customer")) not in set(run.holdout_rows.tolist()):
        state.show("customer", str(next(iter(cases.values()))))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for case, row in cases.items():
            st.button(
                _case_in_words(case),
                key=f"case_{case}",
                type="primary" if str(row) == state.value("customer") else "secondary",
                on_click=state.show,
                args=("customer", str(row)),
            )
    left, right = st.columns(2)
    with left:
        wanted = st.text_input(
            _("Search a customer"), key="search", placeholder=_("Part of the identifier, or a row such as #12")
        )
    found = [str(row) for row in search_customers(run, wanted)["row"]]
    options = found if state.value("customer") in found else [state.value("customer"), *found]
    with right:
        chosen = controls.choose(
            _("Customer"),
            "customer",
            options,
            words=lambda row: customer_name(run, int(row)),
            hint=_("Customers that no model has seen; the first 50 that fit."),
        )
    if wanted and not found:
        st.caption(_("Nobody fits. Only customers that were set aside for judging can be explained here."))
    return int(chosen)


def _case_in_words(case: str) -> str:
    return {
        "highest": _("Highest prediction"),
        "lowest": _("Lowest prediction"),
        "most_certain": _("Most certain"),
        "most_uncertain": _("Most uncertain"),
        "worst_mistake": _("Worst mistake"),
    }.get(case, case)


def _range_in_words(run: Run, model: str, said: float) -> str:
    """Between which numbers such customers lie; empty if nothing is known."""
    ranges = run.model(model).ranges
    if ranges is None:
        return ""
    low, high = (float(end[0]) for end in ranges.around([said]))
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    words = _("Of customers of whom as much is predicted, {level} lie between {low} and {high}.")
    return " " + words.format(level=percent(ranges.level), low=number(low), high=number(high))


def _customer_in_words(run: Run, model: str, label: str | None, reasons: Explanation, place: int) -> str:
    """What was said of a customer, what was true, and the strongest reasons."""
    judged = int(np.flatnonzero(run.holdout_rows == reasons.rows[place])[0])  # explained may be only some of them
    said, actual, problem = run.predictions[model], run.actual[judged], run.problem
    if problem.task is Task.REGRESSION:
        head = _("**Predicted {said}** ({mean} on average); it was {actual}.").format(
            said=number(float(said[judged])), mean=number(float(said.mean())), actual=number(float(actual))
        )
        head += _range_in_words(run, model, float(said[judged]))
    else:
        answer = problem.positive if label is None else label
        scores = said if problem.task is Task.BINARY else said[:, problem.labels.index(answer)]
        head = _("**{share} for “{answer}”** ({mean} on average); it was “{actual}”.").format(
            share=percent(float(scores[judged])),
            answer=plain(answer, NAME_WIDTH),
            mean=percent(float(scores.mean())),
            actual=plain(problem.labels[int(actual)], NAME_WIDTH),
        )
    strongest = reasons.customer(place).head(STRONGEST)
    parts = [
        _("{column} = {value} {direction} it").format(
            column=plain(column, NAME_WIDTH),
            value=plain(cell, NAME_WIDTH),
            direction=_("raises") if contribution > 0 else _("lowers"),
        )
        for column, cell, contribution in strongest.itertuples(index=False)
        if contribution
    ]
    return head + (" " + _("Mostly: {reasons}.").format(reasons="; ".join(parts)) if parts else "")
