"""A column may be called whatever Python's functions call an argument."""

import numpy as np
import pandas as pd
import pytest

from crm_ai.cleaning import make_step
from crm_ai.joining import Key, default_rules, join, merge_duplicates
from crm_ai.table import Repair, table_from_frame
from crm_ai.table.new_columns import with_columns

NAME = "self"


def test_the_frame_stays_as_it_is():
    frame = pd.DataFrame({NAME: [1, 2], "b": ["x", "y"]})
    made = with_columns(frame, {"c": [0, 0], NAME: [3, 4]})
    assert frame.to_dict("list") == {NAME: [1, 2], "b": ["x", "y"]}
    assert made.to_dict("list") == {NAME: [3, 4], "b": ["x", "y"], "c": [0, 0]}


@pytest.mark.parametrize(
    "step", ["retype", "unify_labels", "blank_impossible", "cap_outliers", "fill_median", "fill_most_frequent"]
)
def test_repairs(step):
    frame = pd.DataFrame({NAME: [1.0, None, 3.0], "other": [1, 2, 3]})
    assert list(make_step(Repair(step, (NAME,))).fit_transform(frame)) == [NAME, "other"]


def test_a_second_table_is_joined():
    people = table_from_frame(pd.DataFrame({"id": ["a", "b", "c"]}))
    more = table_from_frame(pd.DataFrame({"id": ["a", "b", "c"], NAME: [1.0, 2.0, 3.0]}))
    assert join(people, more, key=Key("id", "id", 1.0, 1.0, "exact", "")).table.frame[NAME].tolist() == [1.0, 2.0, 3.0]


def test_duplicates_are_merged():
    table = table_from_frame(pd.DataFrame({"id": ["a", "b", "c"], NAME: [1.0, None, 3.0]}))
    assert len(merge_duplicates(table, [np.array([0, 1])], rules=default_rules(table))) == 2
