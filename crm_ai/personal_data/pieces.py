"""Find personal data within sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.personal_data.codes import is_bank_card, is_email, is_ip_address, is_resident_id, is_ssn
from crm_ai.personal_data.column_names import Hint
from crm_ai.personal_data.people import is_name
from crm_ai.personal_data.sensitive import Sensitive
from crm_ai.personal_data.telephones import is_telephone

# Full-width letters and digits stand for the usual ones; one for one, so that places stay the same.
NARROW = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20}

LEFT, RIGHT = r"(?<![0-9A-Za-z_.+-])", r"(?![0-9A-Za-z_]|[.-]\d)"
SHAPES = {
    Sensitive.EMAIL: re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.%+'-]*@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}", re.ASCII),
    Sensitive.RESIDENT_ID: re.compile(
        rf"{LEFT}\d{{17}}[\dXx]{RIGHT}|{LEFT}\d{{6}} \d{{8}} \d{{3}}[\dXx]{RIGHT}", re.ASCII
    ),
    Sensitive.BANK_CARD: re.compile(rf"{LEFT}\d(?:[ -]?\d){{12,18}}{RIGHT}", re.ASCII),
    Sensitive.SSN: re.compile(rf"{LEFT}\d{{3}}-\d{{2}}-\d{{4}}{RIGHT}", re.ASCII),
    Sensitive.IP_ADDRESS: re.compile(rf"{LEFT}\d{{1,3}}(?:\.\d{{1,3}}){{3}}{RIGHT}", re.ASCII),
    Sensitive.TELEPHONE: re.compile(
        rf"(?<![0-9A-Za-z_.-])(?:\+|\()?\d[\d()]*(?:[ ./-]{{0,2}}[\d()]+){{0,6}}{RIGHT}", re.ASCII
    ),
    Sensitive.NAME: re.compile(
        r"(?:(?i:my name is|contact person|attn\.?|account holder|signed by|speak to)[ :]{1,2}"
        r"(?P<said>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,2}))"
        r"|(?:\b(?:Mr|Mrs|Ms|Dr)\.? (?P<titled>[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+)?))"
        r"|(?:(?:我叫|我的名字是|姓名|联系人|收货人|收件人|户主|持卡人|机主)(?:是|为)?[ :：]{0,2}"
        r"(?P<han>[\u4e00-\u9fff]{2,3}))"
    ),
}
TESTS: dict[Sensitive, Callable[[str], bool]] = {
    Sensitive.EMAIL: is_email,
    Sensitive.RESIDENT_ID: is_resident_id,
    Sensitive.BANK_CARD: is_bank_card,
    Sensitive.SSN: is_ssn,
    Sensitive.IP_ADDRESS: is_ip_address,
    Sensitive.TELEPHONE: is_telephone,
}
WORTH_A_LOOK = (
    r"@|＠|[0-9０-９][0-9０-９ ()./-]{5,}[0-9０-９Xx]|my name is|Mr|Ms|Dr|contact person|[Aa]ttn|holder"
    r"|signed by|speak to|我叫|名字|姓名|联系人|收货人|收件人|户主|持卡人|机主"
)


class Piece(NamedTuple):
    """Personal data within a text.

    Parameters
    ----------
    start, end : int
        Where it stands.
    what : Sensitive
        What it is.
    """

    start: int
    end: int
    what: Sensitive


def pieces_of(text: str) -> list[Piece]:
    """Find e-mail addresses, numbers and introduced names within a text.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of Piece
        In the order of the text; none overlap. Names are only found where words such as "my name is" introduce them,
        postal addresses and dates of birth are not looked for.

    Examples
    --------
    >>> [(p.start, p.end, p.what.value) for p in pieces_of("Call 138 0013 8000 or write to ann@example.com.")]
    [(5, 18, 'telephone'), (31, 46, 'email')]
    """
    narrow = text.translate(NARROW)
    found: list[Piece] = []
    for what, shape in SHAPES.items():
        for match in shape.finditer(narrow):
            piece = _name_within(match) if what is Sensitive.NAME else _number_within(match, what)
            if piece is not None and not any(p.start < piece.end and piece.start < p.end for p in found):
                found.append(piece)
    return sorted(found)


def _number_within(match: re.Match[str], what: Sensitive) -> Piece | None:
    text, start = match[0], match.start()
    test = TESTS[what]
    # Two numbers side by side look like one long one: give up words from the end until something is left.
    while text:
        if test(text):
            return Piece(start, start + len(text), what)
        if what is not Sensitive.TELEPHONE or " " not in text:
            return None
        text = text.rpartition(" ")[0].rstrip()
    return None


def _name_within(match: re.Match[str]) -> Piece | None:
    group = str(match.lastgroup)
    words, start = match[group], match.start(group)
    if group == "han":
        for length in (3, 2):
            if len(words) >= length and is_name(words[:length]):
                return Piece(start, start + length, Sensitive.NAME)
        return None
    hint = Hint.FOR if group == "titled" else Hint.SILENT
    while words:
        if is_name(words, hint):
            return Piece(start, start + len(words), Sensitive.NAME)
        words = words.rpartition(" ")[0]
    return None


def worth_a_look(distinct: pa.Array) -> np.ndarray:
    """Find the texts that may hold personal data, quickly.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts, none missing.

    Returns
    -------
    numpy.ndarray of int
        Places of those that ``pieces_of`` should look at; in all others it finds nothing.
    """
    if not len(distinct):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(
        pc.match_substring_regex(distinct, WORTH_A_LOOK, ignore_case=True).to_numpy(zero_copy_only=False)
    )
