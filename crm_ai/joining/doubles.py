"""Customers who are in a table twice, though they are written differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.joining.duplicate_fields import TELLING, Field, Person, people_in
from crm_ai.joining.duplicate_scores import probabilities
from crm_ai.table import Table
from crm_ai.words import _, count

LARGEST_BLOCK = 60
CHUNK = 200_000
EQUAL = 0.99


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Rows that seem to be one customer.

    Parameters
    ----------
    groups : tuple of numpy.ndarray of int
        Positions of the rows of each customer who has several, in order.
    pairs : pandas.DataFrame
        Columns first, second (positions), probability: pairs that were taken for one customer, the surest first.
    notes : tuple of str
        What was compared, and what was not, in words.
    """

    groups: tuple[np.ndarray, ...]
    pairs: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows that would go if each group became one."""
        return sum(len(group) - 1 for group in self.groups)


def find_duplicates(
    table: Table, *, columns: Sequence[str] | None = None, threshold: float = 0.9, most_pairs: int = 5_000_000
) -> Duplicates:
    """Find rows that seem to be the same customer.

    Rows that share something (a telephone number, an e-mail address, a name and a birthday …) are compared by all that
    tells people apart. A table that tells nothing of people is searched for rows that are equal in every cell.

    Parameters
    ----------
    table : Table
        The customers.
    columns : sequence of str, optional
        Columns to compare; by default those that tell people apart: names, e-mail, telephone, address, company,
        birthday, postcode, city.
    threshold : float, default 0.9
        Probability of being one customer from which two rows are put together.
    most_pairs : int, default 5,000,000
        Pairs that are compared, at most.

    Returns
    -------
    Duplicates
        Groups of rows.

    Raises
    ------
    ProblemError
        If a column is not there, or the threshold is no probability.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"name": ["Ann Lee", "LEE, Ann", "Bob Ray"], "phone": ["555-0101", "5550101", "5550199"]})
    >>> [group.tolist() for group in find_duplicates(table_from_frame(frame)).groups]
    [[0, 1]]
    """
    for name in columns or ():
        table.schema[name]
    if not 0 < threshold <= 1:
        raise ProblemError(_("The probability must lie between 0 and 1."))
    people = people_in(table, columns)
    if not TELLING & {person.field for person in people}:
        return _equal_rows(table, columns)
    first, second, notes = _candidates(people, len(table), most_pairs)
    chances = np.concatenate(
        [np.zeros(0)]
        + [
            probabilities(people, first[start : start + CHUNK], second[start : start + CHUNK], len(table))
            for start in range(0, len(first), CHUNK)
        ]
    )
    same = _equal_in_all(people, first, second)
    chances[same] = np.maximum(chances[same], EQUAL)
    taken = chances >= threshold
    pairs = pd.DataFrame({"first": first[taken], "second": second[taken], "probability": chances[taken]})
    pairs = pairs.sort_values("probability", ascending=False, kind="stable", ignore_index=True)
    told = _("Compared by {fields}: {n} pairs that share something.")
    fields = _(", ").join(_field_in_words(person.field) for person in people)
    return Duplicates(_groups(pairs), pairs, (told.format(fields=fields, n=count(len(first))), *notes))


def _field_in_words(field: Field) -> str:
    return {
        Field.NAME: _("name"), Field.EMAIL: _("e-mail"), Field.TELEPHONE: _("telephone"), Field.ADDRESS: _("address"),
        Field.COMPANY: _("company"), Field.BIRTHDAY: _("birthday"), Field.POSTCODE: _("postcode"),
        Field.CITY: _("city"),
    }[field]  # fmt: skip


def _equal_rows(table: Table, columns: Sequence[str] | None) -> Duplicates:
    frame = table.frame[list(columns)] if columns else table.frame
    repeated = frame.duplicated(keep=False).to_numpy()
    rows = np.flatnonzero(repeated)
    labels = frame.iloc[rows].groupby(list(frame.columns), dropna=False, observed=True, sort=False).ngroup().to_numpy()
    groups = tuple(rows[labels == label] for label in range(labels.max(initial=-1) + 1)) if len(rows) < 50_000 else ()
    if len(rows) >= 50_000:
        order = np.argsort(labels, kind="stable")
        groups = tuple(np.split(rows[order], np.flatnonzero(np.diff(labels[order])) + 1))
    first = np.concatenate([np.zeros(0, dtype=np.intp), *(np.repeat(g[0], len(g) - 1) for g in groups)])
    second = np.concatenate([np.zeros(0, dtype=np.intp), *(g[1:] for g in groups)])
    pairs = pd.DataFrame({"first": first, "second": second, "probability": 1.0})
    note = _("No column tells people apart, so only rows that are equal in every cell were looked for.")
    return Duplicates(groups, pairs, (note,))


def _candidates(people: Sequence[Person], rows: int, most: int) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Pairs of rows that share enough to be worth a comparison."""
    repeats = _repeats(people)
    found = [repeats[:, 0] * rows + repeats[:, 1]]
    crowded = 0
    for key in _keys(people):
        pairs, skipped = _pairs_within(key)
        found.append(pairs[:, 0] * rows + pairs[:, 1])
        crowded += skipped
    codes = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    notes = []
    if crowded:
        told = _("{n} rows share a value with more than {most} others; by that value alone they were not compared.")
        notes.append(told.format(n=count(crowded), most=LARGEST_BLOCK))
    if len(codes) > most:
        told = _("Only {most} of {n} pairs were compared.")
        notes.append(told.format(most=count(most), n=count(len(codes))))
        codes = np.sort(np.random.default_rng(0).choice(codes, most, replace=False))
    return codes // rows, codes % rows, tuple(notes)


def _equal_in_all(people: Sequence[Person], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pairs that agree in all that is known of both, and in two things at least that tell people apart."""
    agrees, differs = np.zeros(len(first), dtype=np.int64), np.zeros(len(first), dtype=bool)
    for person in people:
        one, other = person.codes[first], person.codes[second]
        known = (one >= 0) & (other >= 0)
        differs |= known & (one != other)
        agrees += known & (one == other) & (person.field in TELLING | {Field.BIRTHDAY})
    return ~differs & (agrees >= 2)


def _repeats(people: Sequence[Person]) -> np.ndarray:
    """Pairs of each row with the first one that is equal in everything, however many there are."""
    codes = pd.DataFrame({place: person.codes for place, person in enumerate(people)})
    groups = codes.groupby(list(codes), sort=False).ngroup().to_numpy()
    firsts = np.full(groups.max(initial=-1) + 1, len(groups))
    np.minimum.at(firsts, groups, np.arange(len(groups)))
    later = np.flatnonzero(firsts[groups] < np.arange(len(groups)))
    return np.column_stack([firsts[groups[later]], later]).astype(np.int64)


def _keys(people: Sequence[Person]) -> Iterator[np.ndarray]:
    """What rows must share to be compared, as codes; -1 where nothing is known."""
    of = {person.field: person for person in people}
    for field in (Field.EMAIL, Field.TELEPHONE, Field.ADDRESS, Field.BIRTHDAY, Field.NAME):
        if field in of:
            yield of[field].codes.astype(np.int64)
    if Field.NAME in of:
        begins = _shortened(of[Field.NAME])
        for field in (Field.BIRTHDAY, Field.POSTCODE, Field.CITY, Field.COMPANY):
            if field in of:
                yield _together(begins, of[field].codes)
    for field in (Field.EMAIL, Field.TELEPHONE):
        if field in of:
            yield _shortened(of[field], characters=7)
            yield _shortened(of[field], characters=-7)


def _shortened(person: Person, characters: int = 3) -> np.ndarray:
    """The same for texts whose words begin alike; a negative number looks at the end instead."""
    words = [text.split() if person.field is Field.NAME else [text.partition("@")[0]] for text in person.texts]
    cut = [
        " ".join(sorted(word[:characters] if characters > 0 else word[characters:] for word in some)) for some in words
    ]
    codes = pd.factorize(pd.Series(cut, dtype="str"))[0] if cut else np.zeros(0, dtype=np.intp)
    return np.append(codes, -1)[person.codes].astype(np.int64)


def _together(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    both = (one >= 0) & (other >= 0)
    return np.where(both, one * (int(other.max(initial=0)) + 1) + other, -1)


def _pairs_within(key: np.ndarray) -> tuple[np.ndarray, int]:
    """All pairs of rows with the same key, and how many rows have a key that too many share."""
    order = np.argsort(key, kind="stable")
    order = order[key[order] >= 0]
    starts = np.flatnonzero(np.append(True, np.diff(key[order]) != 0)) if len(order) else np.zeros(0, dtype=np.intp)
    sizes = np.diff(np.append(starts, len(order)))
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    for size in np.unique(sizes[(sizes > 1) & (sizes <= LARGEST_BLOCK)]):
        rows = np.sort(order[starts[sizes == size][:, None] + np.arange(size)], axis=1)
        one, other = np.triu_indices(size, k=1)
        pairs.append(np.column_stack([rows[:, one].ravel(), rows[:, other].ravel()]))
    return np.concatenate(pairs), int(sizes[sizes > LARGEST_BLOCK].sum())


def _groups(pairs: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Put pairs together; whoever is linked to a member only, not to the one that most are linked to, stands apart."""
    links: dict[int, set[int]] = {}
    for one, other in zip(pairs["first"].tolist(), pairs["second"].tolist(), strict=True):
        links.setdefault(one, set()).add(other)
        links.setdefault(other, set()).add(one)
    groups: list[np.ndarray] = []
    taken: set[int] = set()
    for row in sorted(links, key=lambda row: (-len(links[row]), row)):
        if row in taken:
            continue
        members = {row} | (links[row] - taken)
        taken |= members
        if len(members) > 1:
            groups.append(np.asarray(sorted(members)))
    return tuple(sorted(groups, key=lambda group: int(group[0])))
