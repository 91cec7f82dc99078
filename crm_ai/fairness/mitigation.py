"""Make a model fairer: several ways, each fitted on training customers only and judged on others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator

from crm_ai.errors import ProblemError
from crm_ai.fairness.adoption import adopted_digest
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Groups, Lesson, Refitted, Run, Segment

REWEIGHING = "reweighing"
DECORRELATION = "decorrelation"
EXPONENTIATED_GRADIENT = "exponentiated_gradient"
GRID_SEARCH = "grid_search"
GROUP_THRESHOLDS = "group_thresholds"
METHODS = (REWEIGHING, DECORRELATION, EXPONENTIATED_GRADIENT, GRID_SEARCH, GROUP_THRESHOLDS)
CONSTRAINTS = ("demographic_parity", "equalized_odds", "true_positive_rate_parity", "false_positive_rate_parity")
UNCONSTRAINED = frozenset({REWEIGHING, DECORRELATION})
KNOWS_THE_GROUP = frozenset({DECORRELATION, GROUP_THRESHOLDS})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A fairer model that may be adopted.

    Parameters
    ----------
    name : str
        What it is called in a run, for instance ``"logistic_regression+reweighing"``.
    model_type : str
        The run's model it was made of.
    method, constraint : str
        One of ``METHODS``; one of ``CONSTRAINTS``, empty for methods that know none.
    segment : str, Segment or Groups
        What makes the groups.
    threshold : float
        Score from which customers are selected, which it was made for.
    made : Refitted
        The model, and what it says of customers it has not seen.
    """

    name: str
    model_type: str
    method: str
    constraint: str
    segment: str | Segment | Groups
    threshold: float
    made: Refitted

    @property
    def needs_segment(self) -> bool:
        """Whether the group must be known wherever it scores."""
        return self.method in KNOWS_THE_GROUP

    @property
    def caution(self) -> str:
        """What to consider before it is adopted, in the reader's language; empty if nothing special."""
        from crm_ai.modeling import segment_name

        name = segment_name(self.segment)
        if self.method == GROUP_THRESHOLDS:
            return _(
                "Every customer is treated openly by {segment}: two customers with the same score may get different "
                "decisions. In many countries that is forbidden for traits such as sex, age or origin, also where the "
                "aim is fairness. Ask a lawyer before you adopt it."
            ).format(segment=name)
        if self.method == DECORRELATION:
            return _(
                "{segment} must be known wherever this model scores, for it takes out what tells it. Make sure that "
                "you may keep and use it."
            ).format(segment=name)
        return _("{segment} was used in training only; the model does not ask for it because of this method.").format(
            segment=name
        )


def mitigate(
    run: Run,
    model_type: str,
    segment: str | Segment | Groups,
    method: str,
    *,
    constraint: str = "demographic_parity",
    threshold: float = 0.5,
) -> Candidate:
    """Make one of a run's models fairer.

    Parameters
    ----------
    run : Run
        A run of a yes/no question.
    model_type : str
        One of its models.
    segment : str, Segment or Groups
        What makes the groups. Decorrelation and thresholds by group need columns, as they must know groups of new
        customers.
    method : str
        One of ``METHODS``.
    constraint : str, default "demographic_parity"
        One of ``CONSTRAINTS``; reweighing and decorrelation know none.
    threshold : float, default 0.5
        Score from which customers are selected.

    Returns
    -------
    Candidate
        The holdout had no part in making it.

    Raises
    ------
    ProblemError
        If the question has no yes and no, there are no two groups, or the method does not suit the model.

    References
    ----------
    Kamiran, Calders (2012), Knowledge and Information Systems 33, "Data preprocessing techniques for classification
    without discrimination"; for the others see ``decorrelation``, ``reductions`` and ``group_thresholds``.
    """
    groups = _groups(run, segment)
    _check(run, model_type, segment, method, constraint, groups)
    makers: dict[str, Callable[[], Refitted]] = {
        REWEIGHING: lambda: _reweighed(run, model_type, groups),
        DECORRELATION: lambda: _decorrelated(run, model_type, _columns(segment)),
        GROUP_THRESHOLDS: lambda: _by_group(run, model_type, segment, groups, constraint, threshold),
    }
    make = makers.get(method, lambda: _reduced(run, model_type, groups, method, constraint, threshold))
    named = "" if method in UNCONSTRAINED else constraint
    name = f"{model_type}+{method}" + (f".{named}" if named else "")
    made = make()
    return Candidate(
        name=name,
        model_type=model_type,
        method=method,
        constraint=named,
        segment=segment,
        threshold=threshold,
        made=replace(made, model=replace(made.model, model_type=name)),
    )


def candidates(
    run: Run,
    model_type: str,
    segment: str | Segment | Groups,
    *,
    constraint: str = "demographic_parity",
    threshold: float = 0.5,
    methods: Iterable[str] = METHODS,
    progress: Callable[[str], None] | None = None,
) -> tuple[Candidate, ...]:
    """Make a model fairer in every way that suits it.

    Parameters
    ----------
    run, model_type, segment, constraint, threshold : optional
        See ``mitigate``.
    methods : iterable of str, optional
        Some of ``METHODS``; by default all.
    progress : callable, optional
        Called with the name of each method before it begins.

    Returns
    -------
    tuple of Candidate
        Methods that do not suit the model or the segment are left out.

    Raises
    ------
    ProblemError
        If none suits.
    """
    found: list[Candidate] = []
    refused: ProblemError | None = None
    for method in methods:
        if progress is not None:
            progress(method)
        try:
            found.append(mitigate(run, model_type, segment, method, constraint=constraint, threshold=threshold))
        except ProblemError as error:
            refused = error
    if not found and refused is not None:
        raise refused
    return tuple(found)


def adopt(run: Run, candidate: Candidate) -> Run:
    """Take a candidate among a run's models.

    Parameters
    ----------
    run : Run
        The run it was made from.
    candidate : Candidate
        The fairer model.

    Returns
    -------
    Run
        With one more model, to be judged, explained, audited, saved and put to work like the others. The plan is as it
        was, so that the record of the run makes the original models again.
    """
    import pandas as pd

    from crm_ai.modeling import first_folds
    from crm_ai.modeling.profile import Inputs, with_profile
    from crm_ai.modeling.scores import fold_scores

    made, name = candidate.made, _free_name(candidate.name, run)
    scores = []
    for number, (_fit, judge) in enumerate(first_folds(run)):
        actual, said = run.train_actual[judge], made.out_of_fold[judge]
        scores += [
            (name, number, metric, value) for metric, value in fold_scores(run.problem.task, actual, said).items()
        ]
    new = pd.DataFrame(scores, columns=["model", "fold", "metric", "value"])
    extra = tuple(column for column in made.model.problem.features if column not in run.problem.features)
    model = replace(made.model, model_type=name)
    model = with_profile(model, run.table, run.train_rows, made.predictions, run.actual, Inputs(run.table.schema))
    return replace(
        run,
        problem=replace(run.problem, features=run.problem.features + extra),
        models={**run.models, name: model},
        predictions={**run.predictions, name: made.predictions},
        out_of_fold={**run.out_of_fold, name: made.out_of_fold},
        cross_validation=pd.concat([run.cross_validation, new], ignore_index=True),
        settings={**run.settings, name: dict(run.settings[candidate.model_type])},
        model_seconds={**run.model_seconds, name: made.seconds, f"{name} predict": 0.0},
        digest=adopted_digest(run, candidate),
    )


def reweighing(groups: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Weights that make groups and answers independent.

    Parameters
    ----------
    groups, target : numpy.ndarray of int, shape (n,)
        Groups and answers.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        How often a group and an answer would come together if they were independent, over how often they do.

    Examples
    --------
    >>> reweighing(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])).tolist()
    [0.75, 0.75, 1.5, 0.5]
    """
    together = np.zeros((int(groups.max(initial=0)) + 1, int(target.max(initial=0)) + 1))
    np.add.at(together, (groups, target), 1)
    expected = np.outer(together.sum(axis=1), together.sum(axis=0)) / max(len(target), 1)
    weights: np.ndarray = (expected / np.maximum(together, 1))[groups, target]
    return weights


def _groups(run: Run, segment: str | Segment | Groups) -> np.ndarray:
    from crm_ai.modeling import groups_of

    codes, names = groups_of(run.table, segment).of(run.train_rows)
    if len(names) < 2:
        raise ProblemError(
            _("Training customers are all of one group, so there is nothing to make equal."),
            next_step=_("Choose another segment."),
        )
    return codes


def _check(
    run: Run, model_type: str, segment: str | Segment | Groups, method: str, constraint: str, groups: np.ndarray
) -> None:
    from crm_ai.modeling import Groups, Task

    run.model(model_type)
    if run.problem.task is not Task.BINARY:
        raise ProblemError(_("Only models of a yes/no question are made fairer."), next_step=_("Ask “more than …?”."))
    if method not in METHODS or constraint not in CONSTRAINTS:
        raise ProblemError(
            _("There is no method “{method}” with constraint “{constraint}”.").format(
                method=method, constraint=constraint
            ),
            next_step=_("Choose among: {names}.").format(names=", ".join((*METHODS, *CONSTRAINTS))),
        )
    if model_type not in run.plan.model_types:
        raise ProblemError(
            _("Only a model that was trained is made fairer."),
            next_step=_("Choose among: {names}.").format(names=", ".join(run.plan.model_types))
            if run.plan.model_types
            else _("Train models of this question here, and make one of them fairer."),
        )
    if method in KNOWS_THE_GROUP and isinstance(segment, Groups):
        raise ProblemError(
            _("This method must know the group of new customers, but these groups were made elsewhere."),
            next_step=_("Choose columns, or another method."),
        )
    if method in (EXPONENTIATED_GRADIENT, GRID_SEARCH) and model_type == "linear_regression":
        raise ProblemError(
            _("This method needs a model that gives probabilities."), next_step=_("Choose logistic regression.")
        )
    if method in (EXPONENTIATED_GRADIENT, GRID_SEARCH):
        _check_reduction(groups, run.train_actual, method, constraint)


def _check_reduction(groups: np.ndarray, target: np.ndarray, method: str, constraint: str) -> None:
    from crm_ai.fairness.reductions import FEWEST_TO_LEARN, GRID, dimensions, large_groups

    rates = dimensions(large_groups(groups, target), constraint)
    if rates < 1:
        raise ProblemError(
            _("There are no two groups of {n} training customers with both answers to be held equal.").format(
                n=FEWEST_TO_LEARN
            ),
            next_step=_("Choose larger groups."),
        )
    if method == GRID_SEARCH and rates > max(GRID):
        raise ProblemError(
            _("A grid cannot hold so many groups equal at once."), next_step=_("Take exponentiated gradient.")
        )


def _columns(segment: str | Segment | Groups) -> tuple[str, ...]:
    from crm_ai.modeling import Segment

    return segment.columns if isinstance(segment, Segment) else (str(segment),)


def _weights(run: Run, target: np.ndarray) -> np.ndarray | None:
    from crm_ai.modeling.fitting import balancing

    return balancing(target) if run.problem.balanced else None


def _reweighed(run: Run, model_type: str, groups: np.ndarray) -> Refitted:
    from crm_ai.modeling import refit

    def fit(lesson: Lesson) -> BaseEstimator:
        weights = reweighing(groups[lesson.places], lesson.target)
        usual = _weights(run, lesson.target)
        return lesson.estimator.fit(
            lesson.matrix, lesson.target, sample_weight=weights if usual is None else weights * usual
        )

    return refit(run, model_type, model_type, fit)


def _decorrelated(run: Run, model_type: str, columns: tuple[str, ...]) -> Refitted:
    from crm_ai.fairness.decorrelation import fit_decorrelated
    from crm_ai.modeling import refit

    def fit(lesson: Lesson) -> BaseEstimator:
        places = [lesson.encoder.columns_.index(column) for column in columns]
        sensitive = np.isin(lesson.encoder.source_, places)
        if sensitive.all():
            raise ProblemError(_("No other column would be left to predict from."))
        return fit_decorrelated(lesson.estimator, lesson.matrix, lesson.target, sensitive, _weights(run, lesson.target))

    return refit(run, model_type, model_type, fit, also=columns)


def _reduced(run: Run, model_type: str, groups: np.ndarray, method: str, constraint: str, threshold: float) -> Refitted:
    from crm_ai.fairness.reductions import fit_exponentiated_gradient, fit_grid_search
    from crm_ai.modeling import refit

    way = fit_exponentiated_gradient if method == EXPONENTIATED_GRADIENT else fit_grid_search

    def fit(lesson: Lesson) -> BaseEstimator:
        usual = _weights(run, lesson.target)
        first = (1.0, 1.0) if usual is None else tuple(float(usual[lesson.target == k].mean()) for k in (0, 1))
        return way(
            lesson.estimator,
            lesson.matrix,
            lesson.target,
            groups[lesson.places],
            constraint=constraint,
            threshold=threshold,
            costs=(first[0], first[1]),
            seed=run.problem.seed,
        )

    return refit(run, model_type, model_type, fit)


def _by_group(
    run: Run,
    model_type: str,
    segment: str | Segment | Groups,
    groups: np.ndarray,
    constraint: str,
    threshold: float,
) -> Refitted:
    """Thresholds chosen on all folds for new customers, and for each fold on the others."""
    from time import perf_counter

    from crm_ai.fairness.group_reader import group_reader
    from crm_ai.fairness.group_thresholds import GroupThresholds, Past, choose_thresholds, moved, shifts_of
    from crm_ai.modeling import Segment, first_folds, refit

    start, said = perf_counter(), run.out_of_fold[model_type]
    k, judged = int(groups.max()) + 1, np.isfinite(said)
    past = Past(said, run.train_actual, groups)
    out_of_fold = np.full(len(said), np.nan)
    for _fit, judge in first_folds(run):
        others = judged.copy()
        others[judge] = False
        if others.any():
            own = shifts_of(choose_thresholds(past.of(others), constraint, threshold, k), threshold)
            out_of_fold[judge] = moved(said[judge], groups[judge], own)
    shifts = shifts_of(choose_thresholds(past.of(judged), constraint, threshold, k), threshold)
    base = run.model(model_type)
    width = len(base.encoder.encoded_names_)
    wanted = segment if isinstance(segment, Segment) else Segment((str(segment),))

    def fit(lesson: Lesson) -> BaseEstimator:
        reader = group_reader(run, wanted, lesson.encoder).fit(lesson.matrix, groups[lesson.places])
        return GroupThresholds(base.pipeline[-1], reader, shifts, width)

    made = refit(run, model_type, model_type, fit, also=wanted.columns, with_folds=False)
    return replace(made, out_of_fold=out_of_fold, seconds=perf_counter() - start)


def _free_name(name: str, run: Run) -> str:
    free, number = name, 2
    while free in run.models:
        free, number = f"{name}.{number}", number + 1
    return free
