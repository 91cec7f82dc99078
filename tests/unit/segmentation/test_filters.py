import json
import operator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import CrmAiError, ProblemError, ReadError
from crm_ai.segmentation import (
    AllOf,
    AnyOf,
    Condition,
    NotOf,
    check_rule,
    customers_who,
    rule_as_json,
    rule_from_json,
    rule_in_words,
    segment_by_rules,
    strange_labels,
)
from crm_ai.table import Kind, table_from_frame

N = 60
GENERATOR = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "months": np.where(np.arange(N) % 9 == 0, np.nan, GENERATOR.integers(0, 12, N) / 2),
        "calls": GENERATOR.integers(0, 6, N),
        "合同": [None if i % 7 == 0 else ["月付", "包年", "两年"][i % 3] for i in range(N)],
        "vip": GENERATOR.choice(["Yes", "No"], N),
        "joined": pd.to_datetime("2024-01-01") + pd.to_timedelta(GENERATOR.integers(0, 240, N) * 6, unit="h"),
        "note": [f"customer number {i} wrote a long text of {i * 7} words" for i in range(N)],
    }
)
TABLE = table_from_frame(FRAME)
CELLS = TABLE.frame
COMPARE = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

numbers = st.sampled_from([0, 0.5, 1, 2.5, 3, 5, 7.25])
plans = st.lists(st.sampled_from(["月付", "包年", "两年", "gone"]), min_size=1, max_size=3, unique=True)
conditions = st.one_of(
    st.builds(
        lambda c, o, v: Condition(c, o, (v,)),
        st.sampled_from(["months", "calls"]),
        st.sampled_from([*COMPARE, "!="]),
        numbers,
    ),
    st.builds(lambda a, b: Condition("months", "between", (min(a, b), max(a, b))), numbers, numbers),
    st.builds(lambda o, v: Condition("合同", o, tuple(v)), st.sampled_from(["in", "not in"]), plans),
    st.builds(lambda o: Condition("vip", o, ("Yes",)), st.sampled_from(["=", "!="])),
    st.builds(
        lambda c, o: Condition(c, o),
        st.sampled_from(["months", "合同", "joined"]),
        st.sampled_from(["missing", "known"]),
    ),
)
rules = st.recursive(
    conditions,
    lambda parts: st.one_of(
        st.builds(NotOf, parts),
        st.lists(parts, min_size=1, max_size=3).map(lambda some: AllOf(tuple(some))),
        st.lists(parts, min_size=1, max_size=3).map(lambda some: AnyOf(tuple(some))),
    ),
    max_leaves=8,
)


def by_pandas(rule):
    """The same rule, cell by cell."""
    if isinstance(rule, NotOf):
        return ~by_pandas(rule.part)
    if isinstance(rule, AllOf | AnyOf):
        joined = pd.concat([by_pandas(part) for part in rule.parts], axis=1)
        return joined.all(axis=1) if isinstance(rule, AllOf) else joined.any(axis=1)
    cells = FRAME[rule.column]
    values = rule.values
    if rule.operator in ("missing", "known"):
        return cells.isna() if rule.operator == "missing" else cells.notna()
    if rule.operator == "between":
        return cells.between(*values)
    if rule.operator in ("in", "not in"):
        return cells.isin(values) if rule.operator == "in" else ~cells.isin(values) & cells.notna()
    if rule.operator == "!=":
        return (cells != values[0]) & cells.notna()
    return COMPARE[rule.operator](cells, values[0]).fillna(False).astype(bool)


@settings(max_examples=200, deadline=None)
@given(rules)
def test_rules_find_whom_pandas_finds(rule):
    assert (customers_who(TABLE, rule) == by_pandas(rule).to_numpy()).all()


@settings(max_examples=100, deadline=None)
@given(rules)
def test_rules_survive_being_written_down(rule):
    assert rule_from_json(json.dumps(rule_as_json(rule))) == rule
    words = rule_in_words(rule)
    assert words
    assert "{" not in words


@pytest.mark.parametrize(
    ("operator", "values", "days"),
    [
        ("=", ("2024-01-15",), lambda d: d == "2024-01-15"),
        ("!=", ("2024-01-15",), lambda d: d != "2024-01-15"),
        ("<", ("2024-01-15",), lambda d: d < "2024-01-15"),
        ("<=", ("2024-01-15",), lambda d: d <= "2024-01-15"),
        (">", ("2024-01-15",), lambda d: d > "2024-01-15"),
        (">=", ("2024-01-15",), lambda d: d >= "2024-01-15"),
        ("between", ("2024-01-10", "2024-01-15"), lambda d: (d >= "2024-01-10") & (d <= "2024-01-15")),
    ],
)
def test_a_date_without_a_time_is_the_whole_day(operator, values, days):
    found = customers_who(TABLE, Condition("joined", operator, values))
    assert (found == days(CELLS["joined"].dt.strftime("%Y-%m-%d")).to_numpy()).all()


def test_a_date_with_a_time_is_that_moment():
    moment = CELLS["joined"].iloc[0]
    found = customers_who(TABLE, Condition("joined", "=", (moment.strftime("%Y-%m-%d %H:%M:%S"),)))
    day = customers_who(TABLE, Condition("joined", "<", (moment.strftime("%Y-%m-%d 00:00"),)))
    assert (found == (CELLS["joined"] == moment)).all() or moment.hour == 0
    assert (day == (CELLS["joined"] < moment.normalize())).all()


def test_texts_can_be_searched_and_whole_number_labels_matched():
    assert TABLE.schema["note"].kind in (Kind.TEXT, Kind.IDENTIFIER)
    assert customers_who(TABLE, Condition("note", "contains", ("NUMBER 7 ",))).sum() == 1
    coded = table_from_frame(pd.DataFrame({"senior": ["1", "0"] * 20}))
    coded = coded.with_schema(coded.schema.corrected("senior", kind=Kind.CATEGORY))
    assert customers_who(coded, Condition("senior", "in", (1.0,))).sum() == 20


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Condition("nobody", "=", (1,)), "no column “nobody”"),
        (Condition("months", "in", (1,)), "months: “in” cannot be asked"),
        (Condition("合同", "<", ("月付",)), "合同: “<” cannot be asked"),
        (Condition("months", "<", ("three",)), "“three” is no number"),
        (Condition("months", "<", (float("nan"),)), "is no number"),
        (Condition("months", "=", (True,)), "is no number"),
        (Condition("joined", "<", ("yesterday or so",)), "is no date"),
        (Condition("joined", "<", (5,)), "is no date"),
        (Condition("months", "<", ()), "takes one value, not 0"),
        (Condition("months", "missing", (1,)), "takes no value, not 1"),
        (Condition("months", "between", (5, 1)), "larger value first"),
        (Condition("joined", "between", ("2025-01-01", "2024-01-01")), "larger value first"),
        (Condition("合同", "in", ()), "takes at least one value"),
        (AllOf(()), "part of this rule is empty"),
        (AnyOf((Condition("vip", "=", ("Yes",)),) * 600), "too many parts"),
    ],
)
def test_rules_that_do_not_fit_end_in_a_sentence(rule, message):
    with pytest.raises(ProblemError) as error:
        check_rule(rule, TABLE.schema)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        "{",
        "null",
        '{"all": []}',
        '{"column": "a"}',
        '{"column": "a", "operator": "<", "values": 5}',
        '{"not": [1]}',
    ],
)
def test_what_is_no_rule_is_refused(said):
    with pytest.raises(ReadError, match="no rule"):
        rule_from_json(said)


def test_a_hostile_rule_is_refused():
    deep = '{"not": ' * 5000 + '{"column": "a", "operator": "missing"}' + "}" * 5000
    with pytest.raises(ReadError, match="no rule"):
        rule_from_json(deep)
    with pytest.raises(ReadError, match="no operator"):
        rule_from_json({"column": "a", "operator": "drop table", "values": []})


def test_labels_that_nobody_has_are_told():
    rule = AllOf((Condition("合同", "in", ("月付", "半年")), Condition("vip", "=", ("Yes",))))
    assert strange_labels(TABLE, rule) == ("No customer has “半年” in “合同”.",)


def test_rules_make_a_segmentation():
    new, often = Condition("months", "<", (2,)), Condition("calls", ">=", (4,))
    found = segment_by_rules(TABLE, {"new": new, "often": often}, name="Mine", otherwise="others")
    both = customers_who(TABLE, new) & customers_who(TABLE, often)
    assert (found.mask("new") == customers_who(TABLE, new)).all()
    assert (found.mask("often") == (customers_who(TABLE, often) & ~customers_who(TABLE, new))).all()
    assert sum(found.sizes.values()) == N
    assert f"{both.sum()} customers fulfil more than one rule" in found.made
    again = {
        part["name"]: rule_from_json(part["rule"])
        for part in json.loads(json.dumps(found.as_json()))["recipe"]["rules"]
    }
    assert again == {"new": new, "often": often}
    with pytest.raises(CrmAiError, match="no rule"):
        segment_by_rules(TABLE, {})


def test_rules_are_said_exactly():
    rule = AllOf(
        (
            Condition("months", ">=", (1234.5678,)),
            Condition("合同", "in", ("月付", "包年")),
            Condition("joined", ">=", ("2024-05-01",)),
        )
    )
    assert (
        rule_in_words(rule) == "months at least 1,234.5678 and 合同 is “月付” or “包年” and joined from 2024-05-01 on"
    )
