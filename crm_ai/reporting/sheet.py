"""Pages of a PDF, filled from top to bottom, with fonts that have all letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from crm_ai.reporting.fonts import find_chinese, letters, no_chinese
from crm_ai.reporting.typesetting import WIDE, wrap
from crm_ai.words import _, one_line

if TYPE_CHECKING:
    from datetime import date

    from fpdf import FPDF

MARGIN, TOP, BOTTOM = 18.0, 15.0, 16.0  # millimetres
INK, QUIET, RULE = "#1F2A33", "#4A5763", "#D5DBE0"
MM = 25.4 / 72
LEADING = 1.38
UNKNOWN = "\ufffd"
LETTERS, CHINESE = "letters", "chinese"


class Sheet:
    """Pages that are filled from top to bottom.

    Parameters
    ----------
    title : str
        Of the document.
    language : str
        Code of the language it is written in.
    day : datetime.date
        When it is made.
    """

    def __init__(self, title: str, language: str, day: date) -> None:
        self._pdf = _new_pdf(title, language, day)
        self._covered = self._take_fonts()
        self._title = title
        self.page()

    @property
    def width(self) -> float:
        """Of a line, in millimetres."""
        return float(self._pdf.epw)

    @property
    def left(self) -> float:
        """How much of the page is free, in millimetres."""
        return float(self._pdf.h - BOTTOM - self._pdf.get_y())

    def page(self) -> None:
        """Begin a new page."""
        self._pdf.add_page()

    def need(self, height: float) -> None:
        """Begin a new page unless so much of this one is free.

        Parameters
        ----------
        height : float
            In millimetres.
        """
        if self.left < height < self._pdf.eph:
            self.page()

    def gap(self, height: float) -> None:
        """Leave room.

        Parameters
        ----------
        height : float
            In millimetres.
        """
        if self.left > height:
            self._pdf.ln(height)

    def rule(self) -> None:
        """Draw a thin line over the page."""
        y = self._pdf.get_y()
        self._pdf.set_draw_color(RULE)
        self._pdf.set_line_width(0.2)
        self._pdf.line(MARGIN, y, MARGIN + self.width, y)
        self.gap(2)

    def lines(self, text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
        """Break a text into lines.

        Parameters
        ----------
        text : str
            Any text.
        size : float
            Of the font, in points.
        width : float
            Of a line, in millimetres.
        bold : bool, default False
            Whether letters are heavy.

        Returns
        -------
        list of str
            The lines.
        """
        return wrap(self._known(text), width, lambda piece: self.width_of(piece, size, bold=bold))

    def width_of(self, text: str, size: float, *, bold: bool = False) -> float:
        """Measure a text on one line.

        Parameters
        ----------
        text : str
            Any text.
        size : float
            Of the font, in points.
        bold : bool, default False
            Whether letters are heavy.

        Returns
        -------
        float
            In millimetres.
        """
        return size * MM * sum(self._ems(character, bold) for character in text)

    def heading(self, text: str, size: float) -> None:
        """Write a heading, and keep it with what follows.

        Parameters
        ----------
        text : str
            Plain text.
        size : float
            Of the font, in points.
        """
        lines = self.lines(text, size, self.width, bold=True)
        self.need(len(lines) * size * MM * LEADING + 30)
        self._pdf.start_section(self._known(text))
        self.text(text, size, bold=True)
        self.gap(1)

    def text(
        self, text: str, size: float, *, bold: bool = False, colour: str = INK, indent: float = 0.0, mark: str = ""
    ) -> None:
        """Write a paragraph.

        Parameters
        ----------
        text : str
            Plain text.
        size : float
            Of the font, in points.
        bold : bool, default False
            Whether letters are heavy.
        colour : str, default dark
            Of the letters.
        indent : float, default 0.0
            Room on the left, in millimetres.
        mark : str, default ""
            Stands in that room, before the first line.
        """
        height = size * MM * LEADING
        for place, line in enumerate(self.lines(text, size, self.width - indent, bold=bold)):
            self.need(height)
            y = self._pdf.get_y()
            if mark and not place:
                self.put(mark, MARGIN + indent - 3.5, y, size, colour=colour)
            self.put(line, MARGIN + indent, y, size, bold=bold, colour=colour)
            self._pdf.set_y(y + height)
        self.gap(0.25 * height)

    def put(self, line: str, x: float, y: float, size: float, *, bold: bool = False, colour: str = INK) -> None:
        """Write one line at a place.

        Parameters
        ----------
        line : str
            Plain text that fits.
        x, y : float
            Upper left corner, in millimetres.
        size : float
            Of the font, in points.
        bold : bool, default False
            Whether letters are heavy.
        colour : str, default dark
            Of the letters.
        """
        from fpdf.enums import TextMode

        self._pdf.set_text_color(colour)
        base = y + 0.5 * size * MM * LEADING + 0.36 * size * MM
        for family, run in groupby(self._known(line), key=self._family):
            piece = "".join(run)
            self._pdf.set_font(family, style="B" if bold and family == LETTERS else "", size=size)
            heavy = bold and family == CHINESE  # such fonts have one weight, as a rule
            self._pdf.text_mode = TextMode.FILL_STROKE if heavy else TextMode.FILL
            self._pdf.set_draw_color(colour)
            self._pdf.set_line_width(0.028 * size * MM if heavy else 0.2)
            self._pdf.text(x, base, piece)
            x += self.width_of(piece, size, bold=bold)

    def row(self, cells: Sequence[tuple[str, float, bool, str]], size: float) -> float:
        """Write cells side by side, each as many lines as it needs.

        Parameters
        ----------
        cells : sequence of (text, width, bold, colour)
            From left to right; widths in millimetres.
        size : float
            Of the font, in points.

        Returns
        -------
        float
            Where the row begins, in millimetres from the top of its page; the next one begins below it.
        """
        broken = [self.lines(text, size, width - 2, bold=bold) for text, width, bold, _colour in cells]
        height, tall = size * MM * LEADING, max(len(lines) for lines in broken)
        self.need(tall * height)
        top, x = self._pdf.get_y(), MARGIN
        for lines, (_text, width, bold, colour) in zip(broken, cells, strict=True):
            for place, line in enumerate(lines):
                self.put(line, x, top + place * height, size, bold=bold, colour=colour)
            x += width
        self._pdf.set_y(top + tall * height)
        return top

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle.

        Parameters
        ----------
        x, y, width, height : float
            In millimetres.
        colour : str
            Of the filling.
        """
        self._pdf.set_fill_color(colour)
        self._pdf.rect(x, y, width, height, style="F")

    def line(self, x: float, y: float, to_x: float, to_y: float, *, width: float = 0.3, colour: str = INK) -> None:
        """Draw a line.

        Parameters
        ----------
        x, y, to_x, to_y : float
            Its ends, in millimetres.
        width : float, default 0.3
            How thick, in millimetres.
        colour : str, default dark
            Of the line.
        """
        self._pdf.set_draw_color(colour)
        self._pdf.set_line_width(width)
        self._pdf.line(x, y, to_x, to_y)

    def to_bytes(self) -> bytes:
        """Finish the document.

        Returns
        -------
        bytes
            The file.
        """
        pages = self._pdf.pages_count
        for page in range(1, pages + 1):
            self._pdf.page = page
            said = _("page {page} of {pages}").format(page=page, pages=pages)
            self._pdf.set_font(LETTERS, size=1)  # the page's own font is not known here, so that one is set anew
            self.put(said, MARGIN, self._pdf.h - 11, 8, colour=QUIET)
        return bytes(self._pdf.output())

    def _take_fonts(self) -> dict[str, frozenset[int]]:
        """Characters by font, the first choice first."""
        self._pdf.add_font(LETTERS, "", letters())
        self._pdf.add_font(LETTERS, "B", letters(bold=True))
        chinese = find_chinese()
        if chinese is not None:
            self._pdf.add_font(CHINESE, "", chinese.path, collection_font_number=chinese.place)
        return {name: frozenset(self._pdf.fonts[name].cmap) for name in self._pdf.fonts}  # type: ignore[union-attr]

    def _family(self, character: str) -> str:
        return LETTERS if CHINESE not in self._covered or ord(character) in self._covered[LETTERS] else CHINESE

    def _ems(self, character: str, bold: bool) -> float:
        """Width of a character, in ems."""
        if not self._covers(character):
            character = UNKNOWN
        family = self._family(character)
        font = self._pdf.fonts[family + ("B" if bold and family == LETTERS else "")]
        return float(font.get_text_width(character, 1000, None)[1]) / 1000

    def _known(self, text: str) -> str:
        line = one_line(text)
        missing = {character for character in line if not self._covers(character)}
        if any(_is_wide(character) for character in missing):
            raise no_chinese()
        for character in missing:
            line = line.replace(character, UNKNOWN)
        return line

    def _covers(self, character: str) -> bool:
        return any(ord(character) in known for known in self._covered.values())


def _new_pdf(title: str, language: str, day: date) -> FPDF:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_margins(MARGIN, TOP, MARGIN)
    pdf.set_auto_page_break(False)
    pdf.set_title(one_line(title))
    pdf.set_lang(language)
    pdf.set_creator("crm_ai")
    pdf.set_creation_date(datetime(day.year, day.month, day.day).astimezone())
    return pdf


def _is_wide(character: str) -> bool:
    return re.match(f"[{WIDE}]", character) is not None
