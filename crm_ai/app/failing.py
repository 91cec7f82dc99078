"""Where a model fails: the segments in which it errs most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import explained, frame, pictures
from crm_ai.app.plain import plain
from crm_ai.modeling import Task
from crm_ai.words import NOTHING, _, count, number, percent

if TYPE_CHECKING:
    from crm_ai.explanation import WeakSpots
    from crm_ai.modeling import Run

ROW_HEIGHT, RULE_WIDTH = 90, 340  # pixels


def panel(run: Run, model: str) -> None:
    """Draw the segments in which a model errs more, and less, than elsewhere.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    """
    from crm_ai.explanation import weak_spots_in_words

    with st.spinner(_("Looking for segments …")):
        found = explained.weak_spots(run, model)
    st.markdown(f"**{plain(weak_spots_in_words(found))}**")
    frame.chart(*pictures.weak_spots(run, model), key="weak_spots")
    st.dataframe(
        _table(run, found),
        hide_index=True,
        row_height=ROW_HEIGHT,
        column_config={_("Segment"): st.column_config.TextColumn(width=RULE_WIDTH)},
        alt=_("All segments"),
    )
    st.caption(
        _(
            "Segments are found by a shallow tree over the errors made of training customers out of fold, and judged "
            "on customers that no model has seen; intervals of differences hold for all segments at once. Where the "
            "outcome itself is harder to tell, errors are larger by nature; where the model promises too much or too "
            "little, another model or another column may help."
        )
    )


def _table(run: Run, found: WeakSpots) -> dict[str, list[str]]:
    from crm_ai.explanation.weak_spots import amount, measure_in_words

    def write(error: float) -> str:
        return amount(error, found.measure) if math.isfinite(error) else NOTHING

    spots = found.spots
    table = {
        _("Segment"): [spot.rule for spot in spots],
        _("customers"): [count(spot.n) for spot in spots],
        measure_in_words(found.measure): [write(spot.error.value) for spot in spots],
        _("elsewhere"): [write(spot.elsewhere) for spot in spots],
        _("difference (95 %, all at once)"): [
            f"{write(spot.difference.low)} … {write(spot.difference.high)}" if spot.n else NOTHING for spot in spots
        ],
        _("surely worse"): [_("yes") if spot.is_worse else _("no") for spot in spots],
    }
    if run.problem.task is Task.MULTICLASS:
        return table
    shown = percent if run.problem.task is Task.BINARY else number
    return table | {
        _("predicted"): [shown(spot.predicted) if spot.n else NOTHING for spot in spots],
        _("true"): [shown(spot.actual) if spot.n else NOTHING for spot in spots],
        _("promises"): [_leaning(spot.lean.value) if spot.is_leaning else _("as it should") for spot in spots],
    }


def _leaning(lean: float) -> str:
    return _("too much") if lean > 0 else _("too little")
