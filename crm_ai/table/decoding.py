"""From bytes to text: which encoding a file is written in."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crm_ai.errors import ReadError
from crm_ai.words import _

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 1 << 20
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x1b\x0b")) + b"\x7f"
MOST_CONTROLS = 0.002
COMMON_SHARE = 0.7
RUNS = 20_000
MOST_BROKEN = 0.02
FEWEST_SOUND = 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text.

    Parameters
    ----------
    data : bytes
        The text in UTF-8, without a mark.
    encoding : str
        Encoding it was written in.
    guessed : bool
        Whether the encoding had to be guessed from the characters.
    damaged : int, default 0
        Letters that could not be read.
    """

    data: bytes
    encoding: str
    guessed: bool = False
    damaged: int = 0


def decode(data: bytes, *, source: str, encoding: str | None = None, separator: str | None = None) -> Decoded:
    """Decode a text file.

    Parameters
    ----------
    data : bytes
        The file.
    source : str
        Its name, for messages.
    encoding : str, optional
        Its encoding, if the user knows it.
    separator : str, optional
        What separates the cells, if the user knows it: it may be a control character.

    Returns
    -------
    Decoded
        The text.

    Raises
    ------
    ReadError
        If this is no text, or not in the encoding that was given.

    Examples
    --------
    >>> decode("姓名,城市".encode("gbk"), source="a.csv").encoding
    'gb18030'
    """
    if encoding is not None:
        return Decoded(_given(data, encoding, source), encoding)
    for mark, name in MARKS:
        if data.startswith(mark):
            return Decoded(_marked(data, name, source), name.removesuffix("-sig"))
    wide = wide_encoding(data)
    if wide:
        return Decoded(_marked(data, wide, source), wide)
    check_text(data, source=source, separator=separator)
    return Decoded(data, "utf-8") if is_utf8(data) else _damaged(data) or _guess(data)


def check_text(data: bytes, *, source: str, separator: str | None = None) -> None:
    """Refuse bytes that are no text.

    Parameters
    ----------
    data : bytes
        The file, or a part of it.
    source : str
        Its name, for messages.
    separator : str, optional
        What separates the cells, if the user knows it.

    Raises
    ------
    ReadError
        If they are no text in any encoding of one or more bytes a character.
    """
    if is_binary(data, allowed=separator or ""):
        raise ReadError(
            _("This is not a text file: it holds binary data."),
            where=source,
            next_step=_("Open it in the program that made it and export it as CSV or Excel."),
        )


def is_binary(data: bytes, *, allowed: str = "") -> bool:
    """Whether bytes are no text in any encoding of one or more bytes a character.

    Parameters
    ----------
    data : bytes
        The file.
    allowed : str, optional
        A control character that is meant.

    Returns
    -------
    bool
        True if there are NUL bytes or many control characters.
    """
    head = data[:SAMPLE].replace(allowed.encode("utf-8"), b",") if allowed else data[:SAMPLE]
    return b"\0" in data or (len(head) - len(head.translate(None, CONTROLS))) > MOST_CONTROLS * len(head)


def is_utf8(data: bytes) -> bool:
    """Check without making a string, which may take four times the memory.

    Parameters
    ----------
    data : bytes
        Any bytes.

    Returns
    -------
    bool
        Whether they are UTF-8.
    """
    ends = pa.array([0, len(data)], pa.int64()).buffers()[1]
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _damaged(data: bytes) -> Decoded | None:
    """UTF-8 with a few broken letters: cut off at the end, or with a cell from elsewhere pasted in."""
    if data[:SAMPLE].isascii():
        return None
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - broken
    is_cut = broken == 1 and text.endswith("\ufffd") and sound >= FEWEST_SOUND
    if not is_cut and broken > MOST_BROKEN * sound:
        return None
    return Decoded(text.encode("utf-8"), "utf-8", damaged=broken)


def _given(data: bytes, encoding: str, source: str) -> bytes:
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode("utf-8", "replace")
    except (LookupError, TypeError):
        raise ReadError(
            _("There is no encoding called “{name}”.").format(name=encoding),
            where=source,
            next_step=_("Try utf-8, gb18030, utf-16 or cp1252, or leave it out."),
        ) from None
    except ValueError as error:
        raise ReadError(
            _("The file is not written in {name}.").format(name=encoding),
            where=source,
            next_step=_("Leave the encoding out, so that it is found by itself."),
        ) from error


def _marked(data: bytes, name: str, source: str) -> bytes:
    try:
        return data.decode(name).removeprefix("\ufeff").encode("utf-8")
    except UnicodeError as error:
        raise ReadError(
            _("The file begins like {name} text but is damaged.").format(name=name.upper()),
            where=source,
            next_step=_("Export it again, as UTF-8 if there is a choice."),
        ) from error


def wide_encoding(data: bytes) -> str:
    """Recognise UTF-16 without a mark by the zeros in every other byte.

    Parameters
    ----------
    data : bytes
        The file, or its beginning.

    Returns
    -------
    str
        Name of the encoding; empty if it is none of the two.
    """
    head = np.frombuffer(data[: SAMPLE & ~1][: len(data) & ~1], dtype=np.uint8).reshape(-1, 2)
    if len(head) < 2 or len(data) % 2:
        return ""
    zeros = (head == 0).mean(axis=0)
    plain = (head < 128).mean(axis=0)
    if zeros[1] > 0.3 and zeros[0] < 0.01 and plain[0] > 0.3:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] > 0.3 and zeros[1] < 0.01 and plain[1] > 0.3 else ""


def _guess(data: bytes) -> Decoded:
    """Choose the encoding whose common characters the bytes mostly are."""
    for name in likely_encodings(data):
        try:
            return Decoded(data.decode(name).encode("utf-8"), name, guessed=True)
        except UnicodeError:
            continue
    try:
        return Decoded(data.decode("cp1252").encode("utf-8"), "cp1252", guessed=True)
    except UnicodeError:
        return Decoded(data.decode("latin-1").encode("utf-8"), "latin-1", guessed=True)


def likely_encodings(data: bytes) -> list[str]:
    """Chinese encodings that the bytes mostly are common characters of.

    Parameters
    ----------
    data : bytes
        The file, or its beginning.

    Returns
    -------
    list of str
        The likeliest first; possibly none.
    """
    scores = {name: _common(data[:SAMPLE], name) for name in ("gb18030", "big5")}
    return [name for name in sorted(scores, key=lambda name: -scores[name]) if scores[name] >= COMMON_SHARE]


def _common(head: bytes, name: str) -> float:
    """Share of two-byte characters that are among the common ones of a Chinese encoding."""
    lead, trail = _pairs(np.frombuffer(head, dtype=np.uint8))
    if not len(lead):
        return 0.0
    if name == "gb18030":
        common = (trail >= 0xA1) & (((lead >= 0xB0) & (lead <= 0xD7)) | ((lead >= 0xA1) & (lead <= 0xA3)))
    else:
        common = ((trail >= 0x40) & (trail <= 0x7E) | (trail >= 0xA1)) & (lead >= 0xA1) & (lead <= 0xC6)
    return float(common.mean())


def _pairs(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut each run of bytes after a high one into pairs, as two-byte encodings do."""
    high = codes >= 0x80
    starts = np.flatnonzero(high & ~np.append(False, high[:-1]))
    ends = np.flatnonzero(high & ~np.append(high[1:], False)) + 1
    runs = [np.arange(start, end, 2) for start, end in zip(starts[:RUNS], ends[:RUNS], strict=True)]
    lead = np.concatenate([np.zeros(0, dtype=np.intp), *runs])
    lead = lead[lead + 1 < len(codes)]
    return codes[lead], codes[lead + 1]
