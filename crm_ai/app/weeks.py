"""The weeks of a model at work as pictures, and one column then and now."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai import charts
from crm_ai.app import cards, controls, frame
from crm_ai.app.watched import Watched, batch_called, called
from crm_ai.deployment.watching import Level, cell_names, measured, stability
from crm_ai.words import NOTHING, _, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from crm_ai.deployment.watching import Batch, Drift, Profile
    from crm_ai.modeling.cells import Cells

SCORES = "=score"
SMALLEST_P = 0.001


def panel(known: Watched) -> None:
    """Draw which columns moved in which week, the scores, and how many were selected.

    Parameters
    ----------
    known : Watched
        A version with batches.
    """
    numbers = known.found.to_frame()
    frame.chart(charts.drift.weeks_by_column(numbers), stability(numbers), key="weeks_by_column")
    st.caption(
        _(
            "The darker, the further a column has moved from the training customers (stability index, PSI). ! is to be "
            "watched, !! asks for action, ? had too few customers."
        )
    )
    _scores(known, numbers)


def _scores(known: Watched, numbers: pd.DataFrame) -> None:
    left, right = st.columns(2)
    with left:
        scores = measured(numbers, "psi", kind="score").drop(columns=["low", "high"])
        frame.chart(charts.drift.scores_over_weeks(numbers), scores, key="scores_over_weeks")
        st.caption(_("Dashed: from 0.1 on to be watched, from 0.25 on asks for action."))
    with right:
        _selected(known, numbers)


def _selected(known: Watched, numbers: pd.DataFrame) -> None:
    chosen = measured(numbers, "selection_rate", kind="score")
    if chosen.empty:
        return
    approved = known.version.metrics.get("selection_rate")
    figure = charts.at_work.selected_over_weeks(numbers, approved)
    frame.chart(figure, chosen, key="selected_over_weeks")
    st.caption(_("Dashed: customers of the holdout when the version was registered, with their 95 % interval."))


def one_column(known: Watched) -> None:
    """Draw what one column, or the scores, looked like in training and in a batch.

    Parameters
    ----------
    known : Watched
        A version with batches.
    """
    batches = {batch.name: batch for batch in reversed(known.found.batches)}
    left, right = st.columns(2)
    with left:
        batch = batches[
            controls.choose(_("Batch"), "batch", list(batches), words=lambda name: batch_called(batches[name]))
        ]
    with right:
        drifts = {SCORES if one.of_scores else one.column: one for one in batch.drifts}
        words = {name: f"{_subject(one)} · {one.level.in_words}" for name, one in drifts.items()}
        moved = controls.choose(_("Column"), "moved", list(drifts), words=words.__getitem__)
    compared(known, batch, drifts[moved], key="then_and_now")
    with st.expander(_("All columns of this batch"), icon=":material/table_rows:", key="all_columns"):
        table(batch.drifts)


def compared(known: Watched, batch: Batch, one: Drift, *, key: str) -> None:
    """Draw one column then and now, with its figures.

    Parameters
    ----------
    known : Watched
        The version.
    batch : Batch
        Of its customers.
    one : Drift
        How far the column has moved.
    key : str
        Name of the chart.
    """
    import pandas as pd

    cells, now = counted(known.profile, batch, one.column, of_scores=one.of_scores)
    figure = charts.drift.then_and_now(cells, now, one.psi)
    names = cell_names(cells)
    data = pd.DataFrame({_("cell"): names, _("training"): cells.counts, _("batch"): now})
    frame.chart(figure, data, key=key)
    st.markdown(_in_words(one))
    if one.of_scores:
        st.caption(_("Scores are compared with those of the holdout: customers that the model had not seen either."))
    customs = _("Below 0.1 is calm, from 0.25 on asks for action.")
    scale = _("0 the same, 1 nothing in common")
    cards.show(
        [
            cards.Card(_("Stability index (PSI)"), number(one.psi), one.level.in_words, customs),
            cards.Card(_("Distance (Jensen–Shannon)"), number(one.jensen_shannon), scale),
            cards.Card(_test(one), number(one.statistic), _("{p}, corrected").format(p=_p(one, "p = "))),
        ]
    )
    _terms()


def counted(profile: Profile, batch: Batch, column: str, *, of_scores: bool) -> tuple[Cells, tuple[int, ...]]:
    """Cells of a column, and a batch's customers in them.

    Parameters
    ----------
    profile : Profile
        Of the model.
    batch : Batch
        The batch.
    column : str
        The column.
    of_scores : bool
        Whether what the model said is meant instead.

    Returns
    -------
    cells : Cells
        With the training customers.
    now : tuple of int
        Customers of the batch by cell.
    """
    if of_scores:
        return replace(profile.scores, name=_("score")), batch.scores
    return next(cells for cells in profile.inputs if cells.name == column), batch.inputs[column]


def table(drifts: Sequence[Drift]) -> None:
    """Draw all columns of a batch, as figures.

    Parameters
    ----------
    drifts : sequence of Drift
        One a column, and the scores.
    """
    import pandas as pd

    rows = [
        (
            _("the score") if one.of_scores else one.column,
            one.level.in_words,
            number(one.psi),
            number(one.jensen_shannon),
            number(one.statistic),
            _p(one),
            f"{percent(one.missing_then)} → {percent(one.missing_now)}",
            percent(one.new),
        )
        for one in drifts
    ]
    headings = (_("column"), _("level"), "PSI", _("Jensen–Shannon"), _("test"), "p", _("missing"), _("new labels"))
    st.dataframe(pd.DataFrame(rows, columns=list(headings)), hide_index=True, alt=_("How far each column has moved"))
    st.caption(_("Tests: Kolmogorov–Smirnov for numbers, dates and scores, chi-square for labels; p corrected (Holm)."))


def _in_words(one: Drift) -> str:
    if one.level is Level.TOO_FEW:
        return _("Fewer than 50 customers: too few to tell a change from chance.")
    if not one.corrected < 0.05:
        return _("A difference as large as this is what chance alone would show: nothing has changed.")
    if not one.level.alarms:
        return _("The change is beyond chance, but too small to matter.")
    return _("The change is beyond chance, and large enough to matter.")


def _terms() -> None:
    with st.expander(_("What these numbers mean"), icon=":material/school:", key="drift_terms"):
        st.markdown(
            "\n".join(
                f"- {line}"
                for line in (
                    _(
                        "**Stability index (PSI)**: how differently customers are spread over the cells of the chart; "
                        "0.1 and 0.25 are customs of credit scoring, not laws of nature."
                    ),
                    _("**Jensen–Shannon distance**: the same question on a scale from 0 to 1."),
                    _(
                        "**Kolmogorov–Smirnov** (numbers): the largest gap between the shares below a value. "
                        "**Chi-square** (labels): how far counts are off. p is how often chance alone would show as "
                        "much, corrected for all columns of the batch together."
                    ),
                    _("A level needs both: beyond chance (p below 0.05), and large enough to matter."),
                )
            )
        )


def _test(one: Drift) -> str:
    return _("Kolmogorov–Smirnov") if one.test == "kolmogorov_smirnov" else _("Chi-square")


def _p(one: Drift, before: str = "") -> str:
    if not isfinite(one.corrected):
        return NOTHING
    if one.corrected < SMALLEST_P:
        return f"{before.replace('=', '<') or '< '}{SMALLEST_P}"
    return f"{before}{number(one.corrected)}"


def _subject(one: Drift) -> str:
    return _("What the model says (score)") if one.of_scores else called(one.column)
