"""What each column is: its kind, its role, and the evidence for both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from crm_ai.errors import ProblemError
from crm_ai.words import _


class Kind(StrEnum):
    """What the cells of a column are."""

    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT = "text"
    IDENTIFIER = "identifier"

    @property
    def in_words(self) -> str:
        """Its name in the reader's language."""
        return {
            Kind.NUMBER: _("number"),
            Kind.CATEGORY: _("category"),
            Kind.BOOLEAN: _("yes / no"),
            Kind.DATE: _("date"),
            Kind.TEXT: _("text"),
            Kind.IDENTIFIER: _("identifier"),
        }[self]


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    TARGET = "target"
    SEGMENT = "segment"
    IGNORED = "ignored"


LABELLED = frozenset({Kind.CATEGORY, Kind.BOOLEAN})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        As the user wrote it, made unique.
    kind : Kind
        What the cells are.
    role : Role
        What the column is for. A segment column also is a feature unless the problem says otherwise.
    evidence : str
        Why this kind and role were chosen, in words.
    """

    name: str
    kind: Kind
    role: Role
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table, in order.

    Parameters
    ----------
    columns : tuple of Column
        One entry a column of the table.
    """

    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise ProblemError(
            _("There is no column “{name}”.").format(name=name),
            next_step=_("Choose one of: {names}.").format(names=_(", ").join(self.names[:12])),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    def names_of(self, *, kind: Kind | None = None, role: Role | None = None) -> tuple[str, ...]:
        """Names of the columns of a kind, of a role, or of both.

        Parameters
        ----------
        kind : Kind, optional
            Only columns of this kind.
        role : Role, optional
            Only columns of this role.

        Returns
        -------
        tuple of str
            In the table's order.
        """
        return tuple(
            column.name for column in self.columns if kind in (None, column.kind) and role in (None, column.role)
        )

    def corrected(self, name: str, *, kind: Kind | None = None, role: Role | None = None) -> Schema:
        """Return a schema in which the user has overruled one column's guess.

        Parameters
        ----------
        name : str
            The column.
        kind : Kind, optional
            The right kind.
        role : Role, optional
            The right role.

        Returns
        -------
        Schema
            A new schema; this one is unchanged.
        """
        known = self[name]
        right = replace(known, kind=kind or known.kind, role=role or known.role, evidence=_("Set by you."))
        return Schema(tuple(right if column is known else column for column in self.columns))
