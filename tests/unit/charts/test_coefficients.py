import json

import numpy as np
import pandas as pd
import pytest

from crm_ai import charts
from crm_ai.charts.coefficients import forest
from crm_ai.charts.theme import GOOD, INK_ON_DARK, LOWERS, RAISES, REFERENCE

EVIL = "<img src=x onerror=alert(1)>%{x}$a$"


def table(*entries):
    """Rows (term, level, reference, step, value, low, high)."""
    names = ["term", "level", "reference", "step", "value", "low", "high"]
    return pd.DataFrame(entries, columns=names).assign(column="plan", n=100)


def test_the_title_names_the_strongest_that_is_sure():
    frame = table(("a = x", "x", "y", 1, 9.0, 0.5, 90.0), ("months", "", "", 24.0, 0.5, 0.4, 0.6))
    assert charts.describe(forest(frame, "log-odds")) == (
        "All else equal, 24 more of “months” multiplies the odds by 0.500"
    )
    frame = table(("plan = 两年", "两年", "monthly", 1, -3.0, -4.0, -2.0), ("months", "", "", 24.0, 0.5, 0.4, 0.6))
    said = charts.describe(forest(frame, "value"))
    assert said == "All else equal, “plan = 两年” instead of “monthly” surely lowers the outcome, by 3"
    assert "raises" in charts.describe(forest(table(("m", "", "", 2.0, 0.5, 0.4, 0.6)), "value"))
    assert "by 50 points" in charts.describe(forest(table(("m", "", "", 2.0, 0.5, 0.4, 0.6)), "probability"))


def test_nothing_is_claimed_that_is_not_sure():
    frame = table(("a = x", "x", "y", 1, 9.0, 0.5, 90.0), ("b", "", "", 1.0, 2.0, np.nan, np.nan))
    figure = forest(frame, "log-odds")
    assert "no column surely" in charts.describe(figure)
    assert set(figure.data[0].marker.color) == {REFERENCE}


def test_an_empty_table_is_said_to_be_empty():
    assert "no coefficient" in charts.describe(forest(table().astype(float), "value"))


def test_points_and_intervals_stand_where_they_should():
    frame = table(
        ("a = x", "x", "y", 1, 4.0, 2.0, 8.0), ("b", "", "", 2.0, 0.5, 0.25, 1.5), ("c", "", "", 1.0, 0.6, 0.5, 0.7)
    )
    figure = forest(frame, "log-odds")
    points = figure.data[0]
    assert list(points.x) == [4.0, 0.5, 0.6]
    assert list(points.error_x.array) == pytest.approx([4.0, 1.0, 0.1])
    assert list(points.error_x.arrayminus) == pytest.approx([2.0, 0.25, 0.1])
    assert list(points.marker.color) == [RAISES, REFERENCE, LOWERS]
    assert list(points.y) == ["a = x", "b +2", "c +1"]
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.yaxis.autorange == "reversed"
    assert [shape.x0 for shape in figure.layout.shapes] == [1.0]
    low, high = figure.layout.xaxis.range
    assert low < np.log10(0.25)
    assert high > np.log10(8.0)
    linear = forest(frame, "probability")
    assert list(linear.data[0].x) == [400.0, 50.0, 60.0]
    assert [shape.x0 for shape in linear.layout.shapes] == [0.0]
    assert linear.layout.xaxis.range[0] < 0 < linear.layout.xaxis.range[1]


def test_an_interval_without_bounds_does_not_hide_the_others():
    frame = table(("a", "", "", 1.0, 2.0, 1e-300, np.inf), ("b", "", "", 1.0, 1.5, 1.2, 1.8))
    low, high = forest(frame, "log-odds").layout.xaxis.range
    assert -2 < low < 0 < high < 2
    json.loads(forest(frame, "log-odds").to_json())


def test_at_most_thirty_rows_are_shown_and_the_rest_is_counted():
    frame = table(*((f"x{place}", "", "", 1.0, 50.0 - place, 40.0 - place, 60.0 - place) for place in range(35)))
    figure = forest(frame, "value")
    assert len(figure.data[0].y) == 30
    assert charts.describe(figure).endswith("(and 5 more)")
    assert "more)" not in charts.describe(forest(frame.head(30), "value"))


@pytest.mark.parametrize("scale", ["log-odds", "probability", "value"])
def test_hostile_and_long_names_stay_words_on_both_themes(scale):
    long = "客户在过去十二个月内致电客服中心的次数以及平均通话时长和满意度" * 4
    frame = table(
        (EVIL, EVIL, EVIL, 1, 4.0, 2.0, 8.0), (long, "", "", 2.0, 2.0, 1.5, 3.0), (long, "", "", 2.0, 2.0, 1.5, 3.0)
    )
    figure = forest(frame, scale)
    assert len(set(figure.data[0].y)) == 3
    for dark in (True, False):
        inked = charts.inked(figure, dark=dark)
        assert (inked.layout.font.color == INK_ON_DARK) == dark
        # The plain finding is for screen readers, where nothing acts on it.
        shown = inked.to_dict() | {"layout": {k: v for k, v in inked.to_dict()["layout"].items() if k != "meta"}}
        assert "<img" not in str(shown)
        assert "%{x}" not in str(shown["data"])
    assert GOOD not in str(figure.to_dict()["data"])
