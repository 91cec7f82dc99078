"""Reduce a run's holdout to the counts and headline numbers that everything else is read from."""

from __future__ import annotations

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.evaluation import (
    ConfusionTally,
    ErrorTally,
    Estimate,
    Tally,
    at_threshold,
    exact_ranking,
    multiclass_metrics,
    regression_metrics,
    tally_confusion,
    tally_errors,
    tally_scores,
)
from crm_ai.modeling.answers import label_place
from crm_ai.modeling.groups import group_codes, groups_of
from crm_ai.modeling.model_types import BASELINE
from crm_ai.modeling.problem import Task
from crm_ai.modeling.run import Run
from crm_ai.modeling.search import DECISIVE
from crm_ai.modeling.segments import Groups, Segment
from crm_ai.words import _

ALL = ("all",)


def tally(
    run: Run, model_type: str, *, segment: str | Segment | Groups | None = None, label: str | None = None
) -> Tally:
    """Count holdout customers by segment, outcome and score.

    Parameters
    ----------
    run : Run
        A run of a yes/no or a multiclass question.
    model_type : str
        One of its models.
    segment : str, Segment or Groups, optional
        What makes the groups that are counted apart, see ``group_codes``.
    label : str, optional
        For a multiclass question: the answer that is set against all others; by default the first.

    Returns
    -------
    Tally
        The counts; everything at a threshold is read from them.

    Raises
    ------
    ProblemError
        If the question is one of regression, or `label` is none of its answers.
    """
    if run.problem.task is Task.REGRESSION:
        raise ProblemError(_("A numeric prediction has no thresholds; ask “more than …?” to get them."))
    said, actual = run.predictions[run.model(model_type).model_type], run.actual
    if run.problem.task is Task.MULTICLASS:
        place = label_place(run.problem, label)
        said, actual = said[:, place], actual == place
    codes, names = (None, ALL) if segment is None else group_codes(run, segment)
    return tally_scores(np.asarray(actual, dtype=np.int64), said, codes, names)


def out_of_fold_tally(
    run: Run, model_type: str, *, segment: str | Segment | Groups | None = None, label: str | None = None
) -> Tally:
    """Count training customers by outcome and by what was said of them out of fold.

    Thresholds are chosen on these, so that the holdout is left to judge them.

    Parameters
    ----------
    run : Run
        A run of a yes/no or a multiclass question.
    model_type : str
        One of its models.
    segment : str, Segment or Groups, optional
        What makes the groups that are counted apart, see ``group_codes``.
    label : str, optional
        For a multiclass question: the answer that is set against all others; by default the first.

    Returns
    -------
    Tally
        Of the customers who were in a fold.
    """
    said = run.out_of_fold[run.model(model_type).model_type]
    actual = run.train_actual
    if said.ndim > 1:
        place = label_place(run.problem, label)
        said, actual = said[:, place], actual == place
    judged = np.isfinite(said)
    codes, names = (None, ALL) if segment is None else groups_of(run.table, segment).of(run.train_rows[judged])
    return tally_scores(actual[judged].astype(np.int64), said[judged], codes, names)


def error_tally(run: Run, model_type: str, *, segment: str | Segment | Groups | None = None) -> ErrorTally:
    """Count holdout customers by segment and error of a numeric prediction.

    Parameters
    ----------
    run : Run
        A run of a regression.
    model_type : str
        One of its models.
    segment : str, Segment or Groups, optional
        What makes the groups that are counted apart, see ``group_codes``.

    Returns
    -------
    ErrorTally
        The counts.
    """
    codes, names = (None, ALL) if segment is None else group_codes(run, segment)
    return tally_errors(run.actual, run.predictions[run.model(model_type).model_type], codes, names)


def confusion_tally(run: Run, model_type: str, *, segment: str | Segment | Groups | None = None) -> ConfusionTally:
    """Count holdout customers by segment, actual and predicted answer.

    Parameters
    ----------
    run : Run
        A run of a multiclass question.
    model_type : str
        One of its models.
    segment : str, Segment or Groups, optional
        What makes the groups that are counted apart, see ``group_codes``.

    Returns
    -------
    ConfusionTally
        The counts.
    """
    codes, names = (None, ALL) if segment is None else group_codes(run, segment)
    chosen = run.predictions[run.model(model_type).model_type].argmax(axis=1)
    return tally_confusion(run.actual, chosen, run.problem.labels, codes, names)


def confidence_tally(run: Run, model_type: str) -> Tally:
    """Count holdout customers by whether the likeliest answer was right, and by how likely it was said to be.

    Parameters
    ----------
    run : Run
        A run of a multiclass question.
    model_type : str
        One of its models.

    Returns
    -------
    Tally
        Its calibration is that of the answers given.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), ICML, "On calibration of modern neural networks" (confidence calibration).
    """
    said = run.predictions[run.model(model_type).model_type]
    return tally_scores((said.argmax(axis=1) == run.actual).astype(np.int64), said.max(axis=1))


def headline(run: Run, model_type: str, *, threshold: float = 0.5) -> dict[str, Estimate]:
    """How good a model is on customers it has not seen.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    threshold : float, default 0.5
        For a yes/no question: the score from which a customer is selected.

    Returns
    -------
    dict of str to Estimate
        By metric, each with a 95 % interval and the number of customers. Ranking figures of yes/no questions are exact,
        not read from the tally.
    """
    said = run.predictions[run.model(model_type).model_type]
    if run.problem.task is Task.REGRESSION:
        return regression_metrics(run.actual, said)
    if run.problem.task is Task.MULTICLASS:
        return multiclass_metrics(run.actual, said, run.problem.labels)
    return exact_ranking(run.actual, said) | at_threshold(tally(run, model_type), threshold)


def best_by_cross_validation(run: Run) -> str:
    """Model type that did best on folds of the training customers; the holdout has no say.

    Parameters
    ----------
    run : Run
        A run.

    Returns
    -------
    str
        The model type with the highest mean ROC AUC, balanced accuracy or R²; the first one where nothing was
        cross-validated.
    """
    scores = run.cross_validation
    if scores.empty:
        return next(iter(run.models))
    scores = scores[(scores["metric"] == DECISIVE[run.problem.task]) & (scores["model"] != BASELINE)]
    means = scores.groupby("model", sort=False)["value"].mean()
    return str(means.idxmax())
