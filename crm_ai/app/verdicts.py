"""How good a model is, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crm_ai.app.plain import plain
from crm_ai.modeling import HEADLINE, SplitKind, Task, how_good_in_words
from crm_ai.words import _, count, sentences

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate
    from crm_ai.modeling import Run

__all__ = ["ALL_AT_THRESHOLD", "HEADLINE", "how_good", "judged_on", "question"]

NAME_WIDTH = 40
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
    return how_good_in_words(run, judged, name=lambda text: plain(text, NAME_WIDTH))


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
    split = run.problem.split
    if split.kind is SplitKind.TIME:
        whom = _("Judged on {n} customers that no model has seen: the latest by {column}.")
    else:
        whom = _("Judged on {n} customers that no model has seen.")
    whom = whom.format(n=count(len(run.holdout_rows)), column=plain(split.column, NAME_WIDTH))
    if run.problem.task is Task.REGRESSION:
        return whom
    return sentences([whom, _("Headline figures are exact; curves are read off counts by score.")])


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
