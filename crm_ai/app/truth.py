"""How far probabilities and ranges can be taken at their word, in pictures and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import frame, glossary, pictures, results, state
from crm_ai.evaluation import LEVELS, Estimate, brier_decomposition, expected_calibration_error
from crm_ai.modeling import Task
from crm_ai.words import _, number, percent

if TYPE_CHECKING:
    from crm_ai.evaluation import Tally
    from crm_ai.modeling import Run


def of_an_answer(run: Run, model: str, label: str | None) -> None:
    """Draw whether the probabilities of one answer come true, and what recalibration would do.

    Parameters
    ----------
    run : Run
        A run of a yes/no or a multiclass question.
    model : str
        One of its models.
    label : str, optional
        For several answers: the one in question.
    """
    frame.chart(*pictures.calibration(run, model, label), key="probability")
    tally = results.tally(run, model, label=label)
    _gap_in_words(tally)
    _parts_in_words(tally)
    if run.problem.recalibration:
        st.caption(_("These probabilities are corrected already (recalibration), by customers other than these."))
    elif run.problem.task is Task.BINARY and not state.for_manager():
        _corrections(run, model)


def of_answers(run: Run, model: str) -> None:
    """Draw whether the answers given are right as often as they say.

    Parameters
    ----------
    run : Run
        A run of a multiclass question.
    model : str
        One of its models.
    """
    frame.chart(*pictures.confidence(run, model), key="confidence")
    _gap_in_words(results.confidence(run, model))
    st.caption(
        _(
            "Each customer counts by the probability of the likeliest answer, and by whether it was right. A single "
            "answer's own probabilities are further below."
        )
    )


def of_ranges(run: Run, model: str) -> None:
    """Draw whether ranges around predicted numbers hold as often as they promise.

    Parameters
    ----------
    run : Run
        A run of a regression.
    model : str
        One of its models.
    """
    figure, data = pictures.ranges(run, model)
    frame.chart(figure, data, key="ranges")
    width = {float(level): number(width) for level, width in zip(data["level"], data["width"], strict=True)}
    st.caption(
        _(
            "Typically a range is {half} wide for half of the customers to lie within, {most} for {level} of them. "
            "Ranges are learned from errors out of fold, apart for customers of whom little and much is predicted "
            "(conformal prediction), and judged here on customers that no model has seen. Scores of a new file bring "
            "theirs along."
        ).format(half=width[LEVELS[0]], most=width[LEVELS[-1]], level=percent(LEVELS[-1]))
    )


def _gap_in_words(tally: Tally) -> None:
    gap = expected_calibration_error(tally)
    st.caption(
        _("On average, predicted and observed shares lie {gap} apart ({interval}; expected calibration error).").format(
            gap=glossary.value(gap), interval=glossary.interval(gap)
        )
    )


def _parts_in_words(tally: Tally) -> None:
    parts = brier_decomposition(tally)
    st.caption(
        _(
            "The Brier score starts at {uncertainty}, as if the same were said of everybody (uncertainty); telling "
            "customers apart takes {resolution} off (resolution), probabilities that are not true add {reliability} "
            "(reliability)."
        ).format(
            uncertainty=number(parts["uncertainty"]),
            resolution=number(parts["resolution"] - parts["within_bins"]),
            reliability=number(max(parts["reliability"], 0.0)),
        )
    )


def _corrections(run: Run, model: str) -> None:
    with st.expander(_("Would it help to correct them (recalibration)?"), icon=":material/tune:", key="corrections"):
        found = results.corrections(run, model)
        words = {"as is": _("as they are"), "sigmoid": _("by a line (Platt)"), "isotonic": _("by any rising curve")}
        shown: dict[str, list[str]] = {_("probabilities"): [words[name] for name in found["method"].unique()]}
        for metric, rows in found.groupby("metric", sort=False):
            shown[glossary.term(str(metric)).label] = [
                glossary.in_words(Estimate(str(metric), *ends))
                for ends in rows[["value", "low", "high"]].to_numpy(dtype=float).tolist()
            ]
        st.dataframe(shown, hide_index=True, alt=_("Probabilities as they are, and corrected"))
        st.caption(
            _(
                "Corrections are learned from training customers out of fold and judged on customers that no model has "
                "seen; the order of customers stays. To keep one, choose it on Train under “Probabilities are taken”."
            )
        )
