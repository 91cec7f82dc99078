"""Which model to take: whether the best is really better, and whether a simpler one is as good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.evaluation.paired import (
    Difference,
    balanced_accuracy_difference,
    corrected_resampled_t,
    holm,
    r2_difference,
    roc_auc_difference,
)
from crm_ai.modeling.model_types import BASELINE, MODEL_TYPES
from crm_ai.modeling.problem import Problem, SplitKind, Task
from crm_ai.modeling.results import best_by_cross_validation
from crm_ai.modeling.run import Run
from crm_ai.modeling.search import DECISIVE
from crm_ai.words import _, sentences

ALPHA = 0.05
# What nobody would act on: a simpler model within this of the best is as good as it.
NEGLIGIBLE = {"roc_auc": 0.01, "balanced_accuracy": 0.01, "r2": 0.02}


@dataclass(frozen=True, slots=True)
class Rival:
    """One model beside the best.

    Parameters
    ----------
    model_type : str
        Which model.
    on_holdout : Difference
        How much better the best is, on the customers that no model has seen.
    on_folds : Difference
        How much better the best is, on the folds of the training customers.
    p : float
        Of the difference on the holdout, corrected for the number of rivals.
    is_makeshift : bool, default False
        Whether it answers this kind of question only with reservations, and so is not proposed instead of the best.
    """

    model_type: str
    on_holdout: Difference
    on_folds: Difference
    p: float
    is_makeshift: bool = False

    @property
    def is_worse(self) -> bool:
        """Whether it is really worse than the best: the difference is beyond chance."""
        return self.p <= ALPHA and self.on_holdout.estimate.value > 0

    @property
    def is_as_good(self) -> bool:
        """Whether any difference to the best is too small to matter, beyond doubt or by far the likeliest."""
        gap = self.on_holdout.estimate
        return not self.is_worse and gap.known and gap.value <= NEGLIGIBLE[gap.name]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run's models compared with the one that did best on folds.

    Parameters
    ----------
    best : str
        The model that did best on folds of the training customers; the holdout had no say.
    metric : str
        The field's term of what decides.
    rivals : tuple of Rival
        The other models and the baseline.
    """

    best: str
    metric: str
    rivals: tuple[Rival, ...]

    @property
    def beats_baseline(self) -> bool:
        """Whether the best is really better than saying the same of everybody."""
        return any(rival.model_type == BASELINE and rival.is_worse for rival in self.rivals)

    @property
    def simplest(self) -> str:
        """The simplest model that is as good as the best; the best itself if there is none."""
        rivals = [r for r in self.rivals if r.model_type != BASELINE and not r.is_makeshift]
        able = [self.best, *(r.model_type for r in rivals if r.is_as_good)]
        return min(able, key=lambda name: MODEL_TYPES[name].simplicity)

    def to_frame(self) -> pd.DataFrame:
        """Comparison as a tidy table, one row a rival.

        Returns
        -------
        pandas.DataFrame
            Columns model, metric, difference, low, high, p, n, fold_difference, fold_low, fold_high, fold_p.
        """
        rows = [
            (r.model_type, self.metric, h.value, h.low, h.high, r.p, h.n, f.value, f.low, f.high, r.on_folds.p)
            for r in self.rivals
            for h, f in ((r.on_holdout.estimate, r.on_folds.estimate),)
        ]
        names = ["model", "metric", "difference", "low", "high", "p", "n"]
        return pd.DataFrame(rows, columns=[*names, "fold_difference", "fold_low", "fold_high", "fold_p"])


def compare(run: Run) -> Comparison:
    """Compare a run's models.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    Comparison
        Each rival's distance to the model that did best on folds, on the holdout and on the folds.
    """
    best, metric = best_by_cross_validation(run), DECISIVE[run.problem.task]
    others = [name for name in (*run.models, BASELINE) if name != best]
    on_holdout = [
        score_difference(run.problem, run.actual, run.predictions[best], run.predictions[name]) for name in others
    ]
    corrected = holm([difference.p for difference in on_holdout])
    rivals = tuple(
        Rival(
            name,
            difference,
            _on_folds(run, best, name, metric),
            p,
            is_makeshift=run.problem.task in MODEL_TYPES[name].remarks,
        )
        for name, difference, p in zip(others, on_holdout, corrected, strict=True)
    )
    return Comparison(best, metric, rivals)


def score_difference(problem: Problem, actual: np.ndarray, first: np.ndarray, second: np.ndarray) -> Difference:
    """How much better one set of predictions is than another of the same customers.

    Parameters
    ----------
    problem : Problem
        The question.
    actual : numpy.ndarray of shape (n,)
        What was true, as ``Run.actual``.
    first, second : numpy.ndarray
        What was said, as ``Model.predict``.

    Returns
    -------
    Difference
        Of ROC AUC, R² or balanced accuracy.
    """
    if problem.task is Task.BINARY:
        return roc_auc_difference(actual, first, second)
    if problem.task is Task.REGRESSION:
        return r2_difference(actual, first, second)
    return balanced_accuracy_difference(actual, first.argmax(axis=1), second.argmax(axis=1))


def in_words(comparison: Comparison) -> str:
    """Say which model to take, and why.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    str
        Two or three sentences, true to the figures.
    """
    name = {rival.model_type: MODEL_TYPES[rival.model_type].name for rival in comparison.rivals}
    best = MODEL_TYPES[comparison.best].name
    said = []
    if not comparison.beats_baseline:
        said.append(
            _("{best} did best on folds, but is not shown to be better than saying the same of everybody.").format(
                best=best
            )
        )
        return sentences(said)
    said.append(_("{best} did best on folds of the training customers.").format(best=best))
    models = [rival for rival in comparison.rivals if rival.model_type != BASELINE]
    worse = [rival for rival in models if rival.is_worse]
    if worse:
        words = _(", ").join(f"{name[r.model_type]} ({_gap(r, comparison.metric)})" for r in worse)
        said.append(_("On the customers judged on it is really better than {models}.").format(models=words))
    alike = [rival for rival in models if not rival.is_worse]
    if alike:
        words = _(", ").join(f"{name[r.model_type]} ({_gap(r, comparison.metric)})" for r in alike)
        said.append(_("It is not shown to be better than {models}.").format(models=words))
    if comparison.simplest != comparison.best:
        said.append(
            _("{simplest} is simpler and as good: prefer it unless the last thousandth matters.").format(
                simplest=MODEL_TYPES[comparison.simplest].name
            )
        )
    return sentences(said)


def _gap(rival: Rival, metric: str) -> str:
    gap = rival.on_holdout.estimate
    term = {"roc_auc": _("ROC AUC"), "balanced_accuracy": _("balanced accuracy"), "r2": _("R²")}[metric]
    return f"{term} {gap.value:+.3f}; {gap.low:+.3f} … {gap.high:+.3f}"


def _on_folds(run: Run, best: str, other: str, metric: str) -> Difference:
    scores = run.cross_validation
    scores = scores[scores["metric"] == metric].pivot_table(index="fold", columns="model", values="value")
    if best not in scores or other not in scores:
        return corrected_resampled_t(metric, np.zeros(0), 0.0)
    share = 1 / max(run.problem.folds - 1, 1) if run.problem.split.kind is not SplitKind.TIME else 1.0
    return corrected_resampled_t(metric, (scores[best] - scores[other]).to_numpy(), share)
