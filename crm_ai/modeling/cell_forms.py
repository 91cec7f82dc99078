"""How the cells of a column stand in the frames that a pipeline of other people was fitted on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.modeling.encoding import MICROSECONDS_A_DAY
from crm_ai.modeling.labels import label_codes
from crm_ai.table import Kind
from crm_ai.words import _

DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S")

Cells = np.ndarray | pd.api.extensions.ExtensionArray


@dataclass(frozen=True)  # without slots, and of plain cells, so that a model file can hold it
class CellForm:
    """How a column's numbers are written as a pipeline's own cells.

    Parameters
    ----------
    dtype : str
        Type of the column in the pipeline's frames.
    kind : str
        What the column's numbers stand for: a ``Kind``.
    values : list
        Of labels: the pipeline's own cell for each level, the last for a missing one.
    categories : list
        Of a pandas category: its categories.
    is_ordered : bool, default False
        Whether these have an order.
    absent : str, optional
        Text that stands for a missing number or date, where they are written as texts.
    pattern : str, default ""
        How dates are written as texts.
    """

    dtype: str
    kind: str
    values: list[Any] = field(default_factory=list)
    categories: list[Any] = field(default_factory=list)
    is_ordered: bool = False
    absent: str | None = None
    pattern: str = ""

    def cells(self, codes: np.ndarray) -> Cells:
        """Write a column's numbers as the pipeline's own cells.

        Parameters
        ----------
        codes : numpy.ndarray of float64, shape (n,)
            As written by ``OwnCells``.

        Returns
        -------
        array of length n
            Of the column's type; whole numbers become decimal ones where some are missing or not whole.
        """
        if self.kind == Kind.DATE:
            return self._dates(codes)
        if self.kind == Kind.NUMBER:
            return self._numbers(codes)
        last = len(self.values) - 1
        known = (codes >= 0) & (codes <= last)
        return self._labels(np.where(known, codes, last).astype(np.intp))

    def _numbers(self, codes: np.ndarray) -> Cells:
        if _is_text(self.dtype):
            return _texts([self.absent if np.isnan(code) else f"{code:.15g}" for code in codes], self.dtype)
        dtype: Any = pd.api.types.pandas_dtype(self.dtype)
        missing = np.isnan(codes)
        as_they_are = bool(pd.api.types.is_integer_dtype(dtype)) and not _are_whole(codes[~missing], dtype)
        if not isinstance(dtype, np.dtype):
            nullable = pd.Series(codes).astype("Float64")
            return nullable.array if as_they_are else nullable.astype(dtype).array
        return codes if as_they_are or (dtype.kind in "iu" and missing.any()) else codes.astype(dtype)

    def _dates(self, codes: np.ndarray) -> Cells:
        missing = np.isnan(codes)
        stamps = np.rint(np.where(missing, 0.0, codes) * MICROSECONDS_A_DAY).astype("datetime64[us]")
        stamps[missing] = np.datetime64("NaT")
        if _is_text(self.dtype):
            told = pd.Series(stamps).dt.strftime(self.pattern).astype(object)
            return _texts(told.where(~missing, self.absent).tolist(), self.dtype)
        dtype: Any = self.dtype
        return pd.Series(stamps).astype(dtype).array

    def _labels(self, places: np.ndarray) -> Cells:
        if self.dtype == "category":
            pool = pd.Categorical(self.values, categories=pd.Index(self.categories), ordered=self.is_ordered)
            return pool.take(places)
        if _is_text(self.dtype):
            return _texts(self.values, self.dtype).take(places)
        cells = np.asarray(self.values, dtype=object)[places]
        missing = np.asarray([value is None for value in self.values])[places]
        if not missing.any():
            return pd.array(cells, dtype=self.dtype)
        nullable = self.dtype[0].isupper() or self.dtype == "boolean"
        return pd.array(cells, dtype=self.dtype if nullable else "object" if self.dtype == "bool" else "float64")


def form_of(own: pd.Series, read: pd.Series, kind: Kind, levels: list[str]) -> CellForm:
    """Learn how a column's cells stand in a pipeline's frames.

    Parameters
    ----------
    own : pandas.Series of length n
        Cells as the pipeline takes them.
    read : pandas.Series of length n
        The same cells in the form of their kind.
    kind : Kind
        The kind.
    levels : list of str
        Of labels: all that are known, the last standing for a missing one.

    Returns
    -------
    CellForm
        Writes them.

    Raises
    ------
    CrmAiError
        If cells of that kind cannot be written in that form.
    """
    if kind not in (Kind.NUMBER, Kind.DATE):
        return _label_form(own, read, kind, levels)
    dtype = str(own.dtype)
    if _is_text(dtype):
        if kind is Kind.NUMBER and dtype == "object" and not own.dropna().map(lambda cell: isinstance(cell, str)).any():
            return CellForm("float64", kind.value)
        return CellForm(dtype, kind.value, absent=_absent(own, read), pattern=_pattern(own, read, kind))
    fits = pd.api.types.is_datetime64_dtype(own.dtype) if kind is Kind.DATE else _is_number(own)
    if not fits:
        raise CrmAiError(
            _("“{column}” is a column of kind “{kind}” in the table, but of type {dtype} in `like`.").format(
                column=own.name, kind=kind.in_words, dtype=dtype
            ),
            where=str(own.name),
            next_step=_(
                "Correct its kind in the table's schema, or give it the table's type where the pipeline is fit."
            ),
        )
    return CellForm(dtype, kind.value)


def _label_form(own: pd.Series, read: pd.Series, kind: Kind, levels: list[str]) -> CellForm:
    texts, codes = label_codes(read)
    _known, first = np.unique(codes, return_index=True)
    originals = {texts[codes[place]]: _plain(own.iloc[place]) for place in first if codes[place] >= 0}
    dtype, categories, is_ordered = str(own.dtype), [], False
    if isinstance(own.dtype, pd.CategoricalDtype):
        dtype, is_ordered = "category", bool(own.cat.ordered)
        categories = [_plain(label) for label in own.cat.categories]
        originals = dict(zip(label_codes(own)[0], categories, strict=True)) | originals
    values = [originals[label] if label in originals else _guessed(label, own) for label in levels[:-1]]
    return CellForm(dtype, kind.value, [*values, _absent(own, read)], categories, is_ordered)


def _guessed(label: str, own: pd.Series) -> object:
    """The cell of a label that none of the pipeline's customers has: as such labels usually stand."""
    if isinstance(own.dtype, pd.CategoricalDtype):
        return None
    if _is_text(str(own.dtype)):
        return label
    try:
        return _plain(pd.Series([float(label)]).astype(own.dtype).iloc[0])
    except (ValueError, TypeError):
        return None


def _pattern(own: pd.Series, read: pd.Series, kind: Kind) -> str:
    if kind is not Kind.DATE:
        return ""
    known = read.notna().to_numpy()
    texts = own[known].astype("str").str.strip().to_numpy()
    for pattern in DAYS:
        if (read[known].dt.strftime(pattern).to_numpy() == texts).all():
            return pattern
    raise CrmAiError(
        _("How dates are written in “{column}” of `like` is not understood.").format(column=own.name),
        where=str(own.name),
        next_step=_("Fit the pipeline on dates, or on dates written as 2026-03-31."),
    )


def _absent(own: pd.Series, read: pd.Series) -> str | None:
    """What stands where nothing is known, if that is a text."""
    missing = np.flatnonzero(read.isna().to_numpy())
    cell = own.iloc[missing[0]] if len(missing) else None
    return cell if isinstance(cell, str) else None


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column.dtype)) and not pd.api.types.is_bool_dtype(column.dtype)


def _are_whole(numbers: np.ndarray, dtype: Any) -> bool:
    """Whether numbers fit a type of whole ones."""
    bounds = np.iinfo(getattr(dtype, "numpy_dtype", dtype))
    return bool(np.all((np.floor(numbers) == numbers) & (numbers >= bounds.min) & (numbers <= bounds.max)))


def _is_text(dtype: str) -> bool:
    return dtype == "object" or dtype.startswith(("str", "string"))


def _texts(cells: list[Any], dtype: Any) -> pd.api.extensions.ExtensionArray:
    return pd.array(cells, dtype=dtype)


def _plain(cell: object) -> object:
    return cell.item() if isinstance(cell, np.generic) else cell
