"""Charts that a presentation program can edit: bars with their intervals, and the numbers in a sheet behind them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from crm_ai.reporting.tracks import Bars
from crm_ai.words import _, one_line, shorten

if TYPE_CHECKING:
    from pptx.chart.chart import Chart
    from pptx.slide import Slide

NAME = 34
ROOM = 0.15  # of the scale: for numbers beside bars below 0
INSIDE_FROM = 0.25  # of the longest bar: shorter ones have their number behind them
INK = "1F2A33"
CHARTS = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
BELOW, ABOVE = 5, 6  # columns of the sheet that hold the lengths of the intervals' halves


def add_chart(slide: Slide, bars: Bars, box: Sequence[int], *, size: float = 12) -> Chart:
    """Put bars on a slide as a chart of its own.

    Parameters
    ----------
    slide : pptx.slide.Slide
        Where it goes.
    bars : Bars
        What it shows, from top to bottom.
    box : tuple of int
        Left, top, width and height, in EMU.
    size : float, default 12
        Of its letters, in points.

    Returns
    -------
    pptx.chart.chart.Chart
        With one series; its sheet holds the numbers with both ends of their intervals.
    """
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData(number_format="0%" if bars.share else "General")
    data.categories = _names(bars)
    data.add_series(series_name(bars), [_finite(bar.end) for bar in bars.bars])
    shapes: Any = slide.shapes
    frame = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data)
    frame.name = one_line(bars.caption)[:120]
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_sheet(bars))
    _describe(frame, bars)
    _dress(chart, bars, size)
    _draw_intervals(chart, bars)
    return chart


def series_name(bars: Bars) -> str:
    """What a chart's only series is called.

    Parameters
    ----------
    bars : Bars
        The chart.

    Returns
    -------
    str
        Its caption, cut.
    """
    return shorten(one_line(bars.caption), 80)


def _names(bars: Bars) -> list[str]:
    """Names of bars, no two alike: a chart would put them on one line."""
    found: list[str] = []
    for bar in bars.bars:
        name = shorten(one_line(bar.name), NAME) or "–"
        again = sum(1 for other in found if other == name or other.startswith(f"{name} ("))
        found.append(f"{name} ({again + 1})" if again else name)
    return found


def _finite(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def _halves(bar: Any) -> tuple[float, float]:
    """Lengths of an interval below and above the number; 0 where there is none."""
    if not all(math.isfinite(x) for x in (bar.low, bar.high, bar.end)):
        return 0.0, 0.0
    return max(bar.end - bar.low, 0.0), max(bar.high - bar.end, 0.0)


def _sheet(bars: Bars) -> bytes:
    """The workbook behind the chart; names are text even where they look like formulas."""
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Sheet1"
    header = ("", series_name(bars), _("lower limit"), _("upper limit"), _("below"), _("above"), _("note"))
    rows: list[tuple[Any, ...]] = [header]
    for name, bar in zip(_names(bars), bars.bars, strict=True):
        note = one_line(f"{bar.amount} ({bar.range_in_words})" if bar.range_in_words else bar.amount)
        rows.append((name, _finite(bar.end), _finite(bar.low), _finite(bar.high), *_halves(bar), note))
    for line, cells in enumerate(rows, start=1):
        for place, content in enumerate(cells, start=1):
            cell = sheet.cell(line, place, content)
            if isinstance(content, str):
                cell.data_type = "s"
    sheet.column_dimensions["A"].width = 34
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _describe(frame: Any, bars: Bars) -> None:
    """Say in words what the chart shows, for those who do not see it."""
    said = "; ".join(f"{bar.name}: {bar.amount}" for bar in bars.bars)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", one_line(f"{bars.caption}. {said}")[:1000])


def _dress(chart: Any, bars: Bars, size: float) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_AXIS_CROSSES, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
    from pptx.util import Pt

    chart.has_legend, chart.has_title = False, False
    chart.font.size = Pt(size)
    chart.font.color.rgb = RGBColor.from_string(INK)
    names, scale, plot = chart.category_axis, chart.value_axis, chart.plots[0]
    names.reverse_order, names.crosses = True, XL_AXIS_CROSSES.MAXIMUM  # the first on top, the scale below
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = RGBColor.from_string("8A949E")
    scale.major_gridlines.format.line.color.rgb = RGBColor.from_string("E3E8EB")
    scale.format.line.fill.background()
    scale.tick_label_position = XL_TICK_LABEL_POSITION.NONE  # each bar has its number
    scale.major_tick_mark = XL_TICK_MARK.NONE
    low, high = bars.ends
    scale.minimum_scale = 0.0 if low >= 0 else low - ROOM * (high - low)
    if bars.share and high > 0.8:
        scale.maximum_scale = 1.0
    plot.gap_width, plot.vary_by_categories = 60, False
    series = plot.series[0]
    series.invert_if_negative = False
    for place, bar in enumerate(bars.bars):
        point = series.points[place]
        point.format.fill.solid()
        point.format.fill.fore_color.rgb = RGBColor.from_string(bar.colour.lstrip("#"))
        label = point.data_label
        label.has_text_frame = True
        label.text_frame.text = one_line(bar.amount)
        inside = math.isfinite(bar.end) and abs(bar.end) > INSIDE_FROM * max(abs(low), abs(high))
        label.position = XL_LABEL_POSITION.INSIDE_BASE if inside else XL_LABEL_POSITION.OUTSIDE_END
        font = label.text_frame.paragraphs[0].runs[0].font
        font.size, font.bold, font.color.rgb = Pt(size), True, RGBColor.from_string("FFFFFF" if inside else INK)


def _draw_intervals(chart: Any, bars: Bars) -> None:
    """Error bars, which python-pptx does not make itself; their lengths are read from the sheet."""
    halves = [_halves(bar) for bar in bars.bars]
    if not any(below or above for below, above in halves):
        return
    from lxml import etree

    ends = {"plus": ("F", [above for _below, above in halves]), "minus": ("E", [below for below, _above in halves])}
    inner = "".join(
        f"<c:{side}><c:numRef><c:f>Sheet1!${column}$2:${column}${len(lengths) + 1}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(lengths)}"/>'
        + "".join(f'<c:pt idx="{n}"><c:v>{escape(repr(x))}</c:v></c:pt>' for n, x in enumerate(lengths))
        + f"</c:numCache></c:numRef></c:{side}>"
        for side, (column, lengths) in ends.items()
    )
    drawn = etree.fromstring(
        f'<c:errBars xmlns:c="{CHARTS}" xmlns:a="{DRAWING}"><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{inner}<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{INK}"/></a:solidFill>'
        "</a:ln></c:spPr></c:errBars>"
    )
    series = chart.plots[0].series[0]._element
    series.find(f"{{{CHARTS}}}cat").addprevious(drawn)
