"""Names and labels written so that SQL takes them literally, whatever they hold."""

from __future__ import annotations

from crm_ai.errors import ProblemError
from crm_ai.words import _


def quoted_name(name: str) -> str:
    """Quote the name of a table or column.

    Parameters
    ----------
    name : str
        Any name.

    Returns
    -------
    str
        In double quotes.

    Raises
    ------
    ProblemError
        If the name holds a NUL character, which ends a statement.

    Examples
    --------
    >>> print(quoted_name('the "best" customers'))
    "the ""best"" customers"
    """
    return '"' + _unbroken(name).replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """Quote a label.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        In single quotes.

    Raises
    ------
    ProblemError
        If the text holds a NUL character, which ends a statement.

    Examples
    --------
    >>> quoted_text("o'brien")
    "'o''brien'"
    """
    return "'" + _unbroken(text).replace("'", "''") + "'"


def _unbroken(text: str) -> str:
    if "\0" in text:
        raise ProblemError(_("A name or label holds a NUL character, which no database can take."), where=repr(text))
    return text
