"""How all charts look: one palette, one template, readable on light and dark pages."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.lines import cut, wrapped
from crm_ai.words import label_in_words, language, number

# Okabe and Ito's palette, which colour-blind people can tell apart.
LOWERS, RAISES, GOOD, CAUTION = "#0072B2", "#D55E00", "#009E73", "#E69F00"
REFERENCE, GRID = "#8A949E", "rgba(138, 148, 158, 0.25)"
INK, INK_ON_DARK = "#3D4853", "#D3DAE0"
SERIES = (LOWERS, RAISES, GOOD, CAUTION, "#56B4E9", "#CC79A7")
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "star")
BAND = "rgba(0, 114, 178, 0.18)"
# Opaque, so that the numbers written on the fields are light or dark as they must be.
HEAT = [[0.0, "#F3F8FB"], [1.0, "#7DB8DC"]]
HEAT_ON_DARK = [[0.0, "#16212B"], [1.0, "#1876AE"]]
HEIGHT = 380
TICKS = 5
DAY = 24 * 60 * 60 * 1000
LINE_HEIGHT, LEGEND_LINE = 21, 18
TITLE_WIDTH = 44
AXIS_WIDTH = 32
LONG_AXIS_WIDTH = 40
# Beside names on the other axis there is less room.
NARROW_AXIS_WIDTH = 24
NAME_WIDTH = 20
MOST_TITLE_LINES, ROOMY_TITLE_LINES = 8, 3


@lru_cache
def template() -> go.layout.Template:
    """The template of all charts.

    Returns
    -------
    plotly.graph_objects.layout.Template
        Transparent, with dark words; see ``inked`` for dark pages.
    """
    axis = {
        "gridcolor": GRID,
        "linecolor": GRID,
        "zerolinecolor": REFERENCE,
        "automargin": True,
        "title": {"standoff": 10, "font": {"size": 14}},
        "tickfont": {"size": 14},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {
                "size": 14,
                "color": INK,
                "family": "Source Sans, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif",
            },
            "title": {"x": 0, "xref": "container", "xanchor": "left", "yref": "container", "yanchor": "bottom"},
            "colorway": list(SERIES),
            "xaxis": axis,
            "yaxis": axis,
            "legend": {
                "orientation": "h",
                "x": 0,
                "y": -0.25,
                "yanchor": "top",
                "font": {"size": 14},
            },
            "hoverlabel": {"font": {"size": 14}},
            "hovermode": "closest",
            "dragmode": False,
        }
    )


def spoken_dates(figure: go.Figure) -> go.Figure:
    """Let dates along the level axis be written in the reader's language; Plotly by itself knows English months.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        A chart over dates.

    Returns
    -------
    plotly.graph_objects.Figure
        The same chart.
    """
    figure.update_xaxes(type="date")
    if language() == "zh":
        figure.update_xaxes(
            tickformatstops=[
                {"dtickrange": [None, DAY - 1], "value": "%H:%M<br>%Y年%-m月%-d日"},
                {"dtickrange": [DAY, "M1"], "value": "%-m月%-d日<br>%Y年"},
                {"dtickrange": ["M1", "M12"], "value": "%Y年%-m月"},
                {"dtickrange": ["M12", None], "value": "%Y年"},
            ]
        )
    return figure


def spoken_amounts(figure: go.Figure, least: float, most: float) -> go.Figure:
    """Let large amounts along the upright axis be counted as the reader's language counts them: 万, not k.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        A chart of amounts.
    least, most : float
        Between which they lie.

    Returns
    -------
    plotly.graph_objects.Figure
        The same chart.
    """
    if language() != "zh" or not max(abs(least), abs(most)) >= 1e4 or not most > least:
        return figure
    rough = (most - least) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if power * size >= rough)
    ticks = [step * place for place in range(math.ceil(least / step), math.floor(most / step) + 1)]
    return figure.update_yaxes(tickvals=ticks, ticktext=[number(tick, 2) for tick in ticks])


def canvas(finding: str, *, x: str = "", y: str = "", height: int = HEIGHT, named: bool = False) -> go.Figure:
    """An empty chart that says what it will show.

    Parameters
    ----------
    finding : str
        The title: what the reader should see in it.
    x, y : str, optional
        What the axes measure, with units.
    height : int, default 380
        In pixels; long findings add to it.
    named : bool, default False
        Whether names stand beside the upright axis, which leaves less room for the other's title.

    Returns
    -------
    plotly.graph_objects.Figure
        Ready for traces.
    """
    lines = wrapped(finding, TITLE_WIDTH)[:MOST_TITLE_LINES] or [""]
    height += LINE_HEIGHT * max(len(lines) - ROOMY_TITLE_LINES, 0)
    measured = _broken(x, NARROW_AXIS_WIDTH if named else LONG_AXIS_WIDTH)
    figure = go.Figure()
    figure.update_layout(
        template=template(),
        height=height,
        margin={"l": 8, "r": 12, "t": 18 + LINE_HEIGHT * len(lines), "b": 8},
        # Anchored so, the first line's foot is at y, and the others follow below it.
        title={"text": "<br>".join(safe(line) for line in lines), "font": {"size": 16}, "y": 1 - 18 / height},
        meta={"finding": " ".join(finding.split())},
        showlegend=False,
        legend_y=-0.25 - 0.12 * measured.count("<br>"),
    )
    figure.update_xaxes(title_text=measured)
    if named:
        figure.update_xaxes(nticks=4, tickangle=0)
    figure.update_yaxes(title_text=_broken(y))
    return figure


def _broken(words: str, width: int = AXIS_WIDTH) -> str:
    return "<br>".join(safe(line) for line in wrapped(words, width)[:3])


def inked(figure: go.Figure, *, dark: bool) -> go.Figure:
    """Write a chart's words so that they read on the page.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        A chart of this package.
    dark : bool
        Whether the page is dark.

    Returns
    -------
    plotly.graph_objects.Figure
        A copy with light or dark words.
    """
    copy = go.Figure(figure).update_layout(font_color=INK_ON_DARK if dark else INK)
    return copy.update_traces(colorscale=HEAT_ON_DARK if dark else HEAT, selector={"type": "heatmap"})


def sized(figure: go.Figure, plot: int, *, legend: int = 0) -> go.Figure:
    """Give a chart the height that its plot, its words and a legend below them need.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        From ``canvas``.
    plot : int
        Height of the plot itself, in pixels.
    legend : int, default 0
        Lines of the legend; 0 shows none.

    Returns
    -------
    plotly.graph_objects.Figure
        The same.
    """
    below = 40 + LEGEND_LINE * (1 + str(figure.layout.xaxis.title.text or "").count("<br>"))
    height = int(figure.layout.margin.t) + plot + below + (16 + (LEGEND_LINE + 4) * legend if legend else 0)
    return figure.update_layout(
        height=height, title_y=1 - 18 / height, showlegend=bool(legend), legend_y=-(below + 4) / plot
    )


def nothing(why: str) -> go.Figure:
    """What is drawn where there is nothing to draw.

    Parameters
    ----------
    why : str
        Said to the reader.

    Returns
    -------
    plotly.graph_objects.Figure
        Words instead of axes.
    """
    figure = canvas(why, height=120)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def describe(figure: go.Figure) -> str:
    """The finding of a chart in words, for those who cannot see it.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        A chart of this package.

    Returns
    -------
    str
        Its title as plain text.
    """
    return str((figure.layout.meta or {}).get("finding", ""))


def safe(text: object) -> str:
    """Take the meaning out of characters that Plotly would act on; names come from uploaded files.

    Parameters
    ----------
    text : object
        Any words.

    Returns
    -------
    str
        Shows literally.

    Examples
    --------
    >>> safe("<b>x</b>")
    '&lt;b&gt;x&lt;/b&gt;'
    """
    # Plotly swaps %{…} in hover texts and $…$ for formulas.
    return html.escape(label_in_words(str(text)), quote=False).replace("%{", "% {").replace("$", "&#36;")


def short(name: object, width: int = NAME_WIDTH) -> str:
    """A name that fits beside an axis.

    Parameters
    ----------
    name : object
        A column or a label.
    width : int, default 20
        Latin characters that fit; a Chinese one takes the room of two.

    Returns
    -------
    str
        Cut in the middle, safe to show.
    """
    return safe(cut(str(name), width))


def distinct(names: list[str], width: int = NAME_WIDTH) -> list[str]:
    """Short names that stay apart, so that an axis does not put two bars into one place.

    Parameters
    ----------
    names : list of str
        Columns or labels.
    width : int, default 20
        Latin characters that fit; a Chinese one takes the room of two.

    Returns
    -------
    list of str
        One for each.
    """
    seen: dict[str, int] = {}
    out = []
    for name in names:
        cut = short(name, width) or " "
        seen[cut] = seen.get(cut, 0) + 1
        out.append(cut + "\u200b" * (seen[cut] - 1))
    return out


def bars_of(value: pd.Series, low: pd.Series, high: pd.Series, factor: float = 1.0) -> dict[str, Any]:
    """Error bars of an interval, thin and always there.

    Parameters
    ----------
    value, low, high : pandas.Series
        Estimates and the ends of their intervals; where there is none, no bar is drawn.
    factor : float, default 1.0
        By which everything is multiplied to be shown.

    Returns
    -------
    dict
        For ``error_x`` or ``error_y``.
    """
    return {
        "type": "data",
        "array": ((high - value) * factor).fillna(0),
        "arrayminus": ((value - low) * factor).fillna(0),
        "thickness": 1.5,
        "width": 3,
        "color": REFERENCE,
    }


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows of a tidy table as named tuples, whose cells are what their column says.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.

    Returns
    -------
    iterator
        One named tuple a row.
    """
    return frame.itertuples()
