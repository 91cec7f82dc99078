"""The picture of new customers' scores says how many are selected."""

import numpy as np

from crm_ai import charts
from crm_ai.deployment import spread_of_scores

HOSTILE = "<b>%{x} $a$</b> 客户"


def test_selected_customers_stand_out_and_everybody_is_drawn():
    scores = np.array([0.05, 0.2, 0.36, 0.38, 0.9])
    figure = charts.scores.spread(spread_of_scores(scores, 0.37), 0.37, HOSTILE)
    assert charts.describe(figure) == "2 of 5 customers (40 %) have a score of 0.37 or more"
    others, selected = figure.data
    assert sum(others.y) == 3
    assert sum(selected.y) == 2
    assert others.marker.color != selected.marker.color
    assert {others.name, selected.name} == {"not selected", "selected"}
    assert figure.layout.shapes[0].x0 == 0.37
    assert "<b>" not in figure.layout.xaxis.title.text


def test_nobody():
    assert charts.describe(charts.scores.spread(spread_of_scores(np.zeros(0), 0.5), 0.5, "Yes")) == (
        "There are no customers."
    )
