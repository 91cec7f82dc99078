"""Digest of a table's cells: equal digests mean equal tables."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa


def content_digest(frame: pd.DataFrame) -> str:
    """Digest of column names and cells.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``coerce``.

    Returns
    -------
    str
        40 hexadecimal digits.

    Examples
    --------
    >>> one, two = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]})
    >>> content_digest(one) == content_digest(one.copy()), content_digest(one) == content_digest(two)
    (True, False)
    """
    digest = hashlib.blake2b(digest_size=20)
    digest.update(str(len(frame)).encode())
    for name in frame.columns:
        digest.update(f"\0{name}\0{frame[name].dtype.kind}".encode("utf-8", "surrogatepass"))
        _add(digest, frame[name])
    return digest.hexdigest()


def _add(digest: Any, column: pd.Series) -> None:
    if isinstance(column.dtype, pd.CategoricalDtype):
        digest.update("\0".join(map(str, column.cat.categories)).encode("utf-8", "surrogatepass"))
        digest.update(np.ascontiguousarray(column.cat.codes.to_numpy(dtype=np.int32)))
    elif isinstance(column.dtype, np.dtype) and column.dtype.kind in "ifM":
        digest.update(np.ascontiguousarray(column.to_numpy()).view(np.uint8))
    else:
        _add_texts(digest, pa.array(column, pa.large_string(), from_pandas=True))


def _add_texts(digest: Any, texts: pa.Array | pa.ChunkedArray) -> None:
    for chunk in texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]:
        filled = pa.concat_arrays([chunk.fill_null("\0"), pa.array([], pa.large_string())])
        every = np.frombuffer(filled.buffers()[1] or b"", dtype=np.int64)
        offsets = every[filled.offset : filled.offset + len(filled) + 1]
        if len(offsets):
            digest.update(np.diff(offsets))
            digest.update(memoryview(filled.buffers()[2] or b"")[offsets[0] : offsets[-1]])
