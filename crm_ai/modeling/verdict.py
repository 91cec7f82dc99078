"""How good a model is, in one sentence, and by which figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from crm_ai.evaluation import Estimate
from crm_ai.evaluation.glossary import interval, value
from crm_ai.modeling.answers import question_in_words
from crm_ai.modeling.problem import Task
from crm_ai.modeling.run import Run
from crm_ai.words import _, percent, shorten

HEADLINE = {
    Task.BINARY: ("roc_auc", "precision", "recall", "selection_rate"),
    Task.MULTICLASS: ("accuracy", "balanced_accuracy", "macro_f1", "macro_roc_auc"),
    Task.REGRESSION: ("r2", "mae", "rmse", "mean_error"),
}


def how_good_in_words(run: Run, judged: Mapping[str, Estimate], *, name: Callable[[str], str] = shorten) -> str:
    """Say how good a model is, with the number and how sure we are.

    Parameters
    ----------
    run : Run
        The run.
    judged : mapping of str to Estimate
        The model's headline.
    name : callable, default shorten
        Writes a column or an answer, which may be long or hold anything.

    Returns
    -------
    str
        One or two sentences.
    """
    target = name(run.problem.target)
    if run.problem.task is Task.REGRESSION:
        explained, error = judged["r2"], judged["mae"]
        if explained.value < 0:
            return _(
                "Worse than saying the mean of everybody; typically wrong by {error} ({errors}). A few very large "
                "amounts may be the reason: try amounts by factors on Train."
            ).format(error=value(error), errors=interval(error))
        return _(
            "Accounts for {share} of the differences between customers ({interval}); typically wrong by {error} "
            "({errors})."
        ).format(
            share=percent(explained.value),
            interval=_from_to(explained),
            error=value(error),
            errors=interval(error),
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
            label=name(run.problem.labels[_most_frequent(run)]),
            guess=percent(float((run.actual == _most_frequent(run)).mean())),
        )
    ranking = judged["roc_auc"]
    return _("Ranks a customer with {question} above one without it {share} of the time ({interval}).").format(
        question=name(question_in_words(run.problem)), share=percent(ranking.value), interval=_from_to(ranking)
    )


def _most_frequent(run: Run) -> int:
    return int(np.bincount(run.actual).argmax())


def _from_to(estimate: Estimate) -> str:
    low, high = percent(estimate.low), percent(estimate.high)
    return f"{low.removesuffix(' %')}–{high}"
