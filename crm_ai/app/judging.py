"""How good a model is, in pictures: tabs that are questions, and one threshold that moves everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import (
    by_segment,
    cards,
    controls,
    errors,
    failing,
    frame,
    glossary,
    pictures,
    results,
    truth,
    verdicts,
    worth,
)
from crm_ai.evaluation import at_threshold, kolmogorov_smirnov, lift
from crm_ai.modeling import Task
from crm_ai.words import _, count, percent

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate
    from crm_ai.modeling import Run

GROUPS_WANTED = "groups_wanted"
LIFTS = (0.05, 0.1, 0.2)


def panel(run: Run, model: str) -> None:
    """Draw what belongs to the kind of question.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    """
    if run.problem.task is Task.BINARY:
        _yes_no(run, model)
        return
    cards.of_metrics(results.headline(run, model), verdicts.HEADLINE[run.problem.task])
    if run.problem.task is Task.REGRESSION:
        _numbers(run, model)
        return
    _answers(run, model)
    st.subheader(_("One answer at a time"), anchor=False)
    _one_answer(run, model, str(controls.choose_answer(run)))


@errors.fragment
def _yes_no(run: Run, model: str) -> None:
    threshold = _threshold()
    judged = at_threshold(results.tally(run, model), threshold)
    cards.of_metrics(results.headline(run, model) | judged, verdicts.HEADLINE[Task.BINARY])
    _at_threshold(run, model, None, threshold, judged)


@errors.fragment
def _one_answer(run: Run, model: str, label: str) -> None:
    threshold = _threshold()
    judged = at_threshold(results.tally(run, model, label=label), threshold)
    _at_threshold(run, model, label, threshold, judged)


def _threshold() -> float:
    return controls.threshold(
        _("Threshold: customers with at least this score are selected"),
        hint=_("Lower selects more customers and misses fewer; higher selects fewer, and more of them rightly."),
    )


def _at_threshold(run: Run, model: str, label: str | None, threshold: float, judged: dict[str, Estimate]) -> None:
    names = [
        _("What mistakes?"),
        _("How well does it rank?"),
        _("Whom to contact?"),
        _("What is it worth?"),
        _("Are probabilities true?"),
    ]
    names.append(_("For which group?"))
    if label is None:
        names.append(_("Where does it fail?"))
    key = f"judging_{label or ''}"
    _open_groups(key)
    mistakes, ranking, contact, money, probability, whom, *fails = st.tabs(names, key=key, on_change="rerun")
    with mistakes:
        left, right = st.columns(2)
        with left:
            frame.chart(*pictures.confusion(run, model, label, threshold), key="mistakes")
            st.caption(
                _(
                    "Each customer is in one field: what the model says at this threshold, and what was true. Shares "
                    "are of all customers in the row (confusion matrix)."
                )
            )
        with right:
            _all_at_threshold(judged)
    with ranking:
        _two(
            pictures.roc(run, model, label, threshold),
            pictures.precision_recall(run, model, label, threshold),
            "ranking",
        )
        st.caption(
            _(
                "Left: the further the curve leans to the upper left, the better customers are told apart; the dashed "
                "line is chance. Right: how many hits one pays for finding more."
            )
        )
        _separation(run, model, label)
        st.caption(
            _("The area under the curve is exact, from the scores; the curves are read off counts.")
            if label is None
            else _("Curves and area are read off counts by score; the area is within 0.001 of the exact one.")
        )
    with contact:
        share = judged["selection_rate"].value
        _two(pictures.gains(run, model, label, share), pictures.lift(run, model, label, share), "contact")
        st.caption(
            _(
                "Customers are contacted from the highest score downwards. Left: share of those with the answer who "
                "are reached (gains); right: how many times more than by chance (lift). The dotted line is the "
                "threshold: {share} are selected."
            ).format(share=percent(share))
        )
        _lift_in_words(run, model, label)
    with money:
        worth.panel(run, model, label)
    with probability:
        truth.of_an_answer(run, model, label)
    if whom.open:
        with whom:
            by_segment.panel(run, model, label)
    if fails and fails[0].open:
        with fails[0]:
            failing.panel(run, model)


def _answers(run: Run, model: str) -> None:
    names = [
        _("What is mistaken for what?"),
        _("How good is each answer?"),
        _("Are probabilities true?"),
        _("Where does it fail?"),
    ]
    mistakes, each, probability, fails = st.tabs(names, key="answers", on_change="rerun")
    with mistakes:
        frame.chart(*pictures.confusion_of_many(run, model), key="confusion_of_many")
    with each:
        metrics = {name: glossary.term(name).label for name in ("recall", "precision", "f1")}
        metric = st.segmented_control(
            _("Metric"),
            list(metrics),
            default="recall",
            required=True,
            format_func=metrics.__getitem__,
            key="class_metric",
        )
        frame.chart(*pictures.classes(run, model, str(metric)), key="classes")
    with probability:
        truth.of_answers(run, model)
    if fails.open:
        with fails:
            failing.panel(run, model)


def _numbers(run: Run, model: str) -> None:
    names = [
        _("Do predictions come true?"),
        _("Where is it off?"),
        _("How far is it off?"),
        _("How sure is a prediction?"),
        _("For which group?"),
        _("Where does it fail?"),
    ]
    _open_groups("numbers")
    right, off, far, sure, whom, fails = st.tabs(names, key="numbers", on_change="rerun")
    with right:
        frame.chart(*pictures.predicted_against_actual(run, model), key="predicted_against_actual")
    with off:
        frame.chart(*pictures.residuals(run, model), key="residuals")
    with far:
        frame.chart(*pictures.errors(run, model), key="errors")
    with sure:
        truth.of_ranges(run, model)
    if whom.open:
        with whom:
            by_segment.panel(run, model)
    if fails.open:
        with fails:
            failing.panel(run, model)


def open_groups() -> None:
    """Show the comparison of groups when the page is drawn next."""
    st.session_state[GROUPS_WANTED] = True


def _open_groups(tabs: str) -> None:
    if st.session_state.pop(GROUPS_WANTED, False):
        st.session_state[tabs] = _("For which group?")


def _two(first: pictures.Picture, second: pictures.Picture, key: str) -> None:
    left, right = st.columns(2)
    with left:
        frame.chart(*first, key=f"{key}_left")
    with right:
        frame.chart(*second, key=f"{key}_right")


def _all_at_threshold(judged: dict[str, Estimate]) -> None:
    import pandas as pd

    known = [judged[name] for name in verdicts.ALL_AT_THRESHOLD]
    table = pd.DataFrame(
        {
            _("at this threshold"): [glossary.term(e.name).label for e in known],
            _("value"): [glossary.value(e) for e in known],
            _("95 % interval"): [glossary.interval(e) for e in known],
            "n": [count(e.n) for e in known],
        }
    )
    st.dataframe(table, hide_index=True, alt=_("All figures at this threshold"))


def _separation(run: Run, model: str, label: str | None) -> None:
    found = kolmogorov_smirnov(results.tally(run, model, label=label))
    st.caption(
        _(
            "At the best cut-off, the share selected of those with the answer is {gap} above that of the others "
            "({interval}; Kolmogorov–Smirnov)."
        ).format(gap=glossary.points(found.value), interval=glossary.interval(found))
    )


def _lift_in_words(run: Run, model: str, label: str | None) -> None:
    tally = results.tally(run, model, label=label)
    said = [
        _("the top {share}: {lift}").format(share=percent(share), lift=glossary.in_words(lift(tally, share)))
        for share in LIFTS
    ]
    st.caption(_("Lift with its 95 % interval, {shares}.").format(shares=_("; ").join(said)))
