"""Guess what the cells of one column are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.table import names
from crm_ai.table.cells import Cells, Dates, Numbers, Texts
from crm_ai.table.missing_words import say_no_number
from crm_ai.table.schema import Kind
from crm_ai.table.spelled_dates import is_ambiguous, looks_like_dates, means_day_first, order_note, parse_dates
from crm_ai.table.spelled_numbers import PLAIN, looks_coded, parse_numbers
from crm_ai.words import _, count, percent, sentences

READABLE = 0.95
SAMPLE = 1000
FEW_ROWS = 20
MANY_IDENTIFIERS = 50
MOST_CODES = 10
YES_NO = "yes/no y/n true/false t/f on/off 1/0 是/否 有/无 有/没有 已/未 是/不是 对/错 ja/nein oui/non si/no sí/no"
PAIRS = frozenset(frozenset(pair.split("/")) for pair in YES_NO.split())


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column's cells seem to be.

    Parameters
    ----------
    kind : Kind
        The kind.
    evidence : str
        Why, in words.
    distinct : int
        Different values.
    known : int
        Rows that hold one.
    """

    kind: Kind
    evidence: str
    distinct: int
    known: int


def guess_kind(name: str, cells: Cells, *, decimal: str | None = None) -> Guess:
    """Guess what the cells of a column are.

    Parameters
    ----------
    name : str
        The column's name.
    cells : Texts, Numbers or Dates
        Its cells.
    decimal : str, optional
        Decimal mark of the file, if it is known.

    Returns
    -------
    Guess
        Kind and evidence.
    """
    if isinstance(cells, Dates):
        known = int((~np.isnat(cells.array)).sum())
        guess = Guess(Kind.DATE, _("Dates."), len(pd.unique(cells.array[~np.isnat(cells.array)])), known)
        return _noted(guess, cells.note, cells.unreadable)
    if isinstance(cells, Numbers):
        distinct, known = _distinct_numbers(cells.array)
        return _guess_numbers(name, distinct, known)
    return _guess_texts(name, cells, decimal)


def _distinct_numbers(values: np.ndarray) -> tuple[np.ndarray, int]:
    known = values if values.dtype.kind == "i" else values[np.isfinite(values)]
    return pd.unique(known), len(known)


def _guess_numbers(name: str, distinct: np.ndarray, known: int) -> Guess:
    k, whole = len(distinct), bool((distinct == np.floor(distinct)).all())
    kind, evidence = Kind.NUMBER, _("Numbers; {k} different values.").format(k=count(k))
    if k == 2 and set(distinct.tolist()) in ({0, 1}, {-1, 1}):
        low, high = int(distinct.min()), int(distinct.max())
        kind, evidence = Kind.BOOLEAN, _("Only {low} and {high} occur.").format(low=low, high=high)
    elif whole and k > 1 and k == known and names.names_row_numbers(name):
        kind, evidence = Kind.IDENTIFIER, _("Numbers the rows; it says nothing about the customer.")
    elif whole and _identifies(name, k, known):
        told = _("Its name and {k} different whole numbers tell customers apart.")
        kind, evidence = Kind.IDENTIFIER, told.format(k=count(k))
    elif whole and known and names.names_a_date(name) and _are_packed_dates(distinct):
        kind, evidence = Kind.DATE, _("Dates written as eight digits.")
    elif whole and k > 1 and _are_codes(name, k):
        kind, evidence = Kind.CATEGORY, _("{k} whole numbers that stand for labels.").format(k=count(k))
    return Guess(kind, evidence, k, known)


def _identifies(name: str, k: int, known: int) -> bool:
    return names.names_an_identifier(name) and (k > MANY_IDENTIFIERS or k == known)


def _are_packed_dates(distinct: np.ndarray) -> bool:
    if distinct.min() < 19000101 or distinct.max() > 21001231:
        return False
    texts = pd.Series(distinct).astype("int64").astype("str")
    return bool(pd.to_datetime(texts, format="%Y%m%d", errors="coerce").notna().all())


def _are_codes(name: str, k: int) -> bool:
    is_place = bool({"zip", "zipcode", "postcode", "postal"} & set(names.words_of(name)))
    is_answer = names.target_rank(name) is not None and not names.names_a_value(name)
    return is_place or (k <= MOST_CODES and (names.names_a_code(name) or is_answer))


def _guess_texts(name: str, cells: Texts, decimal: str | None) -> Guess:
    k, known = len(cells.distinct), int(cells.counts.sum())
    if not k:
        return Guess(Kind.CATEGORY, _("No cell is filled."), 0, 0)
    if not (cells.declared and k <= max(MANY_IDENTIFIERS, known / 2)):
        read = _guess_spelled(name, cells, decimal)
        if read is not None:
            return read
    if frozenset(text.strip().casefold() for text in cells.distinct.slice(0, 3).to_pylist()) in PAIRS and k == 2:
        labels = " / ".join(sorted(cells.distinct.to_pylist()))
        return Guess(Kind.BOOLEAN, _("Only {labels} occur.").format(labels=labels), k, known)
    kind, evidence = _guess_words(name, cells, k, known)
    return Guess(kind, evidence, k, known)


def _guess_spelled(name: str, cells: Texts, decimal: str | None) -> Guess | None:
    """Numbers or dates that came as texts."""
    nothing = say_no_number(cells.distinct)
    head = cells.distinct.slice(0, SAMPLE)
    coded = bool(looks_coded(cells.distinct).any())
    if not coded and np.isfinite(parse_numbers(head, decimal=decimal)).mean() > 0.5:
        values = parse_numbers(cells.distinct, decimal=decimal)
        readable = np.isfinite(values)
        if _mostly(readable, nothing, cells.counts):
            guess = _guess_numbers(name, np.unique(values[readable]), int(cells.counts[readable].sum()))
            return _noted(guess, _spelling(cells.distinct, values), int(cells.counts[~readable].sum()))
    if looks_like_dates(cells.distinct):
        dates = parse_dates(cells.distinct)
        readable = ~np.isnat(dates)
        if _mostly(readable, nothing, cells.counts):
            known = int(cells.counts[readable].sum())
            guess = Guess(Kind.DATE, _("Dates."), len(np.unique(dates[readable])), known)
            note = order_note(means_day_first(cells.distinct)) if is_ambiguous(cells.distinct) else ""
            return _noted(guess, note, int(cells.counts[~readable].sum()))
    return None


def _mostly(readable: np.ndarray, nothing: np.ndarray, counts: np.ndarray) -> bool:
    """Whether enough distinct texts, and enough rows, can be read."""
    something = readable | ~nothing
    rows = counts[something].sum()
    return bool(readable.any() and readable[something].mean() >= READABLE and counts[readable].sum() >= READABLE * rows)


def _spelling(distinct: pa.Array, values: np.ndarray) -> str:
    """Show how numbers are written where this had to be understood."""
    head = pc.utf8_trim_whitespace(distinct.slice(0, SAMPLE))
    plain = np.asarray(pc.match_substring_regex(head, PLAIN).to_numpy(zero_copy_only=False), dtype=bool)
    spelled = np.flatnonzero(~plain & np.isfinite(values[: len(head)]))
    if not len(spelled):
        return ""
    told = _("Written like “{example}”, read as {number}.")
    return told.format(example=distinct[int(spelled[0])].as_py(), number=f"{values[spelled[0]]:,.15g}")


def _noted(guess: Guess, note: str, rest: int) -> Guess:
    lost = _("{n} cells that cannot be read so count as missing.").format(n=count(rest)) if rest else ""
    evidence = sentences([guess.evidence, note, lost])
    return replace(guess, evidence=evidence)


def _guess_words(name: str, cells: Texts, k: int, known: int) -> tuple[Kind, str]:
    share = k / known
    length, words = _length_and_words(cells.distinct.slice(0, 5 * SAMPLE))
    sentences = words >= 5 or length >= 60 or (words < 1.5 and length >= 20 and _is_chinese(cells.distinct))
    different = _("{k} of {n} texts differ").format(k=count(k), n=count(known))
    if sentences and (share > 0.3 or length > 200):
        return Kind.TEXT, _("Sentences: {different}.").format(different=different)
    if _identifies(name, k, known):
        return Kind.IDENTIFIER, _("Its name says that it tells customers apart; {different}.").format(
            different=different
        )
    if known >= FEW_ROWS and share > 0.9:
        if words >= 3:
            return Kind.TEXT, _("Free text: {different}.").format(different=different)
        return Kind.IDENTIFIER, _("Tells customers apart: {different}.").format(different=different)
    if known >= FEW_ROWS and share > 0.5:
        return Kind.TEXT, _("Free text: {different}, {share} of them.").format(
            different=different, share=percent(share)
        )
    return Kind.CATEGORY, _("{k} different labels.").format(k=count(k))


def _length_and_words(texts: pa.Array) -> tuple[float, float]:
    return pc.mean(pc.utf8_length(texts)).as_py(), 1 + pc.mean(pc.count_substring_regex(texts, r"\S\s+\S")).as_py()


def _is_chinese(texts: pa.Array) -> bool:
    return pc.mean(pc.match_substring_regex(texts.slice(0, SAMPLE), r"\p{Han}")).as_py() > 0.5
