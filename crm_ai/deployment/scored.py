"""What may be wished for beside scored customers, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from crm_ai.deployment.mismatches import Differences, Mismatch
from crm_ai.errors import ScoringError
from crm_ai.modeling import Model, Task
from crm_ai.table.streams import Sums
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class Scored:
    """What became of the customers of a file.

    Parameters
    ----------
    rows : int
        Customers that were scored and written.
    mismatches : tuple of Mismatch
        What did not fit, the most customers first.
    notes : tuple of str
        What the reader had to decide or repair, in words.
    """

    rows: int
    mismatches: tuple[Mismatch, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What shall stand beside the customers.

    Parameters
    ----------
    threshold : float, default 0.5
        For a yes/no question: the score from which the decision is the positive answer.
    reasons : int, default 0
        Reasons in words, the strongest first; at most three.
    priority : bool, default False
        Whether customers are numbered by their score, the highest first. The file is then read twice.
    """

    threshold: float = 0.5
    reasons: int = 0
    priority: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened to the customers of a file or of a part of it; those of several parts add up.

    Parameters
    ----------
    sums : Sums
        What happened to the rows.
    differences : Differences
        What did not fit.
    """

    sums: Sums = field(default_factory=Sums)
    differences: Differences = field(default_factory=Differences)

    def add(self, other: Counts) -> None:
        """Count another part.

        Parameters
        ----------
        other : Counts
            Of the same model.
        """
        self.sums.add(other.sums)
        self.differences.add(other.differences)

    def told(self, model: Model, notes: tuple[str, ...]) -> Scored:
        """Say it.

        Parameters
        ----------
        model : Model
            Which has scored them.
        notes : tuple of str
            What had to be decided before the first row was read.

        Returns
        -------
        Scored
            In words.
        """
        return Scored(self.sums.rows, self.differences.told(model), (*notes, *self.sums.notes()))


def check_wishes(model: Model, wishes: Wishes) -> None:
    """Refuse what cannot be had of a model, before any work is done.

    Parameters
    ----------
    model : Model
        The model.
    wishes : Wishes
        What shall stand beside the customers.

    Raises
    ------
    ScoringError
        If customers cannot be numbered.
    """
    if wishes.priority and model.problem.task is Task.MULTICLASS:
        raise ScoringError(
            _("Customers cannot be numbered by priority: the question has more than two answers."),
            next_step=_("Leave the priority out, and sort by the probability of the answer you mean."),
        )
