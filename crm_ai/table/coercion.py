"""Give cells the form that their column's kind asks for, and count those that cannot take it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.errors import ReadError
from crm_ai.table.cells import Cells, Dates, Numbers, Texts, cells_of_series, text_of, whole_if_possible
from crm_ai.table.missing_words import say_no_number
from crm_ai.table.schema import LABELLED, Kind, Schema
from crm_ai.table.spelled_dates import parse_dates
from crm_ai.table.spelled_numbers import parse_numbers
from crm_ai.words import _

WHOLE_WITH_DECIMALS = r"^[+-]?\d+\.0*$"


@dataclass(frozen=True, slots=True)
class Shaped:
    """One column in its kind's form.

    Parameters
    ----------
    array : array
        What goes into the frame.
    unreadable : int
        Cells that could not take the form and became missing.
    blanked : int
        Cells that said "missing" in words.
    """

    array: np.ndarray | pd.api.extensions.ExtensionArray
    unreadable: int = 0
    blanked: int = 0


def coerce(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Give each column the form that its kind asks for.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells as texts or as anything else; columns that the schema does not know are left out.
    schema : Schema
        What each column is.

    Returns
    -------
    pandas.DataFrame
        The schema's columns in its order, with a plain 0…n-1 index. Cells that cannot take the form are missing.

    Examples
    --------
    >>> from crm_ai.table import Column, Kind, Role
    >>> schema = Schema((Column("calls", Kind.NUMBER, Role.FEATURE), Column("plan", Kind.CATEGORY, Role.FEATURE)))
    >>> coerce(pd.DataFrame({"plan": [1.0, None], "calls": ["3", "many"]}), schema).to_dict("list")
    {'calls': [3.0, nan], 'plan': ['1', nan]}
    """
    return coerce_counting(frame, schema)[0]


def coerce_counting(frame: pd.DataFrame, schema: Schema) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give each column the form that its kind asks for, and count the cells that cannot take it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells as texts or as anything else.
    schema : Schema
        What each column is.

    Returns
    -------
    frame : pandas.DataFrame
        As from ``coerce``.
    unreadable : dict of str to int
        By column, cells that held something and are now missing; columns without any are not listed.

    Raises
    ------
    ReadError
        If a column of the schema is not in the frame.
    """
    columns, unreadable = {}, {}
    for column in schema:
        if column.name not in frame.columns:
            raise ReadError(
                _("The column “{name}” is missing.").format(name=column.name),
                next_step=_("Add it, or choose a schema without it."),
            )
        shaped = shape(cells_of_series(frame[column.name]), column.kind)
        columns[column.name] = shaped.array
        if shaped.unreadable:
            unreadable[column.name] = shaped.unreadable
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False), unreadable


def schema_digest(digest: str, schema: Schema) -> str:
    """Digest of a table's content read by a schema.

    Parameters
    ----------
    digest : str
        Digest of the content, or of the content read by another schema.
    schema : Schema
        What each column is now.

    Returns
    -------
    str
        24 characters: the content's 16 and 8 of the names and kinds.

    Examples
    --------
    >>> schema_digest("0123456789abcdef and more", Schema(()))[:16]
    '0123456789abcdef'
    """
    pairs = repr([(column.name, column.kind.value) for column in schema])
    return digest[:16] + hashlib.blake2b(pairs.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def shape(cells: Cells, kind: Kind, *, decimal: str | None = None) -> Shaped:
    """Give one column's cells the form that its kind asks for.

    Parameters
    ----------
    cells : Texts, Numbers or Dates
        The cells.
    kind : Kind
        What they shall be.
    decimal : str, optional
        Decimal mark of the file, if it is known.

    Returns
    -------
    Shaped
        The column and what was lost.
    """
    if kind is Kind.NUMBER:
        return _as_numbers(cells, decimal)
    if kind is Kind.DATE:
        return _as_dates(cells)
    texts = cells if isinstance(cells, Texts) else _spelled_out(cells)
    if kind in LABELLED:
        return Shaped(_as_labels(texts), blanked=texts.blanked)
    written = texts.distinct.take(pa.array(texts.codes, mask=texts.codes < 0))
    return Shaped(pd.array(pa.chunked_array([written]), dtype="str"), blanked=texts.blanked)


def _as_numbers(cells: Cells, decimal: str | None) -> Shaped:
    if isinstance(cells, Numbers):
        infinite = np.isinf(cells.array)
        if infinite.any():
            return Shaped(np.where(infinite, np.nan, cells.array), unreadable=int(infinite.sum()))
        return Shaped(cells.array)
    if isinstance(cells, Dates):
        return Shaped(np.full(len(cells), np.nan), unreadable=int((~np.isnat(cells.array)).sum()))
    values = parse_numbers(cells.distinct, decimal=decimal)
    unreadable, blanked = _lost(cells, np.isnan(values))
    return Shaped(whole_if_possible(np.append(values, np.nan)[cells.codes]), unreadable, blanked)


def _as_dates(cells: Cells) -> Shaped:
    if isinstance(cells, Dates):
        return Shaped(cells.array)
    texts = cells if isinstance(cells, Texts) else _spelled_out(cells)
    values = _packed_dates(texts.distinct) if isinstance(cells, Numbers) else parse_dates(texts.distinct)
    unreadable, blanked = _lost(texts, np.isnat(values))
    return Shaped(np.append(values, np.datetime64("NaT", "us"))[texts.codes], unreadable, blanked)


def _packed_dates(distinct: pa.Array) -> np.ndarray:
    read = pd.to_datetime(pd.Series(distinct.to_pylist(), dtype="str"), format="%Y%m%d", errors="coerce")
    return read.to_numpy().astype("datetime64[us]")


def _lost(cells: Texts, missing: np.ndarray) -> tuple[int, int]:
    """Rows that became missing: those that held something, and those that said there is nothing."""
    nothing = missing & say_no_number(cells.distinct)
    return int(cells.counts[missing & ~nothing].sum()), cells.blanked + int(cells.counts[nothing].sum())


def _spelled_out(cells: Numbers | Dates) -> Texts:
    codes, distinct = pd.factorize(cells.array)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    values = distinct.astype("datetime64[us]").astype(object) if isinstance(cells, Dates) else distinct.tolist()
    return Texts(pa.array([text_of(value) for value in values], pa.large_string()), codes, counts)


def _as_labels(texts: Texts) -> pd.Categorical:
    labels = _plain_labels(texts.distinct)
    ordered = sorted(set(labels), key=reading_order(labels))
    position = {label: place for place, label in enumerate(ordered)}
    codes = np.asarray([position[label] for label in labels] + [-1], dtype=np.int32)[texts.codes]
    return pd.Categorical.from_codes(codes, categories=pd.Index(ordered, dtype="str"))


def _plain_labels(distinct: pa.Array) -> list[str]:
    """Write labels that are whole numbers without decimals: some programs export 1 as 1.0."""
    labels: list[str] = distinct.to_pylist()
    if not len(distinct) or not pc.any(pc.match_substring_regex(distinct, WHOLE_WITH_DECIMALS)).as_py():
        return labels
    if np.isfinite(parse_numbers(distinct)).mean() <= 0.5:
        return labels
    return pc.replace_substring_regex(distinct, r"^([+-]?\d+)\.0*$", r"\1").to_pylist()


def reading_order(labels: list[str]) -> Callable[[str], tuple[float, str]]:
    """How labels are sorted: by size if all of them are numbers, else as texts.

    Parameters
    ----------
    labels : list of str
        All labels.

    Returns
    -------
    callable
        The key to sort by.

    Examples
    --------
    >>> labels = ["10", "9"]
    >>> sorted(labels, key=reading_order(labels))
    ['9', '10']
    """
    try:
        numbers = {label: float(label) for label in labels}
    except ValueError:
        return lambda label: (0.0, label)
    return lambda label: (numbers[label], label)
