"""Who was scored, as keyed codes: outcomes can join later, and nobody's identity is kept.

A code is the first 64 bits of an HMAC-SHA-256 of the identifier. Only who has the secret could check a guess at one.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.files import write_atomically
from crm_ai.modeling import Groups
from crm_ai.modeling.labels import label_codes
from crm_ai.modeling.problem import Problem, Task
from crm_ai.modeling.profile import Profile
from crm_ai.personal_data.pseudonyms import START, check_key, new_key, pseudonyms
from crm_ai.table import Kind
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.table import Table

SECRET_FILE = "secret.key"
DIGITS = 16
SCORE_STEPS = 10_000
SIGNIFICANT = 5


@dataclass(frozen=True, slots=True, eq=False)
class KeyedScores:
    """What was said of whom, by code. Those of chunks add up.

    Parameters
    ----------
    codes : numpy.ndarray of uint64, shape (n,)
        A code for each customer; customers without an identifier are left out.
    said : numpy.ndarray of float64, shape (n,)
        Score rounded down to four decimals, predicted number to five digits, or position of the likeliest answer.
    segments : mapping of str to (numpy.ndarray of int32, tuple of str)
        By segment: position of each customer's group, -1 where not known, and the groups' names.
    unnamed : int
        Customers without an identifier.
    """

    codes: np.ndarray
    said: np.ndarray
    segments: Mapping[str, tuple[np.ndarray, tuple[str, ...]]]
    unnamed: int = 0

    def __add__(self, other: KeyedScores) -> KeyedScores:
        if list(self.segments) != list(other.segments):
            raise CrmAiError(_("Customers with different segments cannot be added."))
        return KeyedScores(
            np.concatenate([self.codes, other.codes]),
            np.concatenate([self.said, other.said]),
            {name: _together(groups, other.segments[name]) for name, groups in self.segments.items()},
            self.unnamed + other.unnamed,
        )


def identifying_columns(table: Table, problem: Problem) -> tuple[str, ...]:
    """Find columns that tell customers apart, by which outcomes can join.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The model's question; what it asks about and learns from identifies nobody.

    Returns
    -------
    tuple of str
        Columns of kind identifier first, then those in which no value repeats and none is missing.
    """
    sure = table.schema.names_of(kind=Kind.IDENTIFIER)
    known = {problem.target, *problem.features, *sure}
    others = [
        column.name
        for column in table.schema
        if column.name not in known and column.kind not in (Kind.DATE, Kind.BOOLEAN)
    ]
    apart = [name for name in others if table.frame[name].is_unique and table.frame[name].notna().all()]
    return (*sure, *(name for name in apart if len(table.frame) > 1))


def keyed_scores(
    identifiers: pd.Series,
    predicted: np.ndarray,
    profile: Profile,
    secret: bytes,
    segments: tuple[Groups, ...] = (),
) -> KeyedScores:
    """Keep what was said of whom, without saying who it was.

    Parameters
    ----------
    identifiers : pandas.Series of length n
        What customers are called where outcomes will come from.
    predicted : numpy.ndarray of shape (n,) or (n, k)
        From ``Model.predict``.
    profile : Profile
        Of the model.
    secret : bytes
        At least 16 bytes, the same for all batches.
    segments : tuple of Groups, default ()
        Groups that will be compared once outcomes are there. In chunks, give bands explicit edges.

    Returns
    -------
    KeyedScores
        ``+`` adds those of the next chunk.
    """
    return scores_by_code(*coded(identifiers, secret), predicted, profile, segments)


def scores_by_code(
    codes: np.ndarray, known: np.ndarray, predicted: np.ndarray, profile: Profile, segments: tuple[Groups, ...] = ()
) -> KeyedScores:
    """Keep what was said of whom, as ``keyed_scores`` does, of customers who are codes already.

    Parameters
    ----------
    codes, known : numpy.ndarray of shape (n,)
        From ``coded``.
    predicted, profile, segments
        As for ``keyed_scores``.

    Returns
    -------
    KeyedScores
        The same.
    """
    return KeyedScores(
        codes[known],
        _coarse(predicted, profile)[known],
        {groups.name: (groups.codes[known].astype(np.int32), tuple(groups.names)) for groups in segments},
        int((~known).sum()),
    )


def coded(identifiers: pd.Series, secret: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Replace identifiers by codes.

    Parameters
    ----------
    identifiers : pandas.Series of length n
        Texts or numbers; blanks around them and the width of letters make no difference.
    secret : bytes
        At least 16 bytes.

    Returns
    -------
    codes : numpy.ndarray of uint64, shape (n,)
        0 where there is none.
    known : numpy.ndarray of bool, shape (n,)
        Whether there is an identifier.
    """
    texts, places = label_codes(identifiers)
    empty = np.asarray([not text.strip() for text in texts] + [True])
    found = [int(code[len(START) : len(START) + DIGITS], 16) for code in pseudonyms(texts, check_key(secret))]
    return np.asarray([*found, 0], dtype=np.uint64)[places], ~empty[places]


def workspace_secret(folder: str | Path) -> bytes:
    """Secret of a folder of batches: read, or made the first time.

    Parameters
    ----------
    folder : str or Path
        Where batches are kept; made if it is not there.

    Returns
    -------
    bytes
        32 random bytes, in a file that only its owner may read.

    Raises
    ------
    CrmAiError
        If the file is not a secret, or cannot be read or written.
    """
    path = Path(folder) / SECRET_FILE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _made(path)
        return check_key(path.read_bytes())
    except OSError as error:
        raise CrmAiError(
            _("The secret of the batches cannot be used: {reason}.").format(reason=error.strerror or error),
            where=str(path),
        ) from error


def secret_mark(secret: bytes) -> str:
    """What a secret can be told apart by, without giving it away.

    Parameters
    ----------
    secret : bytes
        At least 16 bytes.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    return hmac.new(check_key(secret), b"crm_ai secret", hashlib.sha256).hexdigest()[:DIGITS]


def keyed_bytes(keyed: KeyedScores) -> bytes:
    """Write codes into memory.

    Parameters
    ----------
    keyed : KeyedScores
        Codes, scores and groups.

    Returns
    -------
    bytes
        Plain arrays in NumPy's format.
    """
    file = io.BytesIO()
    arrays: dict[str, np.ndarray] = {"codes": keyed.codes, "said": keyed.said, "unnamed": np.asarray(keyed.unnamed)}
    for place, (name, (groups, names)) in enumerate(keyed.segments.items()):
        arrays[f"groups{place}"] = groups
        arrays[f"names{place}"] = np.asarray([name, *names], dtype=np.str_)
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def keyed_from_bytes(content: bytes) -> KeyedScores:
    """Read codes, running nothing.

    Parameters
    ----------
    content : bytes
        From ``keyed_bytes``.

    Returns
    -------
    KeyedScores
        The same.

    Raises
    ------
    CrmAiError
        If it is anything else.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            segments = {}
            for place in range((len(arrays.files) - 3) // 2):
                name, *names = arrays[f"names{place}"].tolist()
                segments[name] = (arrays[f"groups{place}"], tuple(names))
            return KeyedScores(arrays["codes"], arrays["said"], segments, int(arrays["unnamed"]))
    except Exception as error:  # numpy and zipfile raise a dozen kinds of errors on foreign bytes
        raise CrmAiError(_("The codes of a batch cannot be read; the file is damaged.")) from error


def _made(path: Path) -> None:
    """Put a new secret into its place, unless somebody else was quicker."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_atomically(draft, lambda file: file.write(new_key()), mode=0o600)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _coarse(predicted: np.ndarray, profile: Profile) -> np.ndarray:
    task = profile.problem.task if profile.problem is not None else Task.BINARY
    if predicted.ndim == 2:
        return predicted.argmax(axis=1).astype(np.float64)
    if task is Task.BINARY:
        # Downwards, so that who was below a threshold of four decimals stays below it.
        return np.floor(predicted * SCORE_STEPS + 1e-7) / SCORE_STEPS
    with np.errstate(divide="ignore"):
        size = np.where(predicted == 0, 0, np.floor(np.log10(np.abs(predicted)))).clip(-290, 290)
    unit = 10.0 ** (size - SIGNIFICANT + 1)
    return np.asarray(np.round(predicted / unit) * unit)


def _together(
    one: tuple[np.ndarray, tuple[str, ...]], two: tuple[np.ndarray, tuple[str, ...]]
) -> tuple[np.ndarray, tuple[str, ...]]:
    names = tuple(dict.fromkeys(one[1] + two[1]))
    places = np.asarray([names.index(name) for name in two[1]] + [-1], dtype=np.int32)
    return np.concatenate([one[0], places[two[0]]]), names
