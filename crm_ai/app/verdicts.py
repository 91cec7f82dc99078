"""How good a model is, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crm_ai.app import glossary
from crm_ai.app.plain import plain
from crm_ai.modeling import Task
from crm_ai.words import _, count, percent

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate
    from crm_ai.modeling import Run

NAME_WIDTH = 40
HEADLINE = {
    Task.BINARY: ("roc_auc", "precision", "recall", "selection_rate"),
    Task.MULTICLASS: ("accuracy", "balanced_accuracy", "macro_f1", "macro_roc_auc"),
    Task.REGRESSION: ("r2", "mae", "rmse", "mean_error"),
}
ALL_AT_THRESHOLD = (
    "precision",
    "recall",
    "selection_rate",
    "accuracy",
    "f1",
    "false_positive_rate",
    "false_negative_rate",
    "specificity",
    "negative_predictive_value",
    "base_rate",
)


def how_good(run: Run, judged: Mapping[str, Estimate]) -> str:
    """Say how good a model is, with the number and how sure we are.

    Parameters
    ----------
    run : Run
        The run.
    judged : mapping of str to Estimate
        The model's headline.

    Returns
    -------
    str
        One or two sentences, safe to stand in markdown.
    """
    target = plain(run.problem.target, NAME_WIDTH)
    if run.problem.task is Task.REGRESSION:
        explained, error = judged["r2"], judged["mae"]
        if explained.value < 0:
            return _(
                "Worse than saying the mean of everybody; typically wrong by {error} ({errors}). A few very large "
                "amounts may be the reason: try amounts by factors on Train."
            ).format(error=glossary.value(error), errors=glossary.interval(error))
        return _(
            "Accounts for {share} of the differences between customers ({interval}); typically wrong by {error} "
            "({errors})."
        ).format(
            share=percent(explained.value),
            interval=_from_to(explained),
            error=glossary.value(error),
            errors=glossary.interval(error),
        )
    if run.problem.task is Task.MULTICLASS:
        right = judged["accuracy"]
        return _(
            "Gets {target} right for {share} of the customers ({interval}); always guessing “{label}” would be "
            "right for {guess}."
        ).format(
            target=target,
            share=percent(right.value),
            interval=_from_to(right),
            label=plain(run.problem.labels[_most_frequent(run)], NAME_WIDTH),
            guess=percent(float((run.actual == _most_frequent(run)).mean())),
        )
    ranking = judged["roc_auc"]
    return _("Ranks a customer with {question} above one without it {share} of the time ({interval}).").format(
        question=plain(question(run), NAME_WIDTH), share=percent(ranking.value), interval=_from_to(ranking)
    )


def judged_on(run: Run) -> str:
    """Say whom the models were judged on.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str
        One sentence.
    """
    whom = _("Judged on {n} customers that no model has seen.").format(n=count(len(run.holdout_rows)))
    if run.problem.task is Task.REGRESSION:
        return whom
    return f"{whom} {_('Headline figures are exact; curves are read off counts by score.')}"


def question(run: Run) -> str:
    """Write the question of a run.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str
        For instance ``Churn = Yes``.
    """
    from crm_ai.modeling import question_in_words

    return question_in_words(run.problem)


def _most_frequent(run: Run) -> int:
    import numpy as np

    return int(np.bincount(run.actual).argmax())


def _from_to(estimate: Estimate) -> str:
    low, high = percent(estimate.low), percent(estimate.high)
    return f"{low.removesuffix(' %')}–{high}"
