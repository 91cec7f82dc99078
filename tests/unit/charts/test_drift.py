"""Pictures of a model at work say what the numbers say, whatever columns and batches are called."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from crm_ai import charts
from crm_ai.deployment.watching.watch import COLUMNS
from crm_ai.evaluation import Estimate
from crm_ai.modeling.cells import learned_cells
from crm_ai.table import Kind

HOSTILE = "<b>%{x} $a$</b> 客户在过去十二个月内致电客服中心的次数以及平均通话时长"


def frame_of(levels, column="months"):
    rows = []
    for number, level in enumerate(levels):
        day = date(2026, 1, 5) + timedelta(weeks=number)
        size = {"act": 0.4, "watch": 0.15}.get(level, 0.01)
        for kind, subject, value in (("score", "score", 0.02), ("input", column, size), ("input", "calls", 0.0)):
            own = level if subject == column else "steady"
            rows.append((f"2026-W{number + 2:02d}", day, f"b{number}", kind, subject, "psi", value,
                         np.nan, np.nan, 0.01, 500, own))  # fmt: skip
        figure = ("roc_auc", "roc_auc", 0.8 - number / 100, 0.7, 0.9, np.nan, 500, "")
        rows.append((f"2026-W{number + 2:02d}", day, f"b{number}", "performance", *figure))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_the_picture_of_the_weeks_names_who_moved_and_marks_it():
    figure = charts.drift.weeks_by_column(frame_of(["steady", "watch", "act"]))
    assert charts.describe(figure) == "Moved in the latest week: months"
    (field,) = figure.data
    assert [list(row) for row in field.text][1] == ["", "!", "!!"]
    assert field.z[1][2] == 0.4
    calm = charts.drift.weeks_by_column(frame_of(["act", "steady"]))
    assert "like those of the training" in charts.describe(calm)


def test_a_batch_of_too_few_hides_nothing_and_has_no_colour():
    rows = frame_of(["act", "steady"])
    day, few = date(2026, 1, 6), (np.nan, np.nan, 0.5, 3, "too few to say")
    for kind, subject, size in (("score", "score", 2.0), ("input", "months", 3.0), ("input", "alone", 3.0)):
        rows.loc[len(rows)] = ("2026-W02", day, "three", kind, subject, "psi", size, *few)
    figure = charts.drift.weeks_by_column(rows)
    field, unknown = figure.data
    place = list(field.y).index("months")
    assert field.text[place][0] == "!!"
    assert field.z[place][0] == 0.4
    assert np.isnan(field.z[list(field.y).index("alone")]).all()
    assert (list(unknown.x), list(unknown.y), list(unknown.text)) == (["5 January 2026"], ["alone"], ["?"])


def test_weeks_are_named_by_their_monday():
    (field,) = charts.drift.weeks_by_column(frame_of(["steady", "act"])).data
    assert list(field.x) == ["5 January 2026", "12 January 2026"]
    assert "the score" in field.y


def test_scores_and_performance_over_weeks():
    frame = frame_of(["steady", "steady"])
    assert "as they were" in charts.describe(charts.drift.scores_over_weeks(frame))
    found = charts.drift.performance_over_weeks(frame, "roc_auc", Estimate("roc_auc", 0.84, 0.8, 0.88, 900))
    assert "0.790 in the latest batch, 0.840 when" in charts.describe(found)
    assert found.data[0].error_y.array[0] == pytest.approx(0.1)


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.CATEGORY, Kind.DATE])
def test_then_and_now_shows_shares(kind):
    column = {
        Kind.NUMBER: pd.Series([*range(100)] * 2, name=HOSTILE),
        Kind.CATEGORY: pd.Series(["北京", "上海<script>"] * 100, name=HOSTILE),
        Kind.DATE: pd.Series(pd.date_range("2024-01-01", periods=200), name=HOSTILE),
    }[kind]
    cells = learned_cells(column, kind)
    now = np.zeros(cells.size, dtype=int)
    now[1] = 50
    figure = charts.drift.then_and_now(cells, now.tolist(), 1.5)
    then, later = figure.data
    assert sum(then.x) == pytest.approx(1)
    assert max(later.x) == 1
    assert "100 % of the batch" in charts.describe(figure)
    assert "<script>" not in str(figure.to_json())
    assert "Too few" in charts.describe(charts.drift.then_and_now(cells, [0] * cells.size, 0.0))


def test_hostile_names_and_nothing_to_draw():
    figure = charts.drift.weeks_by_column(frame_of(["act"], column=HOSTILE))
    assert "<b>%{" not in str(figure.to_dict()["data"])
    empty = frame_of([])
    for drawn in (
        charts.drift.weeks_by_column(empty),
        charts.drift.scores_over_weeks(empty),
        charts.drift.performance_over_weeks(empty, "rmse", Estimate("rmse", float("nan"))),
    ):
        assert charts.describe(drawn)


def test_one_batch_is_a_point_among_days_and_not_among_milliseconds():
    frame = frame_of(["steady"])
    for figure in (
        charts.drift.scores_over_weeks(frame),
        charts.drift.performance_over_weeks(frame, "roc_auc", Estimate("roc_auc", float("nan"))),
    ):
        assert figure.layout.xaxis.range == ("2026-01-02", "2026-01-08")


def test_the_share_selected_is_drawn_with_what_was_approved():
    frame = frame_of(["steady", "steady"])
    chosen = [
        (f"2026-W0{n + 2}", date(2026, 1, 5 + 7 * n), f"<b>{n}", "score", "score", "selection_rate", 0.2 + n / 10,
         0.15, 0.4, np.nan, 500, "") for n in range(2)
    ]  # fmt: skip
    frame = pd.concat([frame, pd.DataFrame(chosen, columns=list(COLUMNS))])
    figure = charts.at_work.selected_over_weeks(frame, Estimate("selection_rate", 0.25, 0.2, 0.3, 900))
    assert charts.describe(figure) == "30 % selected in the latest batch, 25 % when the model was approved"
    assert list(figure.data[0].y) == pytest.approx([0.2, 0.3])
    assert "<b>1" not in str(figure.to_dict())
    assert "30 % selected in the latest batch" in charts.describe(charts.at_work.selected_over_weeks(frame, None))
    assert "not known" in charts.describe(charts.at_work.selected_over_weeks(frame_of([]), None))


def test_groups_over_weeks_say_who_is_apart_in_the_latest():
    days = [date(2026, 1, 5), date(2026, 1, 12)]
    rows = [
        (day, "b", group, value + place / 10, 0.1, 0.9, 300)
        for place, day in enumerate(days)
        for group, value in (("<b>f</b>", 0.2), ("男", 0.5))
    ]
    frame = pd.DataFrame(rows, columns=["day", "batch", "group", "value", "low", "high", "n"])
    figure = charts.at_work.groups_over_weeks(frame, "Selected")
    assert charts.describe(figure) == "Selected: 60 % for “男”, 30 % for “<b>f</b>” in the latest batch"
    assert [len(trace.x) for trace in figure.data] == [2, 2]
    assert "<b>f" not in str(figure.to_dict()["data"])
    long = pd.concat([frame.assign(day=day + timedelta(weeks=n)) for n in range(40) for day in days[:1]])
    assert len(set(charts.at_work.groups_over_weeks(long, "Selected").data[0].x)) == 12
    crowd = pd.DataFrame(
        [(days[0], "b", f"g{n}", 0.1 * n, 0, 1, 100 + n) for n in range(9)], columns=list(frame.columns)
    )
    assert [trace.name for trace in charts.at_work.groups_over_weeks(crowd, "x").data] == [
        f"g{n}" for n in range(8, 2, -1)
    ]
    assert "too few" in charts.describe(charts.at_work.groups_over_weeks(crowd.head(1), "x"))
    unknown = crowd.assign(value=np.nan)
    assert "cannot be told" in charts.describe(charts.at_work.groups_over_weeks(unknown, "x", share=False))
