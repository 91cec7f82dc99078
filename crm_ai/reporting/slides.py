"""A report as slides: one finding a slide, charts that can be edited, and how it was found out in the notes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm_ai.reporting.chapters import Chapter, chapters_of
from crm_ai.reporting.findings import Findings
from crm_ai.reporting.html import Grid
from crm_ai.reporting.native_charts import add_chart
from crm_ai.reporting.run_report import facts_of, origin_of, title_of
from crm_ai.reporting.tracks import Bars
from crm_ai.reporting.typesetting import lines_of
from crm_ai.words import _, one_line

if TYPE_CHECKING:
    from datetime import date

WIDTH, HEIGHT, MARGIN, GUTTER = 960.0, 540.0, 44.0, 28.0  # points
INK, QUIET, ACCENT, LINE = "1F2A33", "4A5763", "0072B2", "D5DBE0"
TITLE_ONLY = 5  # of python-pptx's own template
LATIN, CHINESE = "Calibri", "Microsoft YaHei"
LEADING = 1.22
BOLD = 1.18  # how much wider heavy letters are
MOST_ROWS = 5
TOP = 150.0  # below the title
SMALLEST = 12.0  # letters that are still read from the back of a room


def to_slides(findings: Findings, *, day: date) -> bytes:
    """Write a report as a presentation.

    Parameters
    ----------
    findings : Findings
        As made by ``findings_of_run``.
    day : datetime.date
        When it is made.

    Returns
    -------
    bytes
        A .pptx file of seven slides: question and answer, data, quality, reasons, fairness, decision, limits. A table
        that leaves no room for words has a slide of its own.
    """
    from pptx import Presentation
    from pptx.util import Pt

    deck: Any = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    _use_fonts(deck)
    core = deck.core_properties
    core.title, core.author, core.keywords = one_line(title_of(findings)), "crm_ai", ""
    core.created = core.modified = datetime(day.year, day.month, day.day)
    chapters = chapters_of(findings)
    _opening(deck, findings, chapters[-2])
    for chapter in chapters[:-1]:
        _chapter(deck, chapter)
    _closing(deck, chapters[-1], origin_of(findings, day=day))
    for place, slide in enumerate(deck.slides, start=1):
        _text(slide, [(_number(place, len(deck.slides)), 10, False, QUIET)], (WIDTH - 110, HEIGHT - 28, 90, 18))
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _number(place: int, of: int) -> str:
    return f"{place} / {of}"


def _opening(deck: Any, findings: Findings, decision: Chapter) -> None:
    slide = _slide(deck, title_of(findings), "", largest=36)
    said = [(findings.answer, 22, True, INK), (decision.finding, 18, False, INK)]
    _text(slide, [line for line in said if line[0]], (MARGIN, TOP, WIDTH - 2 * MARGIN, 210))
    facts = [(f"{name}: {text}", 14, False, QUIET) for name, text in facts_of(findings)]
    _text(slide, facts, (MARGIN, 400, WIDTH - 2 * MARGIN, 100))
    _notes(slide, [decision.question, *decision.said, decision.method])


def _chapter(deck: Any, chapter: Chapter) -> None:
    slide = _slide(deck, chapter.finding, chapter.question)
    chart, table = (chapter.charts[0] if chapter.charts else None), chapter.table
    half = (WIDTH - 2 * MARGIN - GUTTER) / 2
    left = half if chart is not None else WIDTH - 2 * MARGIN
    top, bottom, right = TOP, HEIGHT - 36, TOP
    mark = "•  " if len(chapter.said) > 1 else ""
    said = [(mark + text, 15.0, False, INK) for text in chapter.said]
    if chart is not None:
        right += _chart(slide, chart, (MARGIN + half + GUTTER, right, half, bottom - right)) + 10
    if table is not None and chart is not None and right + _table_height(table, half) <= bottom:
        _table(slide, table, (MARGIN + half + GUTTER, right, half))
        table = None
    elif table is not None and _is_readable(said, left, bottom - top - _table_height(table, left) - 12):
        top += _table(slide, table, (MARGIN, top, left)) + 12
        table = None
    _text(slide, said, (MARGIN, top, left, bottom - top))
    captions = [f"{bars.caption}: {_told(bars)}" for bars in chapter.charts]
    _notes(slide, [chapter.finding, *chapter.said, *captions, chapter.method])
    if table is not None:  # small print beside a chart is read by nobody
        slide = _slide(deck, chapter.finding, chapter.question)
        _table(slide, table, (MARGIN, TOP, WIDTH - 2 * MARGIN))
        _notes(slide, [chapter.method])


def _chart(slide: Any, bars: Bars, box: tuple[float, float, float, float]) -> float:
    """A chart below its caption; how high both are."""
    x, y, width, height = box
    used = _text(slide, [(bars.caption, 12, False, QUIET)], (x, y, width, 34)) + 4
    tall = min(height - used, 50 + 34 * len(bars.bars))
    add_chart(slide, bars, _emu((x, y + used, width, tall)), size=12 if len(bars.bars) < 10 else 11)
    return used + tall


def _told(bars: Bars) -> str:
    return _("; ").join(f"{bar.name} {bar.amount} ({bar.range_in_words})".replace(" ()", "") for bar in bars.bars)


def _closing(deck: Any, chapter: Chapter, origin: Sequence[tuple[str, str]]) -> None:
    slide = _slide(deck, chapter.finding, chapter.question)
    _text(slide, [("•  " + text, 16, False, INK) for text in chapter.said], (MARGIN, TOP, WIDTH - 2 * MARGIN, 250))
    made = [(f"{name}: {text}", 10, False, QUIET) for name, text in origin]
    _text(slide, made, (MARGIN, 410, WIDTH - 2 * MARGIN - 100, 110))
    _notes(slide, [chapter.finding, *chapter.said])


def _slide(deck: Any, title: str, question: str, *, largest: float = 28) -> Any:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    width = WIDTH - 2 * MARGIN
    if question:
        _text(slide, [(question, 14, False, ACCENT)], (MARGIN, 28, width, 24))
    place = slide.shapes.title
    place.left, place.top, place.width, place.height = _emu((MARGIN, 50, width, 88))
    size, said = _fitted(title, width, 84, largest=largest, least=18)
    frame = place.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.text = said
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    _write(paragraph.runs[0].font if paragraph.runs else paragraph.font, size, True, RGBColor.from_string(INK))
    return slide


def _fitted(text: str, width: float, height: float, *, largest: float, least: float) -> tuple[float, str]:
    """A size in which a text fits, and the text, cut if none does."""
    line = one_line(text)
    width, size = width / BOLD, largest
    while size > least and lines_of(line, width, size) * size * LEADING > height:
        size -= 1
    return size, _cut(line, width, height, size)


def _cut(line: str, width: float, height: float, size: float) -> str:
    """As much of a text as fits; the notes have all of it."""
    kept = line
    while len(kept) > 8 and lines_of(kept + " …", width, size) * size * LEADING > height:
        kept = kept[: round(0.95 * len(kept))].rstrip()
    return line if lines_of(line, width, size) * size * LEADING <= height else kept + " …"


def _text(slide: Any, lines: Sequence[tuple[str, float, bool, str]], box: tuple[float, float, float, float]) -> float:
    """Write paragraphs, smaller if they are many, and leave out what does not fit: the notes have all of it."""
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    _x, _y, width, height = box
    shown = list(_fitting(lines, width, height))
    shape = slide.shapes.add_textbox(*_emu(box))
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    used = 0.0
    for place, (text, size, bold, colour) in enumerate(shown):
        paragraph = frame.paragraphs[0] if not place else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = text
        paragraph.space_after = Pt(0.4 * size)
        _write(run.font, size, bold, RGBColor.from_string(colour))
        used += _height(text, size, width)
    return used


def _height(text: str, size: float, width: float) -> float:
    return lines_of(text, width, size) * size * LEADING + 0.4 * size


def _is_readable(lines: Sequence[tuple[str, float, bool, str]], width: float, height: float) -> bool:
    sizes = [min(size, SMALLEST) for _text, size, _bold, _colour in lines]
    return sum(_height(one_line(line[0]), size, width) for line, size in zip(lines, sizes, strict=True)) <= height


def _fitting(
    lines: Sequence[tuple[str, float, bool, str]], width: float, height: float
) -> Iterator[tuple[str, float, bool, str]]:
    written = [(one_line(text), size, bold, colour) for text, size, bold, colour in lines if text]
    smaller = 0.0
    while smaller < 4 and sum(_height(text, size - smaller, width) for text, size, _b, _c in written) > height:
        smaller += 1
    left = height
    for text, size, bold, colour in written:
        smaller_size = max(size - smaller, 9)
        needed = _height(text, smaller_size, width)
        if needed > left:
            if left >= smaller_size * LEADING:
                yield _cut(text, width, left, smaller_size), smaller_size, bold, colour
            return
        left -= needed
        yield text, smaller_size, bold, colour


def _table_size(grid: Grid, width: float) -> float:
    if width > WIDTH / 2:
        return 14
    return 12 if len(grid.header) < 5 else 10


def _table_measures(grid: Grid, width: float) -> tuple[list[float], list[float]]:
    """Widths of columns and heights of rows, so that nothing is cut."""
    shares = [1.9 if len(grid.header) < 5 else 1.1, *[1.0] * (len(grid.header) - 1)]
    widths, size = [width * share / sum(shares) for share in shares], _table_size(grid, width)
    heights = [
        max(lines_of(cell, wide - 10, size) for cell, wide in zip(cells, widths, strict=True)) * size * LEADING + 7
        for cells in [grid.header, *grid.rows[:MOST_ROWS]]
    ]
    return widths, heights


def _table_height(grid: Grid, width: float) -> float:
    return sum(_table_measures(grid, width)[1])


def _table(slide: Any, grid: Grid, box: tuple[float, float, float]) -> float:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    x, y, width = box
    rows, columns, size = [grid.header, *grid.rows[:MOST_ROWS]], len(grid.header), _table_size(grid, width)
    widths, heights = _table_measures(grid, width)
    frame = slide.shapes.add_table(len(rows), columns, *_emu((x, y, width, sum(heights))))
    table = frame.table
    _plain_style(frame)
    for place, wide in enumerate(widths):
        table.columns[place].width = Pt(wide)
    for line, cells in enumerate(rows):
        table.rows[line].height = Pt(heights[line])
        for place, text in enumerate(cells):
            cell = table.cell(line, place)
            cell.margin_left, cell.margin_right, cell.margin_top, cell.margin_bottom = Pt(3), Pt(3), Pt(2), Pt(2)
            cell.text_frame.text = one_line(text)
            for run in cell.text_frame.paragraphs[0].runs:
                _write(run.font, size, False, RGBColor.from_string(INK if line else QUIET))
    return sum(heights)


def _plain_style(frame: Any) -> None:
    """No bands and no boxes: thin lines between rows."""
    style = frame._element.graphic.graphicData.tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    )
    style.text = "{9D7B26C5-4107-4FEC-AEDC-1716B250A1EF}"  # "Light Style 1"
    frame.table.horz_banding = False


def _notes(slide: Any, said: Sequence[str]) -> None:
    slide.notes_slide.notes_text_frame.text = "\n".join(one_line(text) for text in said if text)


def _write(font: Any, size: float, bold: bool, colour: Any) -> None:
    from pptx.util import Pt

    font.size, font.bold, font.color.rgb = Pt(size), bold, colour


def _emu(box: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(12_700 * x) for x in box)


def _use_fonts(deck: Any) -> None:
    """Let the theme name fonts for Latin and for Chinese letters, so that text, tables and charts follow."""
    from lxml import etree
    from pptx.opc.constants import RELATIONSHIP_TYPE

    theme = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    tree = etree.fromstring(theme.blob)
    for kind, font in (("latin", LATIN), ("ea", CHINESE)):
        for place in tree.iter(f"{{http://schemas.openxmlformats.org/drawingml/2006/main}}{kind}"):
            place.set("typeface", font)
    theme._blob = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
