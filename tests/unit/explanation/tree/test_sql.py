import math
import re
import sqlite3
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.explanation.sql_text import quoted_name, quoted_text
from crm_ai.explanation.tree.limits import exact_limit, first_stamp_after
from crm_ai.explanation.tree.rules import read_tree
from crm_ai.explanation.tree.sql import tree_sql
from crm_ai.modeling import propose_problem, train
from crm_ai.table import Repair, table_from_frame

NUMBER = """it's the "best"; DROP TABLE customers; --"""
PLAN = "<script>alert('x')</script> /* %s :x {y} */"
CITY = '客户 的 "城市"'
LABELS = ["O'Brien", "'; DROP TABLE customers; --", "两年", '"quoted"', "back\\slash", "%_"]


def make_frame(n=2400, seed=0):
    """Hostile names, large whole numbers, cells missing in some columns and not in others, rare labels."""
    generator = np.random.default_rng(seed)
    number = pd.Series(generator.normal(20, 8, n))
    big = generator.integers(16_777_200, 16_777_300, n).astype(float)
    plan = generator.choice(LABELS, n, p=[0.3, 0.25, 0.2, 0.15, 0.05, 0.05])
    city = pd.Series(generator.choice([*"ABCD", *"vwxyz"], n, p=[0.4, 0.3, 0.2, 0.08, *[0.004] * 5])).astype("str")
    since = pd.Series(pd.Timestamp("2021-01-01") + pd.to_timedelta(generator.integers(0, 900 * 86_400, n), unit="s"))
    margin = -0.2 * (number - 20) + 0.06 * (big % 50 - 25) + 1.5 * (plan == LABELS[1]) + 2.0 * (city == "A")
    margin += 1.5 * (since > pd.Timestamp("2022-03-01 13:00")) - 1.5
    gaps = generator.random((4, n))
    margin += 2.5 * (gaps[0] < 0.1) - 5 * (gaps[2] < 0.1)
    return pd.DataFrame(
        {
            NUMBER: number.where(gaps[0] > 0.1),
            "big": big,
            PLAN: plan,
            CITY: city.where(gaps[1] > 0.1),
            "since": since.where(gaps[2] > 0.1),
            "whole": pd.Series(generator.integers(0, 9, n).astype(float)).where(gaps[3] > 0.02),
            "left": np.where(generator.random(n) < 1 / (1 + np.exp(-margin)), "Yes", "No"),
            "value": 100 + 20 * margin + generator.normal(0, 3, n),
            "offer": np.where(margin > 1, "call", np.where(margin > -0.5, "mail", "none")),
        }
    )


FEATURES = [NUMBER, "big", PLAN, CITY, "since", "whole"]


@pytest.fixture(scope="module")
def models():
    table = table_from_frame(make_frame())
    found = {}
    for target in ("left", "value", "offer"):
        problem = propose_problem(table, target=target, features=FEATURES).problem
        found[target] = train(table, problem, ["decision_tree"]).model("decision_tree")
    return found


def strange_customers(model):
    """Customers unlike the training ones: beside each limit, unknown labels, nothing known, huge numbers."""
    usual = make_frame(400, seed=5)[FEATURES]
    odd = [usual]
    for place, name in enumerate(FEATURES):
        changed = usual.iloc[:120].copy()
        if name in (PLAN, CITY):
            changed[name] = pd.Series((["never seen", None, "x", "''", "a'b"] * 24)[:120], index=changed.index)
        else:
            changed[name] = None if name != "since" else pd.NaT
            changed[name] = changed[name].astype("datetime64[us]" if name == "since" else "float64")
        odd.append(changed)
        for limit in limits_of(model, place):
            for step in (-1, 0, 1):
                beside = usual.iloc[:20].copy()
                if name == "since":
                    beside[name] = pd.Timestamp(first_stamp_after(limit)) + pd.Timedelta(microseconds=step)
                else:
                    exact = exact_limit(limit)
                    beside[name] = [exact, math.nextafter(exact, math.inf), math.nextafter(exact, -math.inf)][step]
                odd.append(beside)
    for size in (1e30, -1e30, math.nextafter(1e30, math.inf), -1e31, math.inf, -math.inf):
        changed = usual.iloc[:40].copy()
        changed[[NUMBER, "big", "whole"]] = size
        odd.append(changed)
    odd.append(usual.mask(usual.notna()).head(1))
    frame = pd.concat(odd, ignore_index=True)
    return frame.astype({"since": "datetime64[us]", NUMBER: "float64", "big": "float64", "whole": "float64"})


def limits_of(model, position):
    tree = model.estimator.tree_
    asked = tree.feature[tree.children_left >= 0]
    limits = tree.threshold[tree.children_left >= 0]
    return sorted(
        {float(limit) for column, limit in zip(asked, limits, strict=True)
         if model.encoder.source_[column] == position and limit != 0.5}
    )[:6]  # fmt: skip


def cells(frame):
    """Python values as a database driver takes them."""
    columns = []
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            columns.append([None if pd.isna(cell) else cell.to_pydatetime() for cell in column])
        elif pd.api.types.is_numeric_dtype(column.dtype):
            columns.append([None if pd.isna(cell) else float(cell) for cell in column])
        else:
            columns.append([None if pd.isna(cell) else str(cell) for cell in column])
    return list(zip(*columns, strict=True))


def scores_of_sqlite(frame, statement, table="customers", separator=" ", timespec="auto"):
    base = sqlite3.connect(":memory:")
    kinds = ["REAL" if pd.api.types.is_numeric_dtype(frame[name].dtype) else "TEXT" for name in frame.columns]
    named = ", ".join(f"{quoted_name(str(name))} {kind}" for name, kind in zip(frame.columns, kinds, strict=True))
    base.execute(f"CREATE TABLE {quoted_name(table)} ({named})")
    rows = [
        tuple(cell.isoformat(separator, timespec) if hasattr(cell, "isoformat") else cell for cell in row)
        for row in cells(frame)
    ]
    base.executemany(f"INSERT INTO {quoted_name(table)} VALUES ({', '.join('?' * len(kinds))})", rows)
    return np.array([row[-1] for row in base.execute(statement)])


@pytest.mark.parametrize(("separator", "timespec"), [(" ", "auto"), ("T", "microseconds")])
@pytest.mark.parametrize(("target", "label"), [("left", None), ("left", "No"), ("value", None), ("offer", "mail")])
def test_sqlite_gives_the_models_scores(models, target, label, separator, timespec):
    model = models[target]
    frame = strange_customers(model)
    said = model.predict(frame)
    if target == "offer":
        said = said[:, model.problem.labels.index(label)]
    elif label == "No":
        said = 1 - said
    ours = scores_of_sqlite(frame, tree_sql(model, label=label, dialect="sqlite"), "customers", separator, timespec)
    assert len(ours) > 1500
    assert len(np.unique(said)) > 10
    assert np.abs(ours - said).max() < 1e-12


def test_duckdb_gives_the_models_scores(models):
    duckdb = pytest.importorskip("duckdb")
    for model in models.values():
        frame = strange_customers(model)
        said = model.predict(frame)
        said = said[:, 0] if said.ndim > 1 else said
        base = duckdb.connect()
        base.register("customers", frame.assign(row=np.arange(len(frame))))
        ours = base.execute(tree_sql(model)).df().sort_values("row")["score"].to_numpy(dtype=float)
        assert np.abs(ours - said).max() < 1e-12


def test_every_kind_of_question_is_asked(models):
    """The frame above must bring out all forms of a test, or the comparison proves little."""
    statements = "\n".join(tree_sql(model) for model in models.values())
    for form in (
        "IS NULL",
        "BETWEEN",
        "TIMESTAMP '",
        " = '",
        quoted_name(PLAN),
        quoted_name(CITY),
        quoted_name(NUMBER),
    ):
        assert form in statements, form


def test_a_label_missing_or_unknown_goes_where_the_encoder_sends_it():
    frame = pd.DataFrame({"plan": ["A"] * 90 + ["B"] * 60 + ["C"] * 50, "x": np.arange(200) % 7})
    frame["y"] = 10.0 * (frame["plan"] == "A") + 3.0 * (frame["plan"] == "B") + np.linspace(-0.1, 0.1, 200)
    table = table_from_frame(frame)
    model = train(table, propose_problem(table, target="y", features=["plan"]).problem, ["decision_tree"]).model(
        "decision_tree"
    )
    asked = pd.DataFrame({"plan": ["A", "B", "C", "other", None]})
    assert scores_of_sqlite(asked, tree_sql(model, dialect="sqlite")) == pytest.approx([10, 3, 0, 10, 10], abs=0.2)
    assert model.predict(asked) == pytest.approx([10, 3, 0, 10, 10], abs=0.2)


def test_a_hostile_table_name_and_target_stay_names(models):
    table = 'x"; DROP TABLE y; --\n'
    frame = make_frame(20)[FEATURES]
    statement = tree_sql(models["left"], table, dialect="sqlite")
    assert scores_of_sqlite(frame, statement, table) == pytest.approx(models["left"].predict(frame), abs=1e-12)


def test_comments_cannot_be_left():
    target = "a\nDROP TABLE customers; --\u2028\r\x85b"
    frame = pd.DataFrame({"x": range(200), target: ["Yes\n; DELETE", "No"] * 100})
    table = table_from_frame(frame)
    name = next(name for name in table.schema.names if name != "x")
    problem = propose_problem(table, target=name, features=["x"]).problem
    statement = tree_sql(train(table, problem, ["decision_tree"]).model("decision_tree"))
    head = statement.split("\nSELECT")[0]
    assert all(line.startswith("-- ") for line in head.splitlines())
    assert not re.search(r"[\r\x85\u2028\u2029]", head)


def test_repairs_are_spoken_of():
    frame = make_frame(800)
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=FEATURES).problem
    plain = train(table, problem, ["decision_tree"]).model("decision_tree")
    assert "repairs nothing" in tree_sql(plain)
    repaired = replace(problem, repairs=(Repair("fill_median", (NUMBER,), {"indicator": True}),))
    model = train(table, repaired, ["decision_tree"]).model("decision_tree")
    statement = tree_sql(model, dialect="sqlite")
    assert "fill_median" in statement.split("SELECT")[0]
    assert scores_of_sqlite(model.cleaned(frame), statement) == pytest.approx(model.predict(frame), abs=1e-12)


def test_one_leaf_is_one_number():
    frame = pd.DataFrame({"x": [1.0] * 200, "y": ["Yes", "No"] * 100})
    table = table_from_frame(frame)
    model = train(table, propose_problem(table, target="y", features=["x"]).problem, ["decision_tree"]).model(
        "decision_tree"
    )
    assert len(read_tree(model).nodes) == 1
    assert scores_of_sqlite(frame[["x"]], tree_sql(model, dialect="sqlite")).tolist() == [0.5] * 200


def test_what_cannot_be_written_is_refused(models):
    with pytest.raises(ProblemError, match="dialect"):
        tree_sql(models["left"], dialect="oracle'")
    with pytest.raises(ProblemError, match="none of the answers"):
        tree_sql(models["left"], label="Perhaps")
    for write in (quoted_name, quoted_text):
        with pytest.raises(ProblemError, match="NUL"):
            write("a\0b")


FLOATS = st.floats(width=64, min_value=-1e30, max_value=1e30)


@settings(max_examples=400, deadline=None)
@given(one=FLOATS, other=FLOATS, near=st.integers(-3, 3))
def test_the_limit_parts_numbers_as_32_bits_do(one, other, near):
    """The threshold of a tree is halfway between two 32-bit numbers; anything near the limit is asked."""
    threshold = (float(np.float32(one)) + float(np.float32(other))) / 2
    limit = exact_limit(threshold)
    value = limit
    for _step in range(abs(near)):
        value = math.nextafter(value, math.copysign(math.inf, near))
    assert (float(np.float32(value)) <= threshold) == (value <= limit)
    assert (float(np.float32(one)) <= threshold) == (one <= limit)


@settings(max_examples=300, deadline=None)
@given(days=st.floats(-40_000, 60_000), near=st.integers(-2, 1))
def test_the_moment_parts_dates_as_32_bits_do(days, near):
    threshold = float(np.float32(days)) + 0.25
    stamp = int(first_stamp_after(threshold).astype(np.int64)) + near
    above = float(np.float32(stamp / 86_400_000_000)) > threshold
    assert above == (near >= 0)


@pytest.mark.parametrize("text", ["", "'", "''", '"', "a'b\"c", "\\'", "%s", "; --", "女\n"])
def test_names_and_texts_come_back_from_sqlite(text):
    base = sqlite3.connect(":memory:")
    assert base.execute(f"SELECT {quoted_text(text)}").fetchone() == (text,)
    if text:
        row = base.execute(f"SELECT 1 AS {quoted_name(text)}")
        assert row.description[0][0] == text
