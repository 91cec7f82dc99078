"""Reference customers as bytes: plain numbers in NumPy's format, and nothing else."""

from __future__ import annotations

import io

import numpy as np

from crm_ai.errors import ModelFileError
from crm_ai.words import _

MOST_ROWS = 10_000


def written_references(matrix: np.ndarray) -> bytes:
    """Write reference customers.

    Parameters
    ----------
    matrix : numpy.ndarray of shape (m, encoded columns)
        Customers as a model's encoder writes them.

    Returns
    -------
    bytes
        A file of NumPy's format.
    """
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(matrix, dtype=np.float32), allow_pickle=False)
    return file.getvalue()


def read_references(content: bytes, *, width: int, has_gaps: bool = False) -> np.ndarray:
    """Read reference customers, trusting nothing.

    Parameters
    ----------
    content : bytes
        What ``written_references`` wrote, or anything else.
    width : int
        Columns that the model's encoder writes.
    has_gaps : bool, default False
        Whether it writes NaN for what is missing.

    Returns
    -------
    numpy.ndarray of float32, shape (m, width)
        The customers.

    Raises
    ------
    ModelFileError
        If they are not finite numbers of 32 bits, are none or too many, or do not fit the encoder.
    """
    file = io.BytesIO(content)
    try:
        # The head is looked at first: what it promises would be reserved before a number is read.
        if np.lib.format.read_magic(file) != (1, 0):
            raise _unusable()
        shape, _by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    except ValueError as error:
        raise _unusable() from error
    fits = len(shape) == 2 and 1 <= shape[0] <= MOST_ROWS and shape[1] == width
    if dtype != np.float32 or not fits or len(content) - file.tell() != shape[0] * width * dtype.itemsize:
        raise _unusable()
    matrix: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False)
    if not (np.isfinite(matrix) | (np.isnan(matrix) & has_gaps)).all():
        raise _unusable()
    return matrix


def _unusable() -> ModelFileError:
    return ModelFileError(
        _("The customers that the model compares others with cannot be read."),
        next_step=_("Do not use the file; save the model again."),
    )
