"""Charts of a document: a table whose rows carry a drawn bar each, so that words wrap, print and are read aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crm_ai.reporting.html import escaped

LOWERS, RAISES, REFERENCE = "#0072B2", "#D55E00", "#6B7680"
HEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart.

    Parameters
    ----------
    name : str
        What the row is about.
    amount : str
        Its number, as people read it.
    start, end : float
        Where the bar begins and ends; of a `whole` row the same twice draws a mark.
    low, high : float, optional
        Ends of an interval around `end`; NaN draws none.
    range_in_words : str, default ""
        The interval, as people read it.
    colour : str, default blue
        Of the bar.
    whole : bool, default False
        Whether the row is where others begin or end.
    """

    name: str
    amount: str
    start: float
    end: float
    low: float = math.nan
    high: float = math.nan
    range_in_words: str = ""
    colour: str = LOWERS
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars on a common scale.

    Parameters
    ----------
    caption : str
        What the reader should see in it, and in which unit.
    bars : sequence of Bar
        From top to bottom.
    base : float, optional
        Where a dashed line crosses all rows; NaN draws none.
    share : bool, default False
        Whether lengths are shares, which a scale writes in per cent.
    """

    caption: str
    bars: Sequence[Bar]
    base: float = math.nan
    share: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest number that is drawn; 0 and 1 if there is none."""
        known = [self.base, *(x for bar in self.bars for x in (bar.start, bar.end, bar.low, bar.high))]
        known = [x for x in known if math.isfinite(x)]
        return (min(known), max(known)) if known else (0.0, 1.0)

    def to_html(self) -> str:
        """See ``crm_ai.reporting.html.Block``."""
        low, high = self.ends
        reach = (high - low) or 1.0
        rows = "".join(self._row(bar, low - 0.01 * reach, 1.02 * reach) for bar in self.bars)
        return f'<table class="bars"><caption>{escaped(self.caption)}</caption><tbody>{rows}</tbody></table>'

    def _row(self, bar: Bar, low: float, reach: float) -> str:
        def at(x: float) -> float:
            return round(100 * (x - low) / reach, 3)

        drawn = [_line(at(self.base), 0, HEIGHT, dash="3 3")] if math.isfinite(self.base) else []
        if bar.whole and bar.start == bar.end:
            drawn.append(_line(at(bar.end), 1, HEIGHT - 1, width=4, colour=bar.colour))
        elif math.isfinite(bar.start) and math.isfinite(bar.end) and bar.start != bar.end:
            left, right = sorted((at(bar.start), at(bar.end)))
            drawn.append(
                f'<rect x="{left}" y="3" width="{max(round(right - left, 3), 0.4)}" height="14" fill="{bar.colour}"/>'
            )
        if math.isfinite(bar.low) and math.isfinite(bar.high):
            middle = HEIGHT / 2
            drawn.append(
                f'<path d="M{at(bar.low)} {middle}H{at(bar.high)}M{at(bar.low)} 6V14M{at(bar.high)} 6V14" fill="none" '
                'stroke="#1F2A33" stroke-width="1.25" vector-effect="non-scaling-stroke"/>'
            )
        picture = (
            f'<svg viewBox="0 0 100 {HEIGHT:g}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
            f"{''.join(drawn)}</svg>"
        )
        around = f' <span class="range">({escaped(bar.range_in_words)})</span>' if bar.range_in_words else ""
        whole = ' class="whole"' if bar.whole else ""
        return (
            f'<tr{whole}><th scope="row">{escaped(bar.name)}</th><td class="track">{picture}</td>'
            f'<td class="amount">{escaped(bar.amount)}{around}</td></tr>'
        )


def _line(x: float, top: float, bottom: float, *, width: float = 1.25, colour: str = REFERENCE, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="M{x} {top:g}V{bottom:g}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed} '
        'vector-effect="non-scaling-stroke"/>'
    )
