"""Odd tables, drawn at random: whatever is asked of them ends in an answer or in a kind word."""

import random

import pandas as pd
import pytest

from crm_ai.cleaning import accept, changes, clean, in_order, learn_recipe, read_recipe, recipe_text
from crm_ai.errors import CrmAiError
from crm_ai.table import Repair, inspect, table_from_frame

NAMES = (
    "age", "Churn", "churn reason", "signup_date", "gender", "名字", "income", "discount_pct", "id", "e=mc{2}", "a~b",
    "", "x was missing", "no", "on", "1e3", "null", "birth date", "tenure",
)  # fmt: skip
SETTINGS = {
    "retype": [{"kind": kind} for kind in ("number", "category", "date", "text")],
    "unify_labels": [{"labels": {"yes ": "Yes", "no": "on"}}],
    "blank_impossible": [{"low": 0}, {"high": "2024-01-01"}, {"values": [999]}],
    "drop_columns": [{}],
    "cap_outliers": [{}, {"share": 0.05}],
    "fill_median": [{}, {"indicator": True}],
    "fill_most_frequent": [{}, {"indicator": True}],
    "fill_neighbours": [{}, {"indicator": True}],
    "fill_chained": [{}, {"indicator": True}],
    "drop_duplicates": [{}],
}


def column(draw, rows):
    kinds = (
        lambda: draw.gauss(0, 10),
        lambda: draw.randint(-5, 5),
        lambda: draw.choice(["Yes", "No", "yes ", "Y", "是"]),
        lambda: draw.choice(["Male", "male ", "M", "男", "女", "F"]),
        lambda: pd.Timestamp("2020-01-01") + pd.Timedelta(days=draw.randint(-50_000, 50_000)),
        lambda: draw.choice(["1", "2", "x", "3.5", "n/a", ""]),
        lambda: f"{draw.randint(1, 12)}/{draw.randint(1, 28)}/2024",
        lambda: draw.choice([True, False]),
        lambda: draw.choice([999, -1, 1e300, float("inf"), 5, 6, 7]),
        lambda: "".join(draw.choice("abc def,;=\n北京{}~") for _ in range(draw.randint(0, 30))),
    )
    make, gaps = draw.choice(kinds), draw.choice([0, 0, 0.1, 0.5, 1])
    return [None if draw.random() < gaps else make() for _ in range(rows)]


def table_and_repairs(seed):
    draw = random.Random(seed)
    names = draw.sample(NAMES, draw.randint(1, 7))
    rows = draw.choice([1, 3, 8, 40, 120])
    table = table_from_frame(pd.DataFrame({name: column(draw, rows) for name in names}))
    findings = inspect(table, target=draw.choice([None, *table.schema.names]))
    repairs = [finding.repair for finding in findings if finding.repair is not None and draw.random() < 0.7]
    for _ in range(draw.randint(0, 3)):
        step = draw.choice(list(SETTINGS))
        columns = () if step == "drop_duplicates" else (draw.choice(table.schema.names),)
        repairs.append(Repair(step, columns, draw.choice(SETTINGS[step])))
    return table, in_order(repairs)


@pytest.mark.parametrize("first", range(0, 120, 10))
def test_odd_tables(first):
    made = 0
    for seed in range(first, first + 10):
        try:
            table, repairs = table_and_repairs(seed)
            accepted = accept(table, repairs)
        except CrmAiError:
            continue
        assert accept(accepted, repairs) is accepted
        assert len(changes(table, repairs)) == len(repairs)
        recipe = learn_recipe(table, repairs)
        done = clean(table, recipe)
        pd.testing.assert_frame_equal(clean(table, read_recipe(recipe_text(recipe))).frame, done.frame)
        made += 1
    assert made
