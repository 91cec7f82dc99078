"""Find the columns of a table that hold personal data."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.personal_data.column_names import Hint, hint_of
from crm_ai.personal_data.pieces import pieces_of, worth_a_look
from crm_ai.personal_data.recognition import recognise_distinct
from crm_ai.personal_data.samples import CELLS, Sample, sample_of
from crm_ai.personal_data.sensitive import PROPOSALS, Detected, Protection, Sensitive, words_for
from crm_ai.table import Column, Kind, Table
from crm_ai.table.names import words_of
from crm_ai.words import _, count, ngettext, percent, sentences

# Share of the different cells that must be recognised before the column as a whole counts as such.
ENOUGH = {Hint.FOR: 0.5, Hint.SILENT: 0.7, Hint.AGAINST: 0.9}
# Fewer different cells prove nothing where the column's name does not speak: a handful of cities may be first names.
FEWEST = {Sensitive.NAME: 8, Sensitive.BIRTH_DATE: 20}
# Years that lie between the fifth and the ninety-fifth of a hundred customers; other dates lie closer together.
LEAST_SPREAD = 20
# Chance alone makes one number of ten look like a card.
SOME = {Sensitive.EMAIL: 0.0, Sensitive.RESIDENT_ID: 0.0}
SOME_OF_OTHERS = 0.2
WORDS_OF_SENTENCES = 3
ECHOED = 0.3
NUMBERS = (Sensitive.TELEPHONE, Sensitive.SSN, Sensitive.BANK_CARD, Sensitive.BIRTH_DATE)
IN_TEXT = tuple(what for what in Sensitive if what not in (Sensitive.ADDRESS, Sensitive.BIRTH_DATE))
# What is sure comes first; a column is taken for one thing only.
ORDER = (
    Sensitive.EMAIL,
    Sensitive.RESIDENT_ID,
    Sensitive.SSN,
    Sensitive.BANK_CARD,
    Sensitive.IP_ADDRESS,
    Sensitive.TELEPHONE,
    Sensitive.BIRTH_DATE,
    Sensitive.ADDRESS,
    Sensitive.NAME,
)


def find_personal_data(table: Table) -> tuple[Detected, ...]:
    """Find columns that hold names, e-mail addresses, telephone numbers and other data of single persons.

    Of each column all labels, or else 20,000 rows drawn with a fixed seed are looked at, and of their different cells
    at most 2,000; the evidence says so where this was not all. Sentences are all looked at within those rows.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    tuple of Detected
        In the order of the columns; no evidence quotes a cell.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"email": ["ann@example.com", "bo@example.com"], "plan": ["a", "b"]}))
    >>> [(found.column, found.what.value, found.proposal.value) for found in find_personal_data(table)]
    [('email', 'email', 'pseudonymise')]
    """
    found: list[Detected] = []
    for column in table.schema:
        sample = sample_of(table.frame[column.name], column)
        if sample is not None:
            found += look_at(column, sample)
    return _in_order(table, [*found, *_echoes(table, found)])


def _in_order(table: Table, found: list[Detected]) -> tuple[Detected, ...]:
    place = {name: number for number, name in enumerate(table.schema.names)}
    return tuple(sorted(found, key=lambda detected: place[detected.column]))


def look_at(column: Column, sample: Sample) -> list[Detected]:
    """Find the personal data of one column.

    Parameters
    ----------
    column : Column
        What the column is.
    sample : Sample
        Its cells.

    Returns
    -------
    list of Detected
        One entry if the column is filled with one kind, several if some stand within it.
    """
    sentences = is_made_of_sentences(column, sample)
    partly: list[Detected] = []
    cells, rows = sample.some()
    for what in _possible(column):
        hint = hint_of(column.name, what)
        flags = recognise_distinct(_written(cells, what, hint, column), what, hint)
        share = float(flags.mean())
        if share >= ENOUGH[hint] and _is_convincing(what, hint, cells, flags, column):
            return [_detected(column, what, sample, float(rows[flags].sum() / rows.sum()), hint, in_text=False)]
        some = 0.0 if hint is Hint.FOR else SOME.get(what, SOME_OF_OTHERS)
        if what in IN_TEXT and what is not Sensitive.NAME and flags.any() and share > some and not sentences:
            partly.append(_detected(column, what, sample, float(rows[flags].sum() / rows.sum()), hint, in_text=True))
    return _within(column, sample) if sentences else partly


def is_made_of_sentences(column: Column, sample: Sample) -> bool:
    """Whether the cells of a column are sentences, in which personal data may stand.

    Parameters
    ----------
    column : Column
        What the column is.
    sample : Sample
        Its cells.

    Returns
    -------
    bool
        True if the average cell has three words or more.
    """
    return column.kind not in (Kind.NUMBER, Kind.DATE) and _words(sample) >= WORDS_OF_SENTENCES


def _possible(column: Column) -> tuple[Sensitive, ...]:
    if column.kind is Kind.DATE:
        return (Sensitive.BIRTH_DATE,)
    if column.kind is Kind.BOOLEAN:
        return ()
    return tuple(what for what in ORDER if column.kind is not Kind.NUMBER or what in NUMBERS)


def _written(cells: pa.Array, what: Sensitive, hint: Hint, column: Column) -> pa.Array:
    """Give numbers the zero back that they lost when they were read."""
    if what is Sensitive.SSN and hint is Hint.FOR and column.kind in (Kind.NUMBER, Kind.IDENTIFIER):
        return pc.if_else(pc.match_substring_regex(cells, r"^\d{7,8}$"), pc.utf8_lpad(cells, 9, "0"), cells)
    return cells


def _is_convincing(what: Sensitive, hint: Hint, cells: pa.Array, flags: np.ndarray, column: Column) -> bool:
    unnamed = hint is not Hint.FOR and words_of(column.name)[-1:] != (what.value,)
    if unnamed and flags.sum() < FEWEST.get(what, 1):
        return False
    if what is Sensitive.BIRTH_DATE and hint is not Hint.FOR:
        return hint is Hint.SILENT and column.kind is Kind.DATE and _spread(cells) >= LEAST_SPREAD
    return True


def _spread(days: pa.Array) -> float:
    years = np.asarray([int(day[:4]) for day in days.to_pylist()])
    low, high = np.quantile(years, [0.05, 0.95])
    return float(high - low)


def _words(sample: Sample) -> float:
    """Words of the average cell; a Chinese character counts for half a word."""
    some = sample.some()[0]
    blanks = pc.mean(pc.count_substring_regex(some, r"\S\s+\S")).as_py()
    return float(1 + blanks + pc.mean(pc.count_substring_regex(some, r"\p{Han}")).as_py() / 2)


def _within(column: Column, sample: Sample) -> list[Detected]:
    places = worth_a_look(sample.distinct)
    rows: dict[Sensitive, int] = dict.fromkeys(IN_TEXT, 0)
    for place, text in zip(places, sample.distinct.take(pa.array(places)).to_pylist(), strict=True):
        for what in {piece.what for piece in pieces_of(text)}:
            rows[what] += int(sample.counts[place])
    looked_at = int(sample.counts.sum())
    return [
        _detected(column, what, sample, n / looked_at, hint_of(column.name, what), in_text=True)
        for what, n in rows.items()
        if n
    ]


def _detected(column: Column, what: Sensitive, sample: Sample, share: float, hint: Hint, *, in_text: bool) -> Detected:
    return Detected(
        column.name,
        what,
        max(1, round(share * sample.filled)),
        share,
        _evidence(what, share, sample, hint, in_text=in_text),
        in_text,
        Protection.MASK if in_text else PROPOSALS[what],
    )


def _evidence(what: Sensitive, share: float, sample: Sample, hint: Hint, *, in_text: bool) -> str:
    if in_text:
        n = max(1, round(share * sample.filled))
        told = ngettext(
            "{n} cell ({share}) holds {what} among other things.",
            "{n} cells ({share}) hold {what} among other things.",
            n,
        )
        parts = [told.format(n=count(n), share=percent(share), what=words_for(what))]
    else:
        parts = [_("{share} of the cells look like {what}.").format(share=percent(share), what=words_for(what))]
    if hint is Hint.FOR and not in_text:
        parts.insert(0, _("Its name says so."))
    if not sample.whole:
        parts.append(_("Looked at {n} rows drawn at random.").format(n=count(sample.counts.sum())))
    if not in_text and len(sample.distinct) > CELLS:
        parts.append(_("Looked at {n} different cells.").format(n=count(CELLS)))
    return sentences(parts)


def _echoes(table: Table, found: list[Detected]) -> list[Detected]:
    names = [detected.column for detected in found if detected.what is Sensitive.NAME and not detected.in_text]
    return echoes_of(table, names, spared={detected.column for detected in found})


def echoes_of(table: Table, names: Iterable[str], *, spared: Iterable[str]) -> list[Detected]:
    """Find columns whose cells contain what stands in another column of the same row.

    Parameters
    ----------
    table : Table
        The customers.
    names : iterable of str
        Columns of names.
    spared : iterable of str
        Columns that need not be looked at.

    Returns
    -------
    list of Detected
        For instance of customer numbers that are made of the customer's name.
    """
    taken = set(spared)
    rows = np.sort(np.random.default_rng(CELLS).permutation(len(table))[:CELLS])
    echoes: list[Detected] = []
    for name in names:
        persons = table.frame[name].iloc[rows].astype(object).tolist()
        for column in table.schema:
            if column.name in taken or column.name == name or column.kind in (Kind.NUMBER, Kind.DATE, Kind.BOOLEAN):
                continue
            cells = table.frame[column.name].iloc[rows].astype(object).tolist()
            held = [_holds(cell, person) for cell, person in zip(cells, persons, strict=True)]
            share = sum(held) / max(1, sum(isinstance(cell, str) for cell in cells))
            if share >= ECHOED:
                taken.add(column.name)
                echoes.append(_echo(table, column, name, share))
    return echoes


def _holds(cell: object, person: object) -> bool:
    return isinstance(cell, str) and isinstance(person, str) and len(person) > 1 and person.lower() in cell.lower()


def _echo(table: Table, column: Column, name: str, share: float) -> Detected:
    told = _("{share} of the cells contain the name that “{name}” holds in the same row.")
    filled = int(table.frame[column.name].notna().sum())
    evidence = told.format(share=percent(share), name=name)
    return Detected(column.name, Sensitive.NAME, round(share * filled), share, evidence, True, Protection.PSEUDONYMISE)
