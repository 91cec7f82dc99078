"""What the user knows about a file better than the reader could guess it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crm_ai.errors import ReadError
from crm_ai.words import _

BLANK = "blank"  # the separator "one or more spaces or tabs"
SPELLED_SEPARATORS = {r"\t": "\t", "tab": "\t", "space": " ", BLANK: BLANK}


@dataclass(frozen=True, slots=True)
class Instructions:
    r"""How a file shall be read where the user has decided it, and whom to tell how far the reading is.

    Parameters
    ----------
    sheet : str, optional
        Sheet of a workbook.
    encoding : str, optional
        Encoding of a text file.
    separator : str, optional
        A character, or ``"blank"`` for runs of spaces; ``"tab"`` and ``"\\t"`` mean the tabulator.
    header : int, optional
        Row of the file that holds the column names, the first being 1; 0 if there are none.
    decimal : str, optional
        ``"."`` or ``","``.
    day_first : bool, optional
        Whether 1/2/2024 is in February, for columns that do not tell.
    progress : callable, optional
        Called with a share between 0 and 1 and with what is being done, in words. What it raises ends the reading.

    Examples
    --------
    >>> Instructions(separator="tab").checked("june.csv").separator
    '\t'
    """

    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    header: int | None = None
    decimal: str | None = None
    day_first: bool | None = None
    progress: Callable[[float, str], None] | None = None

    def checked(self, source: str) -> Instructions:
        """Return the same instructions, with the separator as one character.

        Parameters
        ----------
        source : str
            Name of the file, for messages.

        Returns
        -------
        Instructions
            Instructions that can be followed.

        Raises
        ------
        ReadError
            If the separator, the header or the decimal mark cannot be one.
        """
        separator = None if self.separator is None else SPELLED_SEPARATORS.get(self.separator, self.separator)
        is_character = separator in (None, BLANK) or (len(separator) == 1 and separator not in '"\r\n\0')
        if not is_character:
            raise ReadError(
                _("“{separator}” cannot separate cells.").format(separator=self.separator),
                where=source,
                next_step=_("Give one character such as , ; or |, or the words tab or blank, or leave it out."),
            )
        if self.decimal not in (None, ".", ","):
            raise ReadError(
                _("“{mark}” is no decimal mark.").format(mark=self.decimal),
                where=source,
                next_step=_("Give a point or a comma, or leave it out."),
            )
        if self.decimal is not None and self.decimal == separator:
            raise ReadError(
                _("The same character cannot separate cells and be the decimal mark."),
                where=source,
                next_step=_("Leave one of the two out, so that it is found by itself."),
            )
        if self.header is not None and self.header < 0:
            raise ReadError(
                _("There is no row {row}.").format(row=self.header),
                where=source,
                next_step=_("Rows are counted from 1; 0 means that the file has no column names."),
            )
        return Instructions(
            self.sheet, self.encoding, separator, self.header, self.decimal, self.day_first, self.progress
        )

    def tell(self, share: float, what: str) -> None:
        """Say how far the reading is.

        Parameters
        ----------
        share : float
            Between 0 and 1.
        what : str
            What is being done, in words.
        """
        if self.progress is not None:
            self.progress(share, what)

    def unused(self, *, text: bool, grid: bool, workbook: bool) -> tuple[str, ...]:
        """Say which instructions mean nothing for a file of this kind.

        Parameters
        ----------
        text : bool
            Whether it is a text file, so that it has an encoding.
        grid : bool
            Whether it is a grid of cells, so that it has a header row.
        workbook : bool
            Whether it has sheets.

        Returns
        -------
        tuple of str
            One note, or none.
        """
        given = (
            (_("sheet"), self.sheet is not None and not workbook),
            (_("encoding"), self.encoding is not None and not text),
            (_("separator"), self.separator is not None and not (text and grid)),
            (_("header row"), self.header is not None and not grid),
        )
        names = [name for name, is_unused in given if is_unused]
        sentence = _("Not used, because this file has no such thing: {names}.")
        return (sentence.format(names=_(", ").join(names)),) if names else ()


AS_FOUND = Instructions()
