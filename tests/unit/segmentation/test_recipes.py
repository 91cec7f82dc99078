"""Segmentations that were written down come back as they were."""

import json

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import CrmAiError
from crm_ai.segmentation import (
    AllOf,
    Condition,
    NotOf,
    find_clusters,
    from_bands,
    rule_as_json,
    rules_from_json,
    segment_by_rules,
    segmentation_from_json,
)
from crm_ai.table import Kind, bands_at, table_from_frame


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    crowd = rng.choice(3, 200)
    return table_from_frame(
        pd.DataFrame(
            {
                "months": np.array([5.0, 40.0, 70.0])[crowd] + rng.normal(size=200),
                "城市": np.array(["北京", "上海", "广州"])[crowd],
                "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(crowd * 100, "D"),
            }
        )
    )


def there_and_back(table, made):
    return segmentation_from_json(table, json.loads(json.dumps(made.as_json())))


def made_of(table):
    few = Condition("months", "<", (20,))
    yield segment_by_rules(
        table, {"new": few, "北京": Condition("城市", "in", ("北京",))}, name="Mine", otherwise="rest"
    )
    yield segment_by_rules(table, {"old": NotOf(AllOf((few, Condition("城市", "known"))))})
    yield from_bands(table, "months", bands_at([25, 40, 60]))
    yield from_bands(table, "joined", bands_at(["2024-03-01"], names=["early", "late"]), name="When")
    yield find_clusters(table).segmentation(names=["one", "two", "three"])


@pytest.mark.parametrize("place", range(5))
def test_each_kind_comes_back(table, place):
    made = list(made_of(table))[place]
    again = there_and_back(table, made)
    assert (again.name, again.groups) == (made.name, made.groups)
    np.testing.assert_array_equal(again.codes, made.codes)


def test_dense_crowds_come_back_but_for_those_between(table):
    made = find_clusters(table, method="density").segmentation()
    again = there_and_back(table, made)
    assert (again.codes == made.codes).mean() >= 0.97
    np.testing.assert_array_equal(there_and_back(table, again).codes, again.codes)


def test_other_customers_are_put_where_they_belong(table):
    made = find_clusters(table).segmentation()
    rows = [150, 3, 77]
    others = table.with_frame(table.frame.iloc[rows])
    np.testing.assert_array_equal(there_and_back(others, made).codes, made.codes[rows])


def test_columns_that_are_gone_or_another_kind_are_told(table):
    made = find_clusters(table).segmentation()
    with pytest.raises(CrmAiError, match="months"):
        there_and_back(table.with_frame(table.frame[["城市", "joined"]]), made)
    with pytest.raises(CrmAiError, match="another kind"):
        there_and_back(table.with_schema(table.schema.corrected("months", kind=Kind.CATEGORY)), made)


@pytest.mark.parametrize("said", [{}, {"name": "x", "recipe": {"by": "magic"}}, {"name": "x", "recipe": None}])
def test_what_is_damaged_is_refused(table, said):
    with pytest.raises(CrmAiError, match="no segments"):
        segmentation_from_json(table, said)


def test_rules_may_be_listed_named_or_single():
    rule = NotOf(Condition("months", "<", (12,)))
    said = rule_as_json(rule)
    assert rules_from_json({"rules": [{"name": "a", "rule": said}], "otherwise": ""}) == {"a": rule}
    assert rules_from_json({"a": said, "b": said}) == {"a": rule, "b": rule}
    assert list(rules_from_json(said).values()) == [rule]
