"""Who is trained on and who is judged on: by chance, in whole groups, or the past against what came after."""

from __future__ import annotations

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.modeling.labels import label_codes
from crm_ai.modeling.problem import Problem, SplitKind, Task
from crm_ai.table import Kind, Table
from crm_ai.words import _, count

FEWEST_CUSTOMERS = 30
FEWEST_OF_AN_ANSWER = 10

Parts = tuple[np.ndarray, np.ndarray]


def split_holdout(table: Table, problem: Problem, known: np.ndarray) -> Parts:
    """Set customers aside that no model sees before it is judged.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.
    known : numpy.ndarray of shape (n,)
        Their answers, NaN where unknown: such customers are in neither part.

    Returns
    -------
    train, holdout : numpy.ndarray of int
        Positions in the table, in no particular order.

    Raises
    ------
    ProblemError
        If there are too few customers, groups or moments to train and to judge.
    """
    labelled = np.flatnonzero(~np.isnan(known))
    _check_enough(table, problem, known[labelled])
    if problem.split.kind is SplitKind.TIME:
        train, holdout = _split_by_time(moments(table, problem)[labelled], problem)
    elif problem.split.kind is SplitKind.GROUP:
        train, holdout = _split_by_group(group_of(table, problem)[labelled], known[labelled], problem)
    else:
        train, holdout = _split_by_chance(known[labelled], problem)
    _check_both(table, problem, known[labelled[train]], known[labelled[holdout]])
    return labelled[train], labelled[holdout]


def folds(table: Table, problem: Problem, rows: np.ndarray, target: np.ndarray) -> list[Parts]:
    """Divide the training customers into folds as the holdout was divided off.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.
    rows : numpy.ndarray of int, shape (n,)
        Positions of the training customers.
    target : numpy.ndarray of shape (n,)
        Their answers.

    Returns
    -------
    list of (fit, judge)
        Positions in `rows`; ``problem.folds`` times ``problem.repeats`` of them, fewer where the split allows no more.
    """
    if problem.split.kind is SplitKind.TIME:
        return _folds_by_time(moments(table, problem)[rows], problem, target)
    groups = group_of(table, problem)[rows] if problem.split.kind is SplitKind.GROUP else None
    found: list[Parts] = []
    for repeat in range(max(problem.repeats, 1)):
        splitter = _splitter(problem, problem.folds, problem.seed + repeat)
        strata = None if problem.task is Task.REGRESSION else target
        found += [(fit, judge) for fit, judge in splitter.split(target, strata, groups)]
    return found


def moments(table: Table, problem: Problem) -> np.ndarray:
    """Time of each customer, for a split by time.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        A question whose split names a column of dates or numbers.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        The later the larger; customers without a time count as the earliest.

    Raises
    ------
    ProblemError
        If the column holds neither dates nor numbers.
    """
    column = table.frame[table.schema[problem.split.column].name]
    kind = table.schema[problem.split.column].kind
    if kind is Kind.DATE:
        stamps = column.to_numpy(dtype="datetime64[us]")
        return np.where(np.isnat(stamps), -np.inf, stamps.astype(np.int64).astype(np.float64))
    if kind is Kind.NUMBER:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isnan(values), -np.inf, values)
    raise ProblemError(
        _("“{column}” holds neither dates nor numbers, so it cannot tell past from future.").format(
            column=problem.split.column
        ),
        where=table.source,
        next_step=_("Choose a column of dates."),
    )


def group_of(table: Table, problem: Problem) -> np.ndarray:
    """Group of each customer, for a split by group.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        A question whose split names a column.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Numbers of the groups; each customer without one is a group of its own.
    """
    _texts, codes = label_codes(table.frame[table.schema[problem.split.column].name])
    alone = codes < 0
    return np.where(alone, len(_texts) + np.cumsum(alone), codes)


def _split_by_chance(known: np.ndarray, problem: Problem) -> Parts:
    from sklearn.model_selection import train_test_split

    train, holdout = train_test_split(
        np.arange(len(known)),
        test_size=problem.holdout,
        random_state=problem.seed,
        stratify=None if problem.task is Task.REGRESSION else known,
    )
    return train, holdout


def _split_by_group(groups: np.ndarray, known: np.ndarray, problem: Problem) -> Parts:
    parts = max(2, round(1 / problem.holdout))
    if len(np.unique(groups)) < max(parts, problem.folds) * 2:
        raise ProblemError(
            _("“{column}” has only {n} different groups: too few to keep them apart.").format(
                column=problem.split.column, n=count(len(np.unique(groups)))
            ),
            next_step=_("Choose another column, or let chance decide."),
        )
    splitter = _splitter(problem, parts, problem.seed)
    train, holdout = next(splitter.split(known, None if problem.task is Task.REGRESSION else known, groups))
    return train, holdout


def _splitter(problem: Problem, parts: int, seed: int):  # type: ignore[no-untyped-def]
    from sklearn import model_selection

    grouped, numeric = problem.split.kind is SplitKind.GROUP, problem.task is Task.REGRESSION
    name = {
        (False, False): "StratifiedKFold",
        (False, True): "KFold",
        (True, False): "StratifiedGroupKFold",
        (True, True): "GroupKFold",
    }[grouped, numeric]
    return getattr(model_selection, name)(n_splits=parts, shuffle=True, random_state=seed)


def _split_by_time(when: np.ndarray, problem: Problem) -> Parts:
    first = _boundaries(when, np.array([1 - problem.holdout]), problem)[0]
    return np.flatnonzero(when < first), np.flatnonzero(when >= first)


def _folds_by_time(when: np.ndarray, problem: Problem, target: np.ndarray) -> list[Parts]:
    """Blocks of time, each judged by what was learned from all before it."""
    edges = np.unique(_boundaries(when, np.arange(1, problem.folds + 1) / (problem.folds + 1), problem))
    found = []
    for low, high in zip(edges, np.append(edges[1:], np.inf), strict=True):
        fit, judge = np.flatnonzero(when < low), np.flatnonzero((when >= low) & (when < high))
        answers = len(problem.labels)
        if problem.task is Task.REGRESSION or (
            len(np.unique(target[fit])) == answers and (problem.task is Task.MULTICLASS or _both(target[judge]))
        ):
            found.append((fit, judge))
    if not found:
        raise ProblemError(
            _("No stretch of time has customers of each answer to train on and to judge on."),
            next_step=_("Let chance decide instead of time, or ask about a more frequent answer."),
        )
    return found


def _both(target: np.ndarray) -> bool:
    return len(np.unique(target)) > 1


def _boundaries(when: np.ndarray, shares: np.ndarray, problem: Problem) -> np.ndarray:
    """Moments before which these shares of the customers lie; the same moment is never torn apart."""
    ordered = np.sort(when)
    first = ordered[np.minimum((shares * len(ordered)).astype(np.intp), len(ordered) - 1)]
    if not (ordered[0] < first[0]):
        raise ProblemError(
            _("Most customers have the same “{column}”, so past and future cannot be told apart.").format(
                column=problem.split.column
            ),
            next_step=_("Choose another column, or let chance decide."),
        )
    return first


def _check_enough(table: Table, problem: Problem, known: np.ndarray) -> None:
    if len(known) < FEWEST_CUSTOMERS:
        raise ProblemError(
            _("Only {n} customers have a known “{target}”; at least {least} are needed.").format(
                n=count(len(known)), target=problem.target, least=FEWEST_CUSTOMERS
            ),
            where=table.source,
            next_step=_("Upload more customers, or choose another target."),
        )
    if problem.task is Task.REGRESSION:
        return
    sizes = np.bincount(known.astype(np.intp), minlength=len(problem.labels))
    if sizes.min() < FEWEST_OF_AN_ANSWER:
        raise ProblemError(
            _(
                "Only {n} customers have the answer “{label}”; at least {least} are needed to train and to judge."
            ).format(n=count(int(sizes.min())), label=problem.labels[int(sizes.argmin())], least=FEWEST_OF_AN_ANSWER),
            where=table.source,
            next_step=_("Ask another question, or upload more such customers."),
        )


def _check_both(table: Table, problem: Problem, train: np.ndarray, holdout: np.ndarray) -> None:
    """Groups and times may leave one part without an answer."""
    if problem.task is Task.REGRESSION:
        return
    answers = len(problem.labels)
    for part in (train, holdout):
        sizes = np.bincount(part.astype(np.intp), minlength=answers)
        if not sizes.all() and (part is train or problem.task is Task.BINARY):
            raise ProblemError(
                _("Split by “{column}”, no customer with the answer “{label}” is left to train or to judge on.").format(
                    column=problem.split.column, label=problem.labels[int(sizes.argmin())]
                ),
                where=table.source,
                next_step=_("Choose another column for the split, or let chance decide."),
            )
