"""Digits and signs as Chinese and Japanese keyboards write them, as wide as a character: １２．５ is 12.5."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# One for one; words are left as they are.
NARROW = str.maketrans("０１２３４５６７８９．，－＋（）％／：", "0123456789.,-+()%/:")
WIDE = r"[０-９]|^[\d．，－＋（）\s]+$"


def narrowed(distinct: pa.Array) -> pa.Array:
    """Write the digits of texts, and the signs among them, as wide as Latin ones, without blanks around.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts.

    Returns
    -------
    pyarrow.StringArray of length k
        To be read as numbers or dates.

    Examples
    --------
    >>> narrowed(pa.array(["１２．５", "２０２４年３月１日", "3，000 ", "您好，再见", None])).to_pylist()
    ['12.5', '2024年3月1日', '3,000', '您好，再见', None]
    """
    texts = pc.utf8_trim_whitespace(distinct)
    if pc.all(pc.string_is_ascii(texts)).as_py() is not False:
        return texts
    wide = pc.fill_null(pc.match_substring_regex(texts, WIDE), False)
    if not pc.any(wide).as_py():
        return texts
    narrow = [text.translate(NARROW) for text in texts.filter(wide).to_pylist()]
    return pc.replace_with_mask(texts, wide, pa.array(narrow, type=texts.type))
