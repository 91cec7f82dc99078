"""A document as a PDF: letters that can be searched and copied, bars drawn as lines, fonts taken along."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from crm_ai.reporting.html import Block, Bullets, Document, Facts, Grid, Paragraph, Remark, Section
from crm_ai.reporting.sheet import INK, MARGIN, QUIET, Sheet
from crm_ai.reporting.tracks import REFERENCE, Bar, Bars
from crm_ai.reporting.typesetting import longest_piece

if TYPE_CHECKING:
    from datetime import date

MARKS = {"good": "#009E73", "caution": "#B87F00", "poor": "#D55E00"}
BODY = 10.0  # points
LAST = 80.0  # millimetres: the last section stands on one page with where all comes from


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
