import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from crm_ai.errors import ProblemError
from crm_ai.explanation.tree.conditions import Choice, Span, limits_in_words, narrowed
from crm_ai.explanation.tree.rules import fulfils, read_tree, rules, rules_of_run
from crm_ai.modeling import Scale, propose_problem, train
from crm_ai.table import Repair, table_from_frame

EVIL = "<script>'\" {x} %s"
LABELS = ["monthly", "yearly", "两年", "it's <b>"]


def make_frame(n=2000, seed=0):
    """Numbers and labels with and without gaps, a date, rare labels, hostile and Chinese names."""
    generator = np.random.default_rng(seed)
    months = pd.Series(generator.integers(0, 72, n).astype(float))
    plan = pd.Series(generator.choice(LABELS, n, p=[0.4, 0.3, 0.2, 0.1]))
    city = pd.Series(generator.choice([*"ABC", *"vwxyz"], n, p=[0.5, 0.3, 0.18, *[0.004] * 5]))
    since = pd.Timestamp("2024-01-01") + pd.to_timedelta(pd.Series(generator.integers(0, 900, n)), unit="D")
    gaps = generator.random((3, n)) < 0.12
    margin = -0.06 * (months - 30) + 1.5 * (plan == "monthly") + 1.2 * (city == "A") - 2.5 * gaps[1] + 2.5 * gaps[0]
    margin += 1.4 * (since > pd.Timestamp("2025-06-15")) + 4 * city.isin(list("vwxyz")) - 2
    return pd.DataFrame(
        {
            "months": months.mask(gaps[0]),
            EVIL: plan,
            "客户的城市": city.mask(gaps[1]),
            "since": since.mask(gaps[2]),
            "calls": generator.poisson(2, n).astype(float),
            "left": np.where(generator.random(n) < 1 / (1 + np.exp(-margin)), "Yes", "No"),
            "value": 100 + 20 * margin + generator.normal(0, 3, n),
            "offer": np.where(margin > 1, "call", np.where(margin > -0.5, "mail", "none")),
        }
    )


FEATURES = ["months", EVIL, "客户的城市", "since", "calls"]
CASES = [("left", None), ("left", "No"), ("value", None), ("offer", None), ("offer", "none")]


@pytest.fixture(scope="module")
def runs():
    table = table_from_frame(make_frame())
    return {
        target: train(table, propose_problem(table, target=target, features=FEATURES).problem, ["decision_tree"])
        for target in ("left", "value", "offer")
    }


def told_by_hand(run, label):
    """What each training customer counts as: 1 with the answer, 0 without; or the number."""
    column = run.train_frame[run.problem.target]
    if not run.problem.labels:
        return column.to_numpy(dtype=float)
    asked = label or run.problem.positive or run.problem.labels[0]
    return (column.astype(str) == asked).to_numpy(dtype=float)


def follow(words, frame):
    """Read a rule's words back and try them on a frame, knowing nothing of the model but its rare labels."""
    inside = np.ones(len(frame), dtype=bool)
    words = re.sub(r"rare \(.+? and 2 others\)", "v, w, x, y, z", words)
    for part in words.split(" and ") if words != "every customer" else []:
        inside &= holds(part, frame)
    return inside


def holds(part, frame):
    with_missing = part.endswith(" (or missing)")
    part = part.removesuffix(" (or missing)")
    name = next(name for name in FEATURES if f"{name} " in part)
    column, said = frame[name], part
    if part == f"{name} is missing":
        return column.isna().to_numpy()
    if part == f"{name} is known":
        return column.notna().to_numpy()
    if name in (EVIL, "客户的城市"):
        said = part.removeprefix(f"{name} is ")
        negated, said = said.startswith("not "), said.removeprefix("not ")
        said = said.replace(" or ", ", ")
        cells = column.astype(str).where(column.notna(), "missing")
        return (cells.isin(said.split(", ")) != negated).to_numpy()
    read = pd.Timestamp if name == "since" else lambda text: float(text.replace(",", ""))
    # Two dates part at noon, and words name the day before it.
    values = column.dt.normalize() if name == "since" else column
    inside = column.notna()
    if " < " in part:
        low, part = part.split(" < ", 1)
        inside &= values > read(low)
    if " ≤ " in part:
        inside &= values <= read(part.split(" ≤ ")[1])
    elif " > " in part:
        inside &= values > read(part.split(" > ")[1])
    return (inside | (column.isna() & with_missing)).to_numpy()


@pytest.mark.parametrize(("target", "label"), CASES)
def test_rules_part_the_training_customers(runs, target, label):
    run = runs[target]
    model, reading = run.model("decision_tree"), read_tree(run.model("decision_tree"), label)
    counted = told_by_hand(run, label)
    inside = np.array([fulfils(leaf.path, model, run.train_frame) for leaf in reading.leaves])
    assert (inside.sum(axis=0) == 1).all()
    for leaf, those in zip(reading.leaves, inside, strict=True):
        assert leaf.customers == those.sum()
        assert leaf.value == pytest.approx(counted[those].mean(), abs=1e-9)


@pytest.mark.parametrize(("target", "label"), CASES)
def test_rules_send_new_customers_where_the_tree_does(runs, target, label):
    run = runs[target]
    model = run.model("decision_tree")
    frame = make_frame(600, seed=9)
    frame.loc[:50, FEATURES[1]] = "never seen"
    frame.loc[51:90, FEATURES[1]] = None
    frame.loc[91:130, "calls"] = np.nan
    frame.loc[131:170, "calls"] = 1e31
    said = model.predict(frame)
    if said.ndim > 1:
        said = said[:, model.problem.labels.index(label or model.problem.labels[0])]
    elif label == "No":
        said = 1 - said
    reading = read_tree(model, label)
    inside = np.array([fulfils(leaf.path, model, frame) for leaf in reading.leaves])
    assert (inside.sum(axis=0) == 1).all()
    assert np.array([leaf.value for leaf in reading.leaves]) @ inside == pytest.approx(said, abs=1e-12)


@pytest.mark.parametrize(("target", "label"), CASES)
def test_words_say_what_the_machine_does(runs, target, label):
    run = runs[target]
    model = run.model("decision_tree")
    for node in read_tree(model, label).nodes:
        expected = fulfils(node.path, model, run.train_frame)
        assert (follow(node.rule, run.train_frame) == expected).all(), node.rule


@pytest.mark.parametrize(("target", "label"), CASES)
def test_nodes_add_up(runs, target, label):
    reading = read_tree(runs[target].model("decision_tree"), label)
    tree = runs[target].model("decision_tree").pipeline[-1].tree_
    assert sorted(node.place for node in reading.nodes) == list(range(tree.node_count))
    assert reading.depth == tree.max_depth
    assert len(reading.leaves) == tree.n_leaves
    assert reading.root.customers == len(runs[target].train_rows)
    for node in reading.nodes:
        assert node.is_leaf == (node.question == "") == (node.yes is None) == (node.no is None)
        if not node.is_leaf:
            yes, no = reading.node(node.yes), reading.node(node.no)
            assert yes.customers + no.customers == node.customers
            mixed = (yes.value * yes.customers + no.value * no.customers) / node.customers
            assert mixed == pytest.approx(node.value, abs=1e-9)
            assert yes.depth == no.depth == node.depth + 1
            assert len({condition.column for condition in yes.path}) == len(yes.path)
            places = [each.place for each in reading.nodes]
            assert places.index(node.place) + 1 == places.index(yes.place) < places.index(no.place)


def test_yes_leads_to_those_who_fulfil_the_question(runs):
    run = runs["left"]
    model, reading = run.model("decision_tree"), read_tree(run.model("decision_tree"))
    for node in reading.nodes:
        if node.asked is not None:
            here = fulfils(node.path, model, run.train_frame)
            yes = fulfils((node.asked,), model, run.train_frame)
            assert reading.node(node.yes).customers == (here & yes).sum()
            assert node.question == f"{node.asked.words}?"


def test_intervals(runs):
    frame = rules(runs["left"].model("decision_tree"))
    for row in frame.itertuples():
        low, high = proportion_confint(round(row.value * row.customers), row.customers, method="wilson")
        assert (row.low, row.high) == pytest.approx((low, high), abs=1e-9)
    assert frame["value"].is_monotonic_decreasing
    assert frame["share"].sum() == pytest.approx(1)
    assert frame["customers"].sum() == len(runs["left"].train_rows)
    value, run = rules(runs["value"].model("decision_tree")), runs["value"]
    model = run.model("decision_tree")
    leaf = model.estimator.apply(model.encoder.transform(model.cleaned(run.train_frame)))
    numbers = run.train_frame["value"].to_numpy()
    for row in value.itertuples():
        those = numbers[leaf == row.node]
        error = those.std(ddof=1) / math.sqrt(len(those))
        assert row.low < row.value < row.high
        assert row.high - row.value == pytest.approx(2.02 * error, rel=0.06)  # Student's quantile for 20 and more
    assert (value["answer"] == "").all()


@pytest.mark.parametrize(("target", "label"), CASES)
def test_the_holdout_is_counted_apart(runs, target, label):
    run = runs[target]
    frame = rules_of_run(run, "decision_tree", label)
    pd.testing.assert_frame_equal(frame.iloc[:, :9], rules(run.model("decision_tree"), label))
    assert frame["holdout_customers"].sum() == len(run.actual)
    column = run.holdout_frame[run.problem.target]
    asked = label or run.problem.positive or (run.problem.labels or ("",))[0]
    counted = (column.astype(str) == asked).astype(float) if run.problem.labels else column.astype(float)
    for row in frame.itertuples():
        those = counted[follow(row.rule, run.holdout_frame)]
        assert len(those) == row.holdout_customers
        if len(those):
            assert row.holdout_value == pytest.approx(those.mean(), abs=1e-9)
            if run.problem.labels:
                low, high = proportion_confint(round(those.sum()), len(those), method="wilson")
                assert (row.holdout_low, row.holdout_high) == pytest.approx((low, high), abs=1e-9)


def test_several_answers_tell_the_most_frequent_one(runs):
    run = runs["offer"]
    frame = rules(run.model("decision_tree"), "mail")
    model = run.model("decision_tree")
    leaf = model.estimator.apply(model.encoder.transform(model.cleaned(run.train_frame)))
    for row in frame.itertuples():
        counts = run.train_frame["offer"][leaf == row.node].value_counts()
        assert counts[row.answer] == counts.max()


def test_telling_is_surely_high(runs):
    reading = read_tree(runs["left"].model("decision_tree"))
    assert reading.telling.low == max(leaf.low for leaf in reading.leaves)
    assert reading.down_to(0).telling is not reading.root
    assert reading.down_to(0).telling == reading.down_to(0).root


def test_the_first_questions_only(runs):
    reading = read_tree(runs["left"].model("decision_tree"))
    short = reading.down_to(2)
    assert short.depth == 2
    assert sum(leaf.customers for leaf in short.leaves) == reading.root.customers
    assert all(leaf.yes is leaf.no is None and not leaf.question for leaf in short.leaves)
    assert reading.down_to(99) == reading
    assert [node.place for node in short.nodes] == [node.place for node in reading.nodes if node.depth <= 2]


def test_outcome_names_the_answer(runs):
    assert read_tree(runs["left"].model("decision_tree")).outcome == "left = Yes"
    assert read_tree(runs["left"].model("decision_tree"), "No").outcome == "left = No"
    assert read_tree(runs["value"].model("decision_tree")).outcome == "value"
    assert read_tree(runs["offer"].model("decision_tree"), "mail").outcome == "offer = mail"


def test_one_leaf_holds_every_customer():
    frame = pd.DataFrame({"x": [1.0] * 100, "y": ["Yes", "No"] * 50})
    table = table_from_frame(frame)
    model = train(table, propose_problem(table, target="y", features=["x"]).problem, ["decision_tree"]).model(
        "decision_tree"
    )
    (only,) = rules(model).itertuples()
    assert (only.rule, only.customers, only.share, only.value) == ("every customer", 80, 1.0, 0.5)
    assert len(read_tree(model).to_frame()) == 1
    assert fulfils((), model, frame.head(1)).tolist() == [True]
    assert fulfils((), model, frame.head(0)).tolist() == []


def test_repaired_columns_are_asked_about():
    frame = make_frame(1200)
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=["months"]).problem
    problem = replace(problem, repairs=(Repair("fill_median", ("months",), {"indicator": True}),))
    run = train(table, problem, ["decision_tree"])
    model, reading = run.model("decision_tree"), read_tree(run.model("decision_tree"))
    assert any("months was missing is yes" in node.rule for node in reading.nodes)
    inside = np.array([fulfils(leaf.path, model, run.train_frame) for leaf in reading.leaves])
    assert inside.sum(axis=1).tolist() == [leaf.customers for leaf in reading.leaves]


def test_only_trees_are_read(runs):
    run = runs["left"]
    linear = train(run.table, run.problem, ["logistic_regression"])
    with pytest.raises(ProblemError, match="Only a decision tree"):
        read_tree(linear.model("logistic_regression"))
    with pytest.raises(ProblemError, match="none of the answers"):
        rules(run.model("decision_tree"), "Perhaps")
    with pytest.raises(ProblemError, match="none of the answers"):
        rules(runs["value"].model("decision_tree"), "Yes")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span("x", high=12.0), "x ≤ 12"),
        (Span("x", high=12.0, missing=True, gaps=True), "x ≤ 12 (or missing)"),
        (Span("x", low=12.0, missing=False, gaps=True), "x > 12"),
        (Span("x", low=-1.5, high=12_345.678, missing=False), "-1.5 < x ≤ 12,345.7"),
        (Span("x", math.inf, -math.inf, missing=True, gaps=True), "x is missing"),
        (Span("x", missing=False, gaps=True), "x is known"),
        (Span("x"), ""),
        (Span("d", high=19783.5, is_date=True), "d ≤ 2024-03-01"),
        (Span("d", low=19783.25, is_date=True), "d > 2024-03-01 06:00"),
    ],
)
def test_spans_in_words(span, words):
    assert span.words == words


LEVELS = ("A", "B", "C", "D", "(other)", "(missing)")


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"A"}, "c is A"),
        ({"C", "D"}, "c is C or D"),
        ({"A", "B", "C"}, "c is A, B or C"),
        (set(LEVELS) - {"A"}, "c is not A"),
        (set(LEVELS) - {"A", "B"}, "c is not A or B"),
        ({"(missing)"}, "c is missing"),
        ({"(other)"}, "c is rare (v, w)"),
        (set(LEVELS), ""),
    ],
)
def test_choices_in_words(chosen, words):
    assert Choice("c", LEVELS, frozenset(chosen), ("v", "w")).words == words


def test_many_rare_labels_are_counted():
    assert (
        Choice("c", ("A", "(other)"), frozenset({"(other)"}), tuple("vwxyz")).words
        == "c is rare (v, w, x and 2 others)"
    )
    assert Choice("c", ("A", "(other)"), frozenset({"(other)"})).words == "c is (other)"  # a label of that name


def test_limits_stay_apart_in_words():
    assert limits_in_words([0.1234567, 0.1234568]) == ["0.1234567", "0.1234568"]
    assert limits_in_words([1234567.5]) == ["1,234,568"]
    assert limits_in_words([0.0]) == ["0"]
    assert limits_in_words([-2.5e-9]) == ["-0.0000000025"]
    assert limits_in_words([]) == []


def test_spans_compare_in_32_bits_as_the_tree_does():
    beside = np.array([16.5, 16.500000953674316, 16.50000095367432, 16.6, np.nan])
    assert Span("x", high=16.5).fits(beside).tolist() == [True, True, False, False, True]
    assert Span("x", low=16.5, missing=False).fits(beside).tolist() == [False, False, True, True, False]


NUMBERS = st.floats(-1e6, 1e6, width=32)
SPANS = st.builds(Span, st.just("x"), low=NUMBERS, high=NUMBERS, missing=st.booleans(), gaps=st.booleans())
CHOICES = st.builds(Choice, st.just("c"), st.just(LEVELS), st.frozensets(st.sampled_from(LEVELS)))


@settings(max_examples=200, deadline=None)
@given(one=SPANS, other=SPANS, cells=st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=20))
def test_narrowed_spans_fit_what_fits_both(one, other, cells):
    values = np.array([*cells, one.low, one.high, other.low, other.high])
    (both,) = narrowed((one,), other)
    assert (both.fits(values) == (one.fits(values) & other.fits(values))).all()


@settings(max_examples=100, deadline=None)
@given(one=CHOICES, other=CHOICES, cells=st.lists(st.integers(0, 5), max_size=20))
def test_narrowed_choices_fit_what_fits_both(one, other, cells):
    values = np.array(cells, dtype=float)
    (both,) = narrowed((one,), other)
    assert (both.fits(values) == (one.fits(values) & other.fits(values))).all()


def test_other_columns_stay_as_they_are():
    path = (Span("x", high=3.0), Choice("c", LEVELS, frozenset("A")))
    assert narrowed(path, Span("y", low=1.0)) == (*path, Span("y", low=1.0))
    assert narrowed(path, Span("x", low=1.0)) == (Span("x", 1.0, 3.0), path[1])


def test_weights_move_the_score_and_not_what_is_told(runs):
    run = runs["left"]
    balanced = train(run.table, replace(run.problem, balanced=True), ["decision_tree"])
    model = balanced.model("decision_tree")
    reading = read_tree(model)
    actual = balanced.train_actual == 1
    for node in reading.nodes:
        here = fulfils(node.path, model, balanced.train_frame)
        assert node.value == pytest.approx(actual[here].mean(), abs=1e-12)
        assert node.low < node.value < node.high or node.value in (0.0, 1.0)
    assert reading.root.score == pytest.approx(0.5)
    assert reading.root.value != pytest.approx(0.5, abs=0.01)
    leaves = np.array([fulfils(leaf.path, model, balanced.holdout_frame) for leaf in reading.leaves])
    assert np.array([leaf.score for leaf in reading.leaves]) @ leaves == pytest.approx(
        balanced.predictions["decision_tree"], abs=1e-12
    )


def test_logarithms_are_told_as_amounts(runs):
    run = runs["value"]
    table = table_from_frame(run.table.frame.assign(value=lambda frame: (frame["value"] - frame["value"].min()) ** 2))
    problem = replace(propose_problem(table, target="value", features=FEATURES).problem, scale=Scale.LOG)
    logged = train(table, problem, ["decision_tree"])
    model = logged.model("decision_tree")
    reading = read_tree(model)
    leaves = np.array([fulfils(leaf.path, model, logged.holdout_frame) for leaf in reading.leaves])
    said = np.array([leaf.score for leaf in reading.leaves]) @ leaves
    assert said == pytest.approx(logged.predictions["decision_tree"], rel=1e-9)
    assert all(leaf.low < leaf.value < leaf.high for leaf in reading.leaves)
