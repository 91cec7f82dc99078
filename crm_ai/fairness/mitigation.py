"""Make a model fairer: several ways, each fitted on training customers only and judged on others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.fairness.adoption import adopted_digest
from crm_ai.fairness.candidate import (
    CONSTRAINTS,
    DECORRELATION,
    EXPONENTIATED_GRADIENT,
    GRID_SEARCH,
    GROUP_THRESHOLDS,
    KNOWS_THE_GROUP,
    METHODS,
    REWEIGHING,
    UNCONSTRAINED,
    Candidate,
)
from crm_ai.fairness.ways import by_group, decorrelated, reduced, reweighed
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Groups, Refitted, Run, Segment


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
        REWEIGHING: lambda: reweighed(run, model_type, groups),
        DECORRELATION: lambda: decorrelated(run, model_type, _columns(segment)),
        GROUP_THRESHOLDS: lambda: by_group(run, model_type, segment, groups, constraint, threshold),
    }
    make = makers.get(method, lambda: reduced(run, model_type, groups, method, constraint, threshold))
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
    from crm_ai.modeling.references import drawn_references
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
    references = drawn_references(model, run.table.frame, run.train_rows, made.out_of_fold, run.problem.seed)
    model = replace(model, references=references)
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


def _free_name(name: str, run: Run) -> str:
    free, number = name, 2
    while free in run.models:
        free, number = f"{name}.{number}", number + 1
    return free
