"""What the profit chart says is what was decided."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from crm_ai import charts
from crm_ai.charts import describe
from crm_ai.charts.theme import spoken_amounts
from crm_ai.evaluation import Offer, decide, profit_curve, tally_scores
from crm_ai.words import use_language


def drawn(n=3000):
    draw = np.random.default_rng(0)
    chance = draw.beta(1, 3, n)
    return tally_scores((draw.random(n) < chance).astype(int), chance)


def test_the_title_says_what_choosing_gains():
    tally, offer = drawn(), Offer(value=100, cost=10, chance=0.4)
    decision = decide(tally, tally, offer)
    figure = charts.money.profit(profit_curve(tally, offer), decision)
    assert f"Contacting {round(100 * decision.contacted / 3000)} % gains" in describe(figure)
    chosen = next(trace for trace in figure.data if trace.name == "chosen beforehand")
    assert chosen.y[0] == decision.gain.value
    line = next(trace for trace in figure.data if trace.name == "this model")
    assert len(line.x) <= 401


@pytest.mark.parametrize(
    ("offer", "words"),
    [(Offer(value=1, cost=10), "no contact is expected to pay"), (Offer(value=100, cost=0), "everybody gains as much")],
)
def test_corners_are_said(offer, words):
    tally = drawn()
    figure = charts.money.profit(profit_curve(tally, offer), decide(tally, tally, offer))
    assert words in describe(figure)


def test_nobody_to_contact():
    tally = tally_scores([], [])
    empty = decide(drawn(), drawn(), Offer(value=1, cost=1))
    assert "nobody to contact" in describe(charts.money.profit(profit_curve(tally, Offer(value=1, cost=1)), empty))


def test_large_amounts_are_counted_as_the_language_counts_them():
    figure = spoken_amounts(go.Figure(), 0, 96_000)
    assert figure.layout.yaxis.ticktext is None
    use_language("zh")
    try:
        figure = spoken_amounts(go.Figure(), -12_000, 96_000)
        assert spoken_amounts(go.Figure(), 0, 900).layout.yaxis.ticktext is None
        assert spoken_amounts(go.Figure(), 5e4, 5e4).layout.yaxis.ticktext is None
    finally:
        use_language("en")
    assert figure.layout.yaxis.tickvals == (0, 25_000, 50_000, 75_000)
    assert figure.layout.yaxis.ticktext == ("0", "2.5 万", "5.0 万", "7.5 万")
