"""A text file as blocks of whole rows in UTF-8, never holding more than a few of them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

import numpy as np

from crm_ai.errors import ReadError
from crm_ai.table.decoding import (
    FEWEST_SOUND,
    MARKS,
    MOST_BROKEN,
    SAMPLE,
    Decoded,
    check_text,
    is_utf8,
    likely_encodings,
    wide_encoding,
)
from crm_ai.table.lines import unparsable
from crm_ai.words import _

BLOCK = 8 << 20
LONGEST_ROW = 1 << 28
QUOTE, NEWLINE, RETURN = 34, 10, 13

Opened = Callable[[], BinaryIO]


def find_encoding(opened: Opened, *, source: str, encoding: str | None = None, separator: str | None = None) -> Decoded:
    """Find out how a file is encoded, reading it once.

    Parameters
    ----------
    opened : callable
        Opens the file anew.
    source : str
        Its name, for messages.
    encoding, separator : str, optional
        What the user knows.

    Returns
    -------
    Decoded
        As ``decode`` finds it, without the text.

    Raises
    ------
    ReadError
        If this is no text.
    """
    with opened() as file:
        head = file.read(SAMPLE)
    if encoding is not None:
        _check_name(encoding, source)
        return Decoded(b"", encoding)
    for mark, name in MARKS:
        if head.startswith(mark):
            return Decoded(b"", name.removesuffix("-sig"))
    wide = wide_encoding(head[: len(head) & ~1])
    if wide:
        return Decoded(b"", wide)
    check_text(head, source=source, separator=separator)
    if all(_is_sound(piece, source, separator) for piece in _by_lines(opened)):
        return Decoded(b"", "utf-8")
    damaged = _damaged_letters(opened, head)
    if damaged:
        return Decoded(b"", "utf-8", damaged=damaged)
    for name in (*likely_encodings(head), "cp1252"):
        if _can_decode(opened, name):
            return Decoded(b"", name, guessed=True)
    return Decoded(b"", "latin-1", guessed=True)


def utf8_pieces(opened: Opened, found: Decoded, *, source: str, size: int = BLOCK) -> Iterator[bytes]:
    """Read a text file piece by piece.

    Parameters
    ----------
    opened : callable
        Opens the file anew.
    found : Decoded
        How it is encoded.
    source : str
        Its name, for messages.
    size : int
        Bytes that are read at a time.

    Yields
    ------
    bytes
        UTF-8 without a mark; a piece may end anywhere between two letters.

    Raises
    ------
    ReadError
        If the file is not written in this encoding.
    """
    is_plain = codecs.lookup(found.encoding).name == "utf-8" and not found.damaged
    decoder = codecs.getincrementaldecoder(found.encoding)("replace" if found.damaged else "strict")
    first = True
    with opened() as file:
        while True:
            data = file.read(size)
            if is_plain:
                piece = data
            else:
                try:
                    piece = decoder.decode(data, final=not data).encode("utf-8", "replace")
                except UnicodeError as error:
                    raise ReadError(
                        _("The file is not written in {name}.").format(name=found.encoding),
                        where=source,
                        next_step=_("Leave the encoding out, so that it is found by itself."),
                    ) from error
            if first and piece:
                piece, first = piece.removeprefix(codecs.BOM_UTF8), False
            if piece:
                yield piece
            if not data:
                return


def whole_rows(pieces: Iterable[bytes], separator: str, *, source: str) -> Iterator[bytes]:
    """Cut a text between rows.

    Parameters
    ----------
    pieces : iterable of bytes
        The text in UTF-8.
    separator : str
        What separates the cells.
    source : str
        Name of the file, for messages.

    Yields
    ------
    bytes
        Whole rows. The last one holds at least as much as a piece does, if the file does, so that what stands below a
        table is seen together with the last customers.

    Raises
    ------
    ReadError
        If quotes never end.
    """
    rest, waiting = b"", b""
    for piece in pieces:
        buffer = rest + piece if rest else piece
        end = end_of_rows(buffer, separator)
        if not end:
            if len(buffer) > LONGEST_ROW:
                raise unparsable(source)
            rest = buffer
            continue
        if waiting:
            yield waiting
        waiting, rest = buffer[:end], buffer[end:]
    if waiting or rest:
        yield waiting + rest


def end_of_rows(text: bytes, separator: str) -> int:
    r"""Find where the last whole row ends.

    Parameters
    ----------
    text : bytes
        Text in UTF-8 that begins with a row.
    separator : str
        What separates the cells.

    Returns
    -------
    int
        Bytes of whole rows; 0 if there is none.

    Examples
    --------
    >>> end_of_rows(b'1,"a\nb"\n2,"c\n', ","), end_of_rows(b"1,a\n2", ",")
    (8, 4)
    """
    newline = text.rfind(b"\n")
    if newline < 0 or b'"' not in text:
        return newline + 1
    codes = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(codes == QUOTE)
    opening = quotes[0::2]
    before = codes[np.maximum(opening - 1, 0)]
    regular = (opening == 0) | np.isin(before, [separator.encode()[-1], NEWLINE, RETURN, QUOTE])
    if not regular.all():
        return _end_by_reading(text, separator)
    newlines = np.flatnonzero(codes == NEWLINE)
    outside = np.searchsorted(quotes, newlines) % 2 == 0
    return int(newlines[outside][-1]) + 1 if outside.any() else 0


def _end_by_reading(text: bytes, separator: str) -> int:
    """The same where quotes stand within cells, so that counting them does not help."""
    end, ends = 0, [0]

    def lines() -> Iterator[str]:
        nonlocal end
        for line in io.StringIO(text.decode("utf-8", "surrogateescape"), newline="\n"):
            end += len(line.encode("utf-8", "surrogateescape"))
            yield line

    try:
        ends.extend(end for _row in csv.reader(lines(), delimiter=separator))
    except csv.Error:
        return ends[-1]
    return ends[-2] if ends[-1] == len(text) and len(ends) > 2 else ends[-1] if ends[-1] < len(text) else 0


def _check_name(encoding: str, source: str) -> None:
    try:
        codecs.lookup(encoding)
    except (LookupError, TypeError):
        raise ReadError(
            _("There is no encoding called “{name}”.").format(name=encoding),
            where=source,
            next_step=_("Try utf-8, gb18030, utf-16 or cp1252, or leave it out."),
        ) from None


def _by_lines(opened: Opened) -> Iterator[bytes]:
    """Pieces that end with a line wherever there is one, so that none ends within a letter."""
    with opened() as file:
        rest = b""
        while data := file.read(BLOCK):
            end = data.rfind(b"\n") + 1
            if end:
                yield rest + data[:end]
                rest = data[end:]
            else:
                rest += data
        yield rest


def _is_sound(piece: bytes, source: str, separator: str | None) -> bool:
    if b"\0" in piece:
        check_text(piece, source=source, separator=separator)
    return is_utf8(piece)


def _damaged_letters(opened: Opened, head: bytes) -> int:
    """How many letters of a text in UTF-8 are broken; 0 if it is hardly in UTF-8."""
    if head.isascii():
        return 0
    broken = sound = 0
    end = ""
    for text in _decoded(opened, "utf-8", "replace"):
        wrong = text.count("\ufffd")
        broken += wrong
        sound += len(text) - len(text.encode("ascii", "ignore")) - wrong
        end = text[-1:] or end
    is_cut = broken == 1 and end == "\ufffd" and sound >= FEWEST_SOUND
    return broken if is_cut or broken <= MOST_BROKEN * sound else 0


def _can_decode(opened: Opened, encoding: str) -> bool:
    try:
        for _text in _decoded(opened, encoding, "strict"):
            pass
    except UnicodeError:
        return False
    return True


def _decoded(opened: Opened, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with opened() as file:
        while data := file.read(BLOCK):
            yield decoder.decode(data)
    yield decoder.decode(b"", final=True)
