"""Which customers a model has been trained on, told without keeping them.

Each training customer is written down as eight bytes of a digest of what the model sees of them: the encoder's numbers.
Customers whom the model cannot tell from one it was trained on count as known to it, so that a comparison never rests
on them.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from crm_ai.errors import ModelFileError
from crm_ai.modeling import Model
from crm_ai.words import _

DECIMALS = 4  # other versions of packages may compute the fifth otherwise


def fingerprints(model: Model, frame: pd.DataFrame) -> np.ndarray:
    """Digest of what a model sees of customers.

    Parameters
    ----------
    model : Model
        The model.
    frame : pandas.DataFrame of shape (n, …)
        Customers in the form that the model's columns ask for.

    Returns
    -------
    numpy.ndarray of uint64, shape (n,)
        Equal for customers whom the model cannot tell apart.
    """
    return encoded_fingerprints(model.encoder.transform(model.cleaned(frame)))


def encoded_fingerprints(matrix: np.ndarray) -> np.ndarray:
    """Digest of customers whose features are encoded already.

    Parameters
    ----------
    matrix : numpy.ndarray of shape (n, encoded columns)
        Written by a model's encoder.

    Returns
    -------
    numpy.ndarray of uint64, shape (n,)
        One a customer.
    """
    plain = np.ascontiguousarray(np.round(matrix, DECIMALS) + np.float32(0.0), dtype="<f4")  # + 0 unites -0 and 0
    said = b"".join(hashlib.blake2b(row, digest_size=8).digest() for row in plain)
    return np.frombuffer(said, dtype="<u8")


def written(marks: np.ndarray) -> bytes:
    """Write fingerprints.

    Parameters
    ----------
    marks : numpy.ndarray of uint64
        In any order.

    Returns
    -------
    bytes
        Sorted, each once.
    """
    return np.unique(marks).astype("<u8").tobytes()


def read(content: bytes) -> np.ndarray:
    """Read fingerprints.

    Parameters
    ----------
    content : bytes
        As ``written`` has written them.

    Returns
    -------
    numpy.ndarray of uint64
        Sorted.

    Raises
    ------
    ModelFileError
        If it is something else.
    """
    if len(content) % 8:
        raise ModelFileError(_("The list of customers that the model was trained on cannot be read."))
    return np.frombuffer(content, dtype="<u8")
