"""What can go wrong, said so that the reader knows what, where and what to do next."""

from __future__ import annotations


class CrmAiError(Exception):
    """Something the user can understand and mend.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str, optional
        File, column or row concerned.
    next_step : str, optional
        What to do about it.

    Examples
    --------
    >>> print(CrmAiError("The file is empty.", where="june.csv", next_step="Export it again."))
    june.csv: The file is empty. Export it again.
    """

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what = what
        self.where = where
        self.next_step = next_step
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.next_step}" if self.next_step else ""
        return f"{place}{self.what}{advice}"


class ReadError(CrmAiError):
    """A file or a cell could not be read as a table of customers."""


class ProblemError(CrmAiError):
    """The question cannot be asked of this table."""


class EmptySegmentError(CrmAiError):
    """No customer is in the segment that was asked for."""


class ModelFileError(CrmAiError):
    """A model file is damaged, foreign or not to be trusted."""


class ScoringError(CrmAiError):
    """A new table does not fit the model that shall score it."""


class DatabaseError(CrmAiError):
    """A database could not be reached, or did not answer a query."""


class RegistryError(CrmAiError):
    """The registry, a version's state or a person's role does not allow what was asked."""


class CancelledError(CrmAiError):
    """The user has ended the work before there was a result."""
