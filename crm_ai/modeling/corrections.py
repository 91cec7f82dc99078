"""What recalibration would do for a model, judged on customers that neither it nor the correction has seen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.evaluation import exact_ranking, expected_calibration_error, tally_scores
from crm_ai.modeling.problem import Task
from crm_ai.modeling.recalibration import METHODS, Recalibrator
from crm_ai.modeling.run import Run
from crm_ai.words import _

AS_IS = "as is"


def corrections(run: Run, model_type: str) -> pd.DataFrame:
    """Compare a model's probabilities with corrected ones.

    Parameters
    ----------
    run : Run
        A run of a yes/no question.
    model_type : str
        One of its models.

    Returns
    -------
    pandas.DataFrame
        Columns method ("as is", sigmoid, isotonic), metric (brier_score, log_loss, expected_calibration_error), value,
        low, high, n; of the holdout. Curves are learned from what was said out of fold.

    Raises
    ------
    ProblemError
        If the question is no yes/no question, or its models are corrected already.
    """
    problem = run.problem
    if problem.task is not Task.BINARY or problem.recalibration:
        raise ProblemError(
            _("There is nothing to correct: only probabilities of a yes/no question, and only once."),
            next_step=_("Train without recalibration to compare."),
        )
    said, known = run.predictions[run.model(model_type).model_type], run.out_of_fold[model_type]
    judged = np.isfinite(known)
    scores = {AS_IS: said}
    for method in METHODS:
        curve = Recalibrator(method).fit(known[judged], run.train_actual[judged])
        scores[method] = curve.probabilities(said)
    rows = []
    for method, corrected in scores.items():
        exact = exact_ranking(run.actual, corrected)
        gap = expected_calibration_error(tally_scores(run.actual, corrected))
        rows += [(method, e.name, e.value, e.low, e.high, e.n) for e in (exact["brier_score"], exact["log_loss"], gap)]
    return pd.DataFrame(rows, columns=["method", "metric", "value", "low", "high", "n"])
