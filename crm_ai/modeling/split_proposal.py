"""How the data want customers to be divided into those to train on and those to judge on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.modeling.answers import answers
from crm_ai.modeling.problem import Problem, Scale, Split, SplitKind, Task
from crm_ai.table import Kind, Table
from crm_ai.words import _, count, number

FEWEST = 300
DIFFERENT = 4.0  # standard errors between the earliest and the latest third
GROUPED_SHARE = 0.5
FEWEST_GROUPS = 50
MOST_OF_A_GROUP = 0.05
SKEWED = 1.5

# What exports call those whom several rows may belong to.
GROUP_WORDS = (
    "household", "family", "account", "customer", "client", "company", "member", "user", "家庭", "户号", "客户", "会员",
    "账户", "用户", "公司",
)  # fmt: skip


def propose_split(table: Table, problem: Problem) -> tuple[Split, str]:
    """Choose how customers are divided, from what the data show.

    Rows that belong to one household or account go together: a model could recognise the household rather than learn.
    Where answers change with the calendar, later customers are judged. Otherwise chance decides.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    split : Split
        The proposal.
    reason : str
        Why, in one sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.modeling import propose_problem
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"household": [f"h{i // 3}" for i in range(300)], "age": range(300), "left": [0, 1] * 150})
    >>> table = table_from_frame(frame)
    >>> propose_split(table, propose_problem(table, target="left").problem)[0].column
    'household'
    """
    for column in table.schema:
        if column.name != problem.target and _names_a_group(column.name):
            found = _shared(table, column.name)
            if found:
                return Split(SplitKind.GROUP, column.name), found
    for name in times_possible(table, problem):
        found = _changes(table, problem, name)
        if found:
            return Split(SplitKind.TIME, name), found
    return Split(), _("Nothing in the table ties customers together or to the calendar, so chance decides.")


def propose_scale(table: Table, problem: Problem) -> tuple[Scale, str]:
    """Choose how a number is modelled.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    scale : Scale
        By factors for skewed amounts of 0 and more, else plain.
    reason : str
        Why, in one sentence.
    """
    known = answers(table, problem)
    known = known[~np.isnan(known)]
    if problem.task is not Task.REGRESSION or len(known) < FEWEST or known.min() < 0:
        return Scale.PLAIN, ""
    middle, mean = float(np.median(known)), float(known.mean())
    logs = np.log1p(known)
    skewness, of_logs = (float(np.mean(((x - x.mean()) / (x.std() or 1)) ** 3)) for x in (known, logs))
    if middle > 0 and skewness > SKEWED and abs(of_logs) < skewness / 2:
        reason = _("A few large amounts: half are below {middle}, the mean is {mean}. Factors suit that better.")
        return Scale.LOG, reason.format(middle=number(middle), mean=number(mean))
    return Scale.PLAIN, ""


def groups_possible(table: Table, problem: Problem) -> tuple[str, ...]:
    """Columns whose groups could be kept together.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    tuple of str
        Columns of labels with enough groups.
    """
    kinds = (Kind.CATEGORY, Kind.IDENTIFIER, Kind.NUMBER)
    return tuple(
        column.name
        for column in table.schema
        if column.kind in kinds
        and column.name != problem.target
        and FEWEST_GROUPS <= table.frame[column.name].nunique() < len(table)
    )


def times_possible(table: Table, problem: Problem) -> tuple[str, ...]:
    """Columns that could tell past from future.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    tuple of str
        Columns of dates.
    """
    return tuple(c.name for c in table.schema if c.kind is Kind.DATE and c.name != problem.target)


def _names_a_group(name: str) -> bool:
    lowered = name.casefold()
    return any(word in lowered for word in GROUP_WORDS)


def _shared(table: Table, name: str) -> str:
    """Why rows of the same group must stay together; nothing if most groups are of one row, or are just traits."""
    codes = pd.factorize(table.frame[name])[0]  # unlike label_codes it sorts no million texts
    sizes = np.bincount(codes[codes >= 0])
    shared = sizes[sizes > 1]
    rows = int(sizes.sum())
    if len(sizes) < FEWEST_GROUPS or shared.sum() < GROUPED_SHARE * rows or sizes.max() > MOST_OF_A_GROUP * rows:
        return ""
    reason = _("{n} of {all} rows share their “{column}” with another row; those stay together.")
    return reason.format(n=count(int(shared.sum())), all=count(rows), column=name)


def _changes(table: Table, problem: Problem, name: str) -> str:
    """Why the past must not be judged by the future; nothing if answers do not change with the calendar."""
    stamps = table.frame[name].to_numpy(dtype="datetime64[us]")
    known = answers(table, problem)
    told = ~np.isnat(stamps) & ~np.isnan(known)
    if told.mean() < 0.9 or told.sum() < FEWEST or problem.task is Task.MULTICLASS:
        return ""
    when, said = stamps[told].astype(np.int64), known[told]
    first, last = np.quantile(when, [1 / 3, 2 / 3])
    early, late = said[when <= first], said[when > last]
    if min(len(early), len(late)) < FEWEST // 3:
        return ""
    error = float(np.sqrt(early.var() / len(early) + late.var() / len(late)))
    if abs(early.mean() - late.mean()) < DIFFERENT * max(error, 1e-12):
        return ""
    reason = _("Answers change with “{column}”: models learn from earlier customers and are judged on later ones.")
    return reason.format(column=name)
