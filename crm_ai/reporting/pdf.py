"""A document as a PDF: letters that can be searched and copied, bars drawn as lines, fonts taken along."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from crm_ai.reporting.fonts import find_chinese, letters, no_chinese
from crm_ai.reporting.html import Block, Bullets, Document, Facts, Grid, Paragraph, Remark, Section
from crm_ai.reporting.tracks import REFERENCE, Bar, Bars
from crm_ai.reporting.typesetting import WIDE, longest_piece, wrap
from crm_ai.words import _, one_line

if TYPE_CHECKING:
    from datetime import date

    from fpdf import FPDF

MARGIN, TOP, BOTTOM = 18.0, 15.0, 16.0  # millimetres
INK, QUIET, RULE = "#1F2A33", "#4A5763", "#D5DBE0"
MARKS = {"good": "#009E73", "caution": "#B87F00", "poor": "#D55E00"}
MM = 25.4 / 72
BODY = 10.0  # points
LEADING = 1.38
LAST = 80.0  # millimetres: the last section stands on one page with where all comes from
UNKNOWN = "\ufffd"
LETTERS, CHINESE = "letters", "chinese"


def to_pdf(document: Document, *, day: date) -> bytes:
    """Write a document as a PDF on A4.

    Parameters
    ----------
    document : Document
        What is written.
    day : datetime.date
        When it is made.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    CrmAiError
        If it has Chinese characters and no font on this machine has them.
    """
    sheet = Sheet(document.title, document.language, day)
    sheet.heading(document.title, 20)
    sheet.text(document.lead, 12, bold=True)
    sheet.gap(2)
    _draw(sheet, Facts(document.facts))
    for section in document.sections:
        if section is document.sections[-1]:
            sheet.need(LAST)
        _draw_section(sheet, section, 14)
    sheet.gap(4)
    sheet.rule()
    sheet.text(" · ".join(f"{name}: {text}" for name, text in document.footer), 8, colour=QUIET)
    return sheet.to_bytes()


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


def _draw_section(sheet: Sheet, section: Section, size: float) -> None:
    sheet.gap(5)
    sheet.heading(section.title, size)
    for block in section.blocks:
        if isinstance(block, Section):
            _draw_section(sheet, block, max(size - 2.5, 10))
        else:
            _draw(sheet, block)


def _draw(sheet: Sheet, block: Block) -> None:
    if isinstance(block, Paragraph):
        sheet.text(block.text, 9 if block.quiet else BODY, bold=block.strong, colour=QUIET if block.quiet else INK)
    elif isinstance(block, Remark):
        sheet.text(f"{block.name} {block.text}".strip(), BODY, indent=4, mark="■", colour=MARKS[block.kind])
    elif isinstance(block, Bullets):
        for item in block.items:
            sheet.text(item, BODY, indent=5, mark="•")
    elif isinstance(block, Facts):
        for name, text in block.facts:
            sheet.row([(name, 32, False, QUIET), (text, sheet.width - 32, False, INK)], 10)
    elif isinstance(block, Grid):
        _draw_grid(sheet, block)
    elif isinstance(block, Bars):
        _draw_bars(sheet, block)


def _draw_grid(sheet: Sheet, grid: Grid) -> None:
    widths = _widths(sheet, grid)
    sheet.need(min(14 + 11 * len(grid.rows), 90))
    sheet.gap(1.5)
    if grid.caption:
        sheet.text(grid.caption, 9, colour=QUIET)
    sheet.row([(name, width, False, QUIET) for name, width in zip(grid.header, widths, strict=True)], 9)
    sheet.rule()
    for cells in grid.rows:
        sheet.row([(cell, width, False, INK) for cell, width in zip(cells, widths, strict=True)], BODY)
        sheet.gap(0.5)
        sheet.rule()


def _widths(sheet: Sheet, grid: Grid) -> list[float]:
    """Columns as wide as their longest cell asks for, but none under a share that can be read."""
    columns = list(zip(grid.header, *grid.rows, strict=True))
    least = [max(sheet.width_of(longest_piece(cell), BODY) for cell in column) + 3 for column in columns]
    asked = [min(max(sheet.width_of(cell, BODY) for cell in column), 0.45 * sheet.width) + 3 for column in columns]
    rest = sheet.width - sum(least)
    if rest <= 0:
        return [sheet.width * width / sum(least) for width in least]
    more = [max(wanted - enough, 0.0) for wanted, enough in zip(asked, least, strict=True)]
    whole = sum(more) or 1.0
    return [enough + rest * extra / whole for enough, extra in zip(least, more, strict=True)]


def _draw_bars(sheet: Sheet, bars: Bars) -> None:
    low, high = bars.ends
    reach = (high - low) or 1.0
    name, track, amount = 0.31 * sheet.width, 0.33 * sheet.width, 0.36 * sheet.width
    sheet.need(min(14 + 6 * len(bars.bars), 120))
    sheet.gap(1.5)
    sheet.text(bars.caption, 9, colour=QUIET)

    def at(x: float) -> float:
        return MARGIN + name + (track - 6) * (x - low) / reach

    for bar in bars.bars:
        around = f"{bar.amount} ({bar.range_in_words})" if bar.range_in_words else bar.amount
        cells = [(bar.name, name, bar.whole, INK), ("", track, False, INK), (around, amount, bar.whole, INK)]
        top = sheet.row(cells, 9.5)
        _draw_bar(sheet, bar, at, top, bars.base)
        sheet.gap(0.8)
    sheet.gap(2)


def _draw_bar(sheet: Sheet, bar: Bar, place: Callable[[float], float], top: float, base: float) -> None:
    middle = top + 2.3
    if math.isfinite(base):
        sheet.line(place(base), top - 0.6, place(base), top + 5.2, width=0.2, colour=REFERENCE)
    if bar.whole and bar.start == bar.end:
        sheet.line(place(bar.end), top, place(bar.end), top + 4.6, width=1, colour=bar.colour)
    elif math.isfinite(bar.start) and math.isfinite(bar.end) and bar.start != bar.end:
        left, right = sorted((place(bar.start), place(bar.end)))
        sheet.box(left, top + 0.6, max(right - left, 0.3), 3.4, bar.colour)
    if math.isfinite(bar.low) and math.isfinite(bar.high):
        sheet.line(place(bar.low), middle, place(bar.high), middle)
        for end in (bar.low, bar.high):
            sheet.line(place(end), middle - 0.9, place(end), middle + 0.9)
