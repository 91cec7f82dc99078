"""Why a model says what it says of one customer: in words, in pictures, and how far that may be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from crm_ai.app import compared, controls, errors, explained, exporting, frame, pictures, state, trusting
from crm_ai.app.plain import plain
from crm_ai.explanation import Reference, case_in_words, customer_name, has_rules, search_customers
from crm_ai.modeling import Task
from crm_ai.words import _, count, number, percent, sentences

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation
    from crm_ai.explanation.reliability import Reliability
    from crm_ai.modeling import Run

NAME_WIDTH = 40
SHOWN, LONG = 8, 2_000


@errors.fragment
def panel(run: Run, model: str, label: str | None, reference: Reference | None, scale: str | None) -> None:
    """Let the reader pick a customer, and say why the model says what it says.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str, optional
        The answer that is explained, of several.
    reference : Reference
        Whom the customer is compared with.
    scale : str, optional
        What contributions are measured in; None for the scale the model adds up on.
    """
    from crm_ai.explanation.narrative import customer_in_words, told
    from crm_ai.explanation.reliability import Light

    row = pick(run, model)
    st.subheader(_("Customer {name}").format(name=plain(customer_name(run, row), NAME_WIDTH)), anchor=False)
    with st.spinner(_("Finding reasons, and checking them …")):
        reasons = explained.reasons_of(run, model, row, label, reference, scale)
        trust = explained.trust(run, model, row, label)
        similar = explained.similar(run, model, row, label)
        words = customer_in_words(
            told(run, model, row, label),
            reasons,
            compared_with=compared.in_words(run, reference),
            trust=trust,
            similar=similar,
        )
    st.markdown(sentences([plain(words, LONG), plain(_outcome(run, model, row))]))
    st.caption(
        _(
            "Strongly: more than a quarter of all that sets this customer's prediction apart; clearly: more than a "
            "tenth. Reasons are the model's, not the customer's."
        )
    )
    trusting.panel(trust)
    if trust.light is Light.POOR:
        with st.expander(_("Show the reasons all the same"), key="untrusted"):
            _pictures(run, model, label, row, reasons, trust)
    else:
        _pictures(run, model, label, row, reasons, trust)
    _similar(run, row, model, label)
    if has_rules(run, model):
        _path(run, model, label, row)
    exporting.customer_button(run, model, label, reference, scale, row)


def _pictures(run: Run, model: str, label: str | None, row: int, reasons: Explanation, trust: Reliability) -> None:
    left, right = st.columns(2)
    with left:
        frame.chart(*pictures.waterfall(reasons, 0), key="waterfall")
    with right:
        near = explained.near(run, model, row, label)
        frame.chart(*pictures.near(near), key="near")
    st.caption(
        _(
            "LIME fits a straight line to {samples} perturbed copies of this customer within a kernel of width "
            "{width}; it explains {fit} of the model near here. It speaks of {what}, whatever the scale of SHAP."
        ).format(
            samples="5,000",
            width=number(near.kernel_width),
            fit=percent(max(near.local_fit, 0.0)),
            what=_("the predicted number") if run.problem.task is Task.REGRESSION else _("the probability"),
        )
    )
    if run.problem.recalibration and reasons.scale != "probability":
        st.caption(
            _(
                "Reasons are those of the model before its probabilities are corrected (recalibration); the correction "
                "rises with them and changes no order."
            )
        )


def _similar(run: Run, row: int, model: str, label: str | None) -> None:
    import pandas as pd

    from crm_ai.explanation.similar import similar_frame

    found = explained.similar(run, model, row, label)
    with st.expander(_("Similar customers, and what happened to them"), icon=":material/group:", key="similar"):
        st.caption(
            _(
                "The {n} training customers nearest to this one, in the columns that matter to the model. Shown are "
                "the nearest {shown}, below the customer."
            ).format(n=count(found.outcome.n), shown=min(SHOWN, len(found.rows)))
        )
        columns = tuple(explained.reasons(run, model, label).importance()["column"][:SHOWN])
        table = similar_frame(run, found, columns).head(SHOWN)
        own = run.table.frame[list(table.columns)].iloc[[row]]
        table = pd.concat([own, table], ignore_index=True)
        names = [customer_name(run, one) for one in [row, *found.rows[:SHOWN].tolist()]]
        table.insert(0, _("customer"), names, allow_duplicates=True)
        frame.rows(table, alt=_("This customer and similar ones"))


def _path(run: Run, model: str, label: str | None, row: int) -> None:
    from crm_ai.charts.theme import rows as named
    from crm_ai.explanation.tree.path import decision_path

    reading = explained.tree(run, model, label)
    steps = decision_path(run.model(model), reading, run.table.frame[list(run.problem.features)].iloc[[row]])
    write = percent if reading.is_share else number
    with st.expander(_("The way through the tree"), icon=":material/account_tree:", key="path"):
        lines = [
            _("1. Of all {n} training customers, {value}.").format(
                n=count(steps["customers"].iloc[0]), value=write(steps["value"].iloc[0])
            )
        ]
        lines += [
            _("1. {step}: {value} of {n} ({low}–{high}).").format(
                step=plain(step.step, 120),
                value=write(step.value),
                n=count(step.customers),
                low=write(step.low),
                high=write(step.high),
            )
            for step in named(steps.iloc[1:])
        ]
        st.markdown("\n".join(lines))
        st.caption(
            _("Shares with “{outcome}”.").format(outcome=plain(reading.outcome, NAME_WIDTH))
            if reading.is_share
            else _("Means of “{outcome}”.").format(outcome=plain(reading.outcome, NAME_WIDTH))
        )


def _outcome(run: Run, model: str, row: int) -> str:
    """What was true of the customer, and between which numbers such customers lie."""
    place = run.holdout_rows.tolist().index(row)
    if run.problem.task is Task.REGRESSION:
        words = _("It was {actual}.").format(actual=number(float(run.actual[place])))
        return sentences([words, _range_in_words(run, model, float(run.predictions[model][place]))])
    return _("It was “{actual}”.").format(actual=run.problem.labels[int(run.actual[place])])


def _range_in_words(run: Run, model: str, said: float) -> str:
    """Between which numbers such customers lie; empty if nothing is known."""
    ranges = run.model(model).ranges
    if ranges is None:
        return ""
    low, high = (float(end[0]) for end in ranges.around([said]))
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    words = _("Of customers of whom as much is predicted, {level} lie between {low} and {high}.")
    return words.format(level=percent(ranges.level), low=number(low), high=number(high))


def pick(run: Run, model: str) -> int:
    """Let the reader pick a customer of the holdout.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.

    Returns
    -------
    int
        Position in the table.
    """
    cases = explained.telling_cases(run, model)
    if not state.value("customer") or int(state.value("customer")) not in set(run.holdout_rows.tolist()):
        state.show("customer", str(next(iter(cases.values()))))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for case, row in cases.items():
            st.button(
                case_in_words(case),
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
