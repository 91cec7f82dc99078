"""Customers in groups, however the groups were made: one noun for clusters, bands, filters and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError, EmptySegmentError
from crm_ai.evaluation import wilson
from crm_ai.table import Bands, Column, Kind, Role, Table
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.modeling import Run


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """Customers of a table in groups that do not overlap.

    Parameters
    ----------
    name : str
        What it is called; the name of its column.
    codes : numpy.ndarray of int, shape (n,)
        Position of each customer's group in `groups`; -1 for customers of no group.
    groups : tuple of str
        Names of the groups, all different, in reading order.
    made : str
        How it was made, in words.
    recipe : mapping, default {}
        How it was made, as JSON keeps it: what another program needs to make it again.

    Raises
    ------
    CrmAiError
        If two groups have the same name, or a code is of no group.

    Examples
    --------
    >>> halves = Segmentation("Half", np.array([0, 0, 1, -1]), ("first", "second"), "By hand.")
    >>> halves.to_frame()[["group", "customers"]].to_dict("list")
    {'group': ['first', 'second', '(no group)'], 'customers': [2, 1, 1]}
    """

    name: str
    codes: np.ndarray
    groups: tuple[str, ...]
    made: str
    recipe: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.groups or len(set(self.groups)) < len(self.groups) or not all(self.groups):
            raise CrmAiError(_("Each group needs a name of its own."), where=self.name)
        if len(self.codes) and not (self.codes.min() >= -1 and self.codes.max() < len(self.groups)):
            raise CrmAiError(_("Some customers are in a group that has no name."), where=self.name)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def sizes(self) -> dict[str, int]:
        """Customers by group; those of no group are not counted."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.groups))
        return {name: int(n) for name, n in zip(self.groups, counts, strict=True)}

    def mask(self, group: str) -> np.ndarray:
        """Whether each customer is in a group.

        Parameters
        ----------
        group : str
            Its name.

        Returns
        -------
        numpy.ndarray of bool, shape (n,)
            True inside.

        Raises
        ------
        EmptySegmentError
            If there is no such group.
        """
        if group not in self.groups:
            raise EmptySegmentError(
                _("There is no group “{group}”.").format(group=group),
                where=self.name,
                next_step=_("Choose one of: {names}.").format(names=", ".join(self.groups[:12])),
            )
        return np.asarray(self.codes == self.groups.index(group))

    def labels(self) -> pd.Series:
        """Name of each customer's group.

        Returns
        -------
        pandas.Series of category, length n
            In the table's order, categories in reading order; "(no group)" for customers of none.
        """
        names = [*self.groups, *self._leftover]
        codes = np.where(self.codes < 0, len(self.groups), self.codes).astype(np.intp)
        cells = pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"))
        return pd.Series(cells, name=self.name)

    def renamed(self, names: Mapping[str, str]) -> Segmentation:
        """Give groups other names.

        Parameters
        ----------
        names : mapping of str to str
            New name by old name; groups that are not named keep theirs.

        Returns
        -------
        Segmentation
            The same groups.
        """
        return replace(self, groups=tuple(names.get(group, group).strip() for group in self.groups))

    def column_in(self, table: Table) -> str:
        """Name of the segmentation's column in a table: its own, or with a number if a column is called so already.

        Parameters
        ----------
        table : Table
            The customers.

        Returns
        -------
        str
            A name that no column has.
        """
        taken, name, number = set(table.schema.names), self.name, 2
        while name in taken:
            name, number = f"{self.name} ({number})", number + 1
        return name

    def add_to(self, table: Table, *, role: Role = Role.IGNORED) -> Table:
        """Add the groups to a table as a column of labels.

        Parameters
        ----------
        table : Table
            The customers that were put into groups.
        role : Role, default Role.IGNORED
            What the column is for. A model should not learn from groups that were made with what it shall predict, so
            it is set aside unless you say otherwise; as a segment it can be chosen all the same.

        Returns
        -------
        Table
            With one column more.

        Raises
        ------
        CrmAiError
            If the table has other rows.
        """
        if len(table) != len(self):
            raise CrmAiError(
                _("The groups are of {n} customers, the table has {rows}.").format(
                    n=count(len(self)), rows=count(len(table))
                ),
                where=self.name,
                next_step=_("Make the groups again from this table."),
            )
        name = self.column_in(table)
        column = Column(name, Kind.CATEGORY, role, _("Groups made here: {how}").format(how=self.made))
        frame = table.frame.copy(deep=False)
        frame[name] = self.labels().to_numpy()
        added = table.with_frame(frame, columns=[column], changed=[name])
        cells = added.frame.copy(deep=False)
        cells[name] = self.labels().cat.remove_unused_categories().array  # in reading order, not by the alphabet
        return replace(added, frame=cells)

    def add_to_run(self, run: Run) -> Run:
        """Let a run be audited and explained by these groups; nothing is trained anew.

        Parameters
        ----------
        run : Run
            A run of the same customers.

        Returns
        -------
        Run
            Whose table has the groups as a column, and whose question names it among the segments.
        """
        name = self.column_in(run.table)
        problem = replace(run.problem, segments=(*run.problem.segments, name))
        return replace(run, table=self.add_to(run.table), problem=problem)

    def to_frame(self) -> pd.DataFrame:
        """Put the groups into a tidy table.

        Returns
        -------
        pandas.DataFrame
            Columns group, customers, share, low, high: share of all customers with Wilson's 95 % interval, for other
            customers like these. Customers of no group come last.
        """
        named = self.sizes
        sizes = {group: named.get(group, len(self) - sum(named.values())) for group in (*self.groups, *self._leftover)}
        customers = np.asarray(list(sizes.values()))
        low, high = wilson(customers, len(self))
        share = customers / max(len(self), 1)
        return pd.DataFrame({"group": list(sizes), "customers": customers, "share": share, "low": low, "high": high})

    def as_json(self) -> dict[str, Any]:
        """Write down what the segmentation is, without any customer's data.

        Returns
        -------
        dict
            name, groups with their sizes, made, recipe.
        """
        groups = [{"name": group, "customers": n} for group, n in self.sizes.items()]
        return {"name": self.name, "groups": groups, "made": self.made, "recipe": dict(self.recipe)}

    @property
    def _leftover(self) -> tuple[str, ...]:
        if not (self.codes < 0).any():
            return ()
        name, number = _("(no group)"), 2
        while name in self.groups:
            name, number = f"{_('(no group)')} {number}", number + 1
        return (name,)


def from_labels(
    name: str, labels: pd.Series | Sequence[str | None], *, made: str, recipe: Mapping[str, Any] | None = None
) -> Segmentation:
    """Make a segmentation of a label for each customer.

    Parameters
    ----------
    name : str
        What it is called.
    labels : pandas.Series or sequence of str, length n
        Name of each customer's group; missing for customers of none. Groups come in the order of a category's labels,
        else the largest first.
    made : str
        How it was made, in words.
    recipe : mapping, optional
        How it was made, as JSON keeps it.

    Returns
    -------
    Segmentation
        Of the groups that have customers.

    Raises
    ------
    EmptySegmentError
        If no customer has a label.

    Examples
    --------
    >>> from_labels("Plan", ["b", "a", "b", None], made="By plan.").sizes
    {'b': 2, 'a': 1}
    """
    column = pd.Series(labels)
    if isinstance(column.dtype, pd.CategoricalDtype):
        order = [label for label in column.cat.categories if (column == label).any()]
    else:
        order = list(column.value_counts(sort=True).index)
    if not order:
        raise EmptySegmentError(_("No customer is in any group."), where=name)
    codes = pd.Categorical(column, categories=order).codes.astype(np.intp)
    return Segmentation(name, codes, tuple(str(label) for label in order), made, dict(recipe or {}))


def from_bands(table: Table, column: str, bands: Bands, *, name: str = "") -> Segmentation:
    """Make a segmentation of bands of a number or a date.

    Parameters
    ----------
    table : Table
        The customers.
    column : str
        A number or a date.
    bands : Bands
        As made by ``bands_at`` or ``equal_bands``.
    name : str, optional
        What it is called; by default after the column.

    Returns
    -------
    Segmentation
        Customers whose cell is missing are in no group.

    Raises
    ------
    CrmAiError
        If the column does not hold what the bands are of.

    Examples
    --------
    >>> from crm_ai.table import bands_at, table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"age": [17.5, 30.0, 70.0, None]}))
    >>> from_bands(table, "age", bands_at([18, 65], names=["minor", "adult", "senior"])).sizes
    {'minor': 1, 'adult': 1, 'senior': 1}
    """
    wanted = Kind.DATE if bands.dates else Kind.NUMBER
    if table.schema[column].kind is not wanted:
        raise CrmAiError(
            _("These are bands of a date.") if bands.dates else _("These are bands of a number."),
            where=column,
            next_step=_("Choose a column that holds such values."),
        )
    edges = [str(pd.Timestamp(0) + pd.Timedelta(days=edge)) if bands.dates else edge for edge in bands.edges]
    recipe = {"by": "bands", "column": column, "edges": edges, "names": list(bands.names)}
    name = name or _("Bands of {column}").format(column=column)
    return Segmentation(name, bands.codes_of(table.frame[column]), bands.names, f"{name}.", recipe)
