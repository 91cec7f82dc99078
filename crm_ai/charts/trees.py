"""A decision tree to look at: boxes as wide as they hold customers, the redder the higher."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from crm_ai.charts.lines import cut
from crm_ai.charts.theme import RAISES, REFERENCE, canvas, safe
from crm_ai.charts.tree_boxes import BOX, DESIGN_WIDTH, ROW, Box, amount, boxes_of, hover, writing
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.explanation.tree.reading import TreeReading

SCALE = [[0.0, "#D3D9DE"], [1.0, RAISES]]
BOX_INK, BUTTON = "#1B232B", "#E8ECEF"  # the ink reads on every shade of the scale, on light pages and dark ones
FONT = 14
GAP = (ROW - BOX) / ROW
SPARED, SPARED_ABOVE = 9 / DESIGN_WIDTH, 6 / DESIGN_WIDTH
RULE_WIDTH, BRANCH_WIDTH = 180, 40
DEEPEST_BRANCH = 3


def tree(reading: TreeReading, depth: int | None = None) -> go.Figure:
    """Draw a decision tree from the top down.

    Parameters
    ----------
    reading : TreeReading
        As made by ``explanation.read_tree``.
    depth : int, optional
        Questions drawn one below the other at most, but at least one; by default all.

    Returns
    -------
    plotly.graph_objects.Figure
        A box for each node, as wide as it holds customers, coloured by their share or mean. "Yes" goes left. Words
        stand where they fit; the rest is in the hover text. A list of branches brings one of them close.
    """
    shown = reading if depth is None else reading.down_to(max(depth, 1))
    boxes = boxes_of(shown)
    figure = canvas(_finding(shown), height=190 + ROW * (shown.depth + 1))
    _fields(figure, shown, boxes)
    writings = [(box, writing(box, shown)) for box in boxes]
    for upright, angle in ((False, 0), (True, -90)):
        chosen = [(box, said.text) for box, said in writings if said.upright is upright]
        _words(figure, [box for box, _text in chosen], [text for _box, text in chosen], angle=angle)
    _words(figure, boxes[1:], [box.reply for box in boxes[1:]], above=True)
    figure.update_layout(
        barmode="overlay",
        bargap=0,
        uniformtext={"minsize": FONT, "mode": "hide"},
        coloraxis=_colours(shown),
        margin_t=figure.layout.margin.t + 46,
    )
    if len(boxes) > 3:
        figure.update_layout(updatemenus=[_branches(boxes)])
    figure.update_xaxes(visible=False, range=[0, 1])
    figure.update_yaxes(visible=False, range=[-(shown.depth + 1 - GAP), 0], fixedrange=True)
    return figure


def _fields(figure: go.Figure, reading: TreeReading, boxes: Sequence[Box]) -> None:
    slit = 2 / DESIGN_WIDTH
    figure.add_bar(
        x=[box.middle for box in boxes],
        width=[max(box.width - slit, box.width / 2) for box in boxes],
        base=[-box.node.depth for box in boxes],
        y=[GAP - 1] * len(boxes),
        marker={"color": [box.node.value for box in boxes], "coloraxis": "coloraxis", "line": {"width": 0}},
        hovertext=[hover(box, reading) for box in boxes],
        hoverinfo="text",
        hoverlabel={"align": "left"},
    )


def _words(
    figure: go.Figure, boxes: Sequence[Box], texts: Sequence[str], *, angle: int = 0, above: bool = False
) -> None:
    """Write into boxes, or above them; Plotly leaves out what does not fit.

    The words are those of unseen bars a little wider than the boxes, as Plotly keeps more room at the sides of its bars
    than narrow boxes can spare.
    """
    figure.add_bar(
        x=[box.middle for box in boxes],
        width=[box.width + (SPARED_ABOVE if above else SPARED) for box in boxes],
        base=[-box.node.depth + (GAP if above else 0.0) for box in boxes],
        y=[-GAP if above else GAP - 1] * len(boxes),
        marker={"color": "rgba(0, 0, 0, 0)", "line": {"width": 0}},
        text=list(texts),
        textposition="inside",
        insidetextanchor="middle",
        textangle=angle,
        insidetextfont={"color": REFERENCE if above else BOX_INK, "size": FONT},
        hoverinfo="skip",
    )


def _branches(boxes: Sequence[Box]) -> dict[str, object]:
    """A list that brings a branch close, for narrow screens; dragging would keep a telephone's page from scrolling."""
    nested = [box for box in boxes if box.node.depth <= DEEPEST_BRANCH and not box.node.is_leaf]
    nested.sort(key=lambda box: (box.left, box.node.depth))
    buttons = [
        {
            "label": "– " * box.node.depth + safe(cut(box.condition, BRANCH_WIDTH)) if box.parent else _("whole tree"),
            "method": "relayout",
            "args": [{"xaxis.range": [box.left, box.right]}],
        }
        for box in nested
    ]
    return {
        "type": "dropdown",
        "buttons": buttons,
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "bottom",
        "pad": {"b": 8},
        "bgcolor": BUTTON,
        "bordercolor": REFERENCE,
        "font": {"color": BOX_INK, "size": FONT},
    }


def _colours(reading: TreeReading) -> dict[str, object]:
    values = [node.value for node in reading.nodes if math.isfinite(node.value)] or [0.0]
    title = _("share with {outcome}") if reading.is_share else _("mean of {outcome}")
    return {
        "colorscale": SCALE,
        "cmin": min(values),
        "cmax": max(values) if max(values) > min(values) else min(values) + 1,
        "colorbar": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": -0.01,
            "yanchor": "top",
            "len": 0.5,
            "lenmode": "fraction",
            "thickness": 10,
            "outlinewidth": 0,
            "tickformat": ".0%" if reading.is_share else "~s",
            "nticks": 5,
            "title": {"text": safe(cut(title.format(outcome=reading.outcome), BRANCH_WIDTH)), "side": "top"},
        },
    }


def _finding(reading: TreeReading) -> str:
    best = reading.telling
    if best is reading.root:
        return _("The tree asks nothing: “{outcome}” {value} for all customers").format(
            outcome=reading.outcome, value=amount(best.value, reading)
        )
    return _("“{outcome}”: {value} where {rule}; {base} over all").format(
        outcome=reading.outcome,
        value=amount(best.value, reading),
        rule=cut(best.rule, RULE_WIDTH),
        base=amount(reading.root.value, reading),
    )
