"""What is known of a question before anything is trained, kept by the content of table and question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.app.keeping import kept

if TYPE_CHECKING:
    from crm_ai.modeling import Problem, Proposal, Scale
    from crm_ai.table import Table


@kept
def proposal(table: Table, target: str | None, task: str | None, positive: str | None, above: float | None) -> Proposal:
    """The question that is proposed, see ``crm_ai.propose_problem``."""
    from crm_ai.modeling import propose_problem

    return propose_problem(table, target=target, task=task, positive=positive, above=above)


@kept
def proposed_positive(table: Table, target: str, otherwise: str | None) -> str | None:
    """The answer that a yes/no question about a column would be about; `otherwise` if there are not just two."""
    from crm_ai.modeling import label_counts, propose_problem

    if len(label_counts(table.frame[target])) != 2:
        return otherwise
    return propose_problem(table, target=target, task="binary").problem.positive


@kept
def usual_value(table: Table, target: str) -> float:
    """A number that half of the customers are above."""
    return float(table.frame[target].median())


@kept
def _answers(table: Table, problem: Problem) -> tuple[int, float]:
    import numpy as np

    from crm_ai.modeling import answers

    known = answers(table, problem)
    unknown = int(np.isnan(known).sum())
    return unknown, float(np.nanmean(known)) if unknown < len(known) else float("nan")


@kept
def groups_possible(table: Table, problem: Problem) -> tuple[str, ...]:
    """Columns whose groups could be kept together, see ``crm_ai.modeling.groups_possible``."""
    from crm_ai.modeling import groups_possible

    return groups_possible(table, problem)


@kept
def times_possible(table: Table, problem: Problem) -> tuple[str, ...]:
    """Columns that could tell past from future, see ``crm_ai.modeling.times_possible``."""
    from crm_ai.modeling import times_possible

    return times_possible(table, problem)


@kept
def proposed_scale(table: Table, problem: Problem) -> tuple[Scale, str]:
    """How a number wants to be modelled, see ``crm_ai.modeling.propose_scale``."""
    from crm_ai.modeling import propose_scale

    return propose_scale(table, problem)


@kept
def lowest(table: Table, problem: Problem) -> float:
    """The smallest number that is to be predicted."""
    import numpy as np

    from crm_ai.modeling import answers

    return float(np.nanmin(answers(table, problem), initial=np.inf))


def unlabelled(table: Table, problem: Problem) -> int:
    """Customers without a known answer.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    int
        How many.
    """
    return _answers(table, problem)[0]


def positive_share(table: Table, problem: Problem) -> float:
    """Share of the customers whose answer is the one in question.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        A yes/no question.

    Returns
    -------
    float
        Among those whose answer is known.
    """
    return _answers(table, problem)[1]
