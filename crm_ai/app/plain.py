"""Names and cells come from strangers: here they become text that no markdown renderer will act upon."""

from __future__ import annotations

import re

from crm_ai.words import one_line, shorten

# Invisible and without width: keeps ":smile:", ":material/x:" and "www.…" from being replaced after parsing.
WORD_JOINER = "\u2060"

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$&=\"'/^])")


def plain(text: object, width: int = 0) -> str:
    r"""Make any text safe to stand in markdown, so that it is read exactly as it was written.

    Parameters
    ----------
    text : object
        A column's name, a cell, a file's name.
    width : int, default 0
        Cut longer texts in the middle; 0 keeps them whole.

    Returns
    -------
    str
        Markdown that shows the text on one line: no formatting, link, image, icon, colour, formula or HTML comes out of
        it.

    Examples
    --------
    >>> print(plain("<b>Churn</b> [x](y) $a$"))
    \<b\>Churn\<\/b\> \[x\]\(y\) \$a\$
    >>> plain("www.example.com") == "www" + WORD_JOINER + "\\.example\\.com"
    True
    """
    line = one_line(text)
    if width:
        line = shorten(line, width)
    escaped = _PUNCTUATION.sub(r"\\\1", line)
    for mark in (":", "@"):
        escaped = escaped.replace(mark, mark + WORD_JOINER)
    return re.sub("(?i)(www)(?=\\\\\\.)", r"\1" + WORD_JOINER, escaped)
