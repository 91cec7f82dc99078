"""Look at enough cells of a column, and at each different one once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.table import Column, Kind

ROWS = 20_000
CELLS = 2_000
SEED = 20_240_601


@dataclass(frozen=True, slots=True)
class Sample:
    """Different cells of a column.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        The different cells as texts.
    counts : numpy.ndarray of int, shape (k,)
        Rows of the sample that hold each.
    whole : bool
        Whether these are all rows of the column.
    filled : int
        Rows of the whole column that hold something.
    """

    distinct: pa.Array
    counts: np.ndarray
    whole: bool
    filled: int

    def some(self) -> tuple[pa.Array, np.ndarray]:
        """At most 2,000 of the different cells, and their rows; always the same ones.

        Returns
        -------
        distinct : pyarrow.StringArray
            The cells.
        counts : numpy.ndarray of int
            Their rows.
        """
        if len(self.distinct) <= CELLS:
            return self.distinct, self.counts
        places = np.sort(np.random.default_rng(SEED).choice(len(self.distinct), CELLS, replace=False))
        return self.distinct.take(pa.array(places)), self.counts[places]


def sample_of(series: pd.Series, column: Column) -> Sample | None:
    """Take a sample of a column's cells.

    Parameters
    ----------
    series : pandas.Series
        The cells, in the form that the column's kind asks for.
    column : Column
        What the column is.

    Returns
    -------
    Sample or None
        Labels are all looked at; of other columns 20,000 rows, drawn with a fixed seed. None if it cannot hold
        personal data: nothing is filled, or the numbers are too small to be telephones.
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        counts = np.bincount(series.cat.codes.to_numpy() + 1, minlength=len(series.cat.categories) + 1)[1:]
        labels = pa.array(series.cat.categories, pa.large_string()).filter(pa.array(counts > 0))
        return Sample(labels, counts[counts > 0], True, int(counts.sum())) if len(labels) else None
    filled, whole = int(series.notna().sum()), len(series) <= ROWS
    if not whole:
        series = series.iloc[np.sort(np.random.default_rng(SEED).choice(len(series), ROWS, replace=False))]
    if column.kind is Kind.NUMBER:
        texts = _long_numbers(series.to_numpy())
    elif column.kind is Kind.DATE:
        texts = pa.array(series.dropna().dt.strftime("%Y-%m-%d"), pa.large_string())
    else:
        texts = pa.array(series.dropna(), pa.large_string())
    if not len(texts):
        return None
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    encoded = pc.dictionary_encode(texts)
    counts = np.bincount(encoded.indices.to_numpy(), minlength=len(encoded.dictionary))
    return Sample(encoded.dictionary, counts, whole, filled)


def _long_numbers(values: np.ndarray) -> pa.Array:
    """Whole numbers that are long enough to be a telephone, as texts."""
    known = values[np.isfinite(values)]
    long = known[(known >= 1e6) & (known < 1e19) & (known == np.floor(known))]
    if len(long) < len(known) / 2:
        return pa.array([], pa.large_string())
    return pa.array(long.astype(np.int64)).cast(pa.large_string())
