"""A linear or logistic regression read as in a textbook: formula, coefficients, what they share, whether it holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import explained, frame, pictures
from crm_ai.app.plain import plain
from crm_ai.errors import CrmAiError
from crm_ai.words import NOTHING, _, count, label_in_words, number

if TYPE_CHECKING:
    from crm_ai.explanation import Coefficient, Coefficients
    from crm_ai.modeling import Run

TINY = 0.001


def panel(run: Run, model: str) -> None:
    """Draw the model as a textbook would.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models that can be read.
    """
    with st.spinner(_("Fitting as a textbook does …")):
        found = explained.coefficients(run, model)
    frame.chart(*pictures.coefficients(found), key="coefficients")
    st.caption(
        _(
            "So that they compare: a number is moved by two standard deviations, a label is set against the most "
            "frequent one. All else stays equal; that is how the model reckons, not what a change would cause."
        )
    )
    st.dataframe(_table(found), hide_index=True, alt=_("All coefficients in the columns' own units"))
    for note in found.notes:
        st.caption(plain(note))
    _formula(run, model)
    _shared(run, model)
    _holds(run, model)


def _table(found: Coefficients) -> list[dict[str, str]]:
    odds = found.scale == "log-odds"
    return [_row(entry, odds=odds) for entry in found.entries]


def _row(entry: Coefficient, *, odds: bool) -> dict[str, str]:
    row = {
        _("Term"): _("(intercept)") if entry.term == "(intercept)" else label_in_words(entry.term),
        _("instead of"): label_in_words(entry.reference),
        _("estimate"): _figure(entry.estimate),
        _("95 % interval"): _interval(entry.low, entry.high),
        _("standard error"): _figure(entry.standard_error),
        "p": _probability(entry.p_value),
    }
    if odds:
        row |= {
            _("odds ratio"): _figure(entry.odds_ratio),
            _("its 95 % interval"): _interval(entry.odds_low, entry.odds_high),
        }
    return row | {_("in the model"): _figure(entry.model), "n": count(entry.customers), _("remark"): entry.remark}


def _formula(run: Run, model: str) -> None:
    from crm_ai.explanation import formula, formula_sql

    with st.expander(_("The formula, written out"), icon=":material/function:"):
        st.code(formula(run, model), language=None, wrap_lines=True)
        try:
            sql = formula_sql(run, model, dialect="postgresql")
        except CrmAiError as error:
            st.caption(plain(str(error)))
            return
        st.markdown(_("The same for a database:"))
        st.code(sql, language="sql", wrap_lines=True)


def _shared(run: Run, model: str) -> None:
    from crm_ai.explanation import collinearity_in_words

    with st.expander(_("Which columns say the same?"), icon=":material/link:"):
        table = explained.collinearity(run, model)
        for sentence in collinearity_in_words(table):
            st.markdown(plain(sentence))
        rows = table.drop_duplicates("column").sort_values("inflation", ascending=False)
        shown = {
            _("Column"): rows["column"].tolist(),
            _("generalised VIF"): [_figure(value) for value in rows["gvif"]],
            _("intervals wider by"): [f"{_figure(value)} ×" for value in rows["inflation"]],
        }
        st.dataframe(shown, hide_index=True, alt=_("Variance inflation by column"))


def _holds(run: Run, model: str) -> None:
    with st.expander(_("Do its assumptions hold?"), icon=":material/fact_check:"):
        found = explained.diagnostics(run, model)
        names = _tests()
        for entry in found.entries:
            p = "" if not math.isfinite(entry.p_value) else f", p {_probability(entry.p_value)}"
            st.markdown(f"**{names.get(entry.name, entry.name)}** {_figure(entry.value)}{p} · {plain(entry.meaning)}")
        if not found.influential.empty:
            st.caption(_("Customers that move the coefficients most, by their row in the table:"))
            st.dataframe(_influential(found.influential), hide_index=True, alt=_("The most influential customers"))


def _influential(rows: Any) -> dict[str, list[str]]:
    return {
        _("row"): [count(int(row) + 1) for row in rows["row"]],
        _("Cook's distance"): [_figure(value) for value in rows["distance"]],
        _("leverage"): [_figure(value) for value in rows["leverage"]],
        _("residual"): [_figure(value) for value in rows["residual"]],
    }


def _tests() -> dict[str, str]:
    return {
        "f_statistic": _("All columns together (F)"),
        "r_squared": _("Explained on training customers (R²)"),
        "adjusted_r_squared": _("The same, adjusted for the number of columns (adjusted R²)"),
        "breusch_pagan": _("Equal scatter (Breusch–Pagan)"),
        "skewness": _("Lean of the errors (skewness)"),
        "kurtosis": _("Tails of the errors (kurtosis)"),
        "jarque_bera": _("Bell-shaped errors (Jarque–Bera)"),
        "largest_cooks_distance": _("Largest influence of one customer (Cook's distance)"),
        "likelihood_ratio": _("All columns together (likelihood ratio)"),
        "mcfadden_r_squared": _("Explained on training customers (McFadden's R²)"),
        "hosmer_lemeshow": _("Probabilities as observed (Hosmer–Lemeshow)"),
    }


def _figure(value: float) -> str:
    if math.isinf(value):
        return _("without end")
    return number(value) if math.isfinite(value) else NOTHING


def _interval(low: float, high: float) -> str:
    return f"{number(low)} … {number(high)}" if math.isfinite(low) and math.isfinite(high) else NOTHING


def _probability(p: float) -> str:
    if not math.isfinite(p):
        return NOTHING
    return f"< {TINY}" if p < TINY else f"{p:.3f}"
