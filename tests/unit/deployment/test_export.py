"""Tables that leave the app: no formula, and nothing lost."""

import io

import pandas as pd
import pytest

from crm_ai.deployment import csv_bytes, excel_bytes, neutralised
from crm_ai.explanation import Explanation


def read_csv(content):
    return pd.read_csv(io.BytesIO(content), header=None, dtype=str, keep_default_na=False)


def read_excel(content):
    return pd.read_excel(io.BytesIO(content), header=None, dtype=str, keep_default_na=False)


@pytest.mark.parametrize(("write", "read"), [(csv_bytes, read_csv), (excel_bytes, read_excel)])
def test_columns_stay_that_have_one_name_or_come_to_have_one(write, read):
    frame = pd.DataFrame([[1, 2, 3, 4, 5]], columns=["=a", "'=a", "=a", "客户", 7])
    assert read(write(frame)).values.tolist() == [["'=a", "'=a", "'=a", "客户", "7"], ["1", "2", "3", "4", "5"]]


def test_reasons_of_a_column_called_output_are_not_lost():
    data = pd.DataFrame({"output": [1.0], "row": [2.0]})
    reasons = Explanation(data.to_numpy() / 4, 0.5, ("output", "row"), data, data.index.to_numpy(), "value", "any")
    written = read_csv(csv_bytes(reasons.to_frame())).values.tolist()
    assert written == [["row", "output", "row", "output"], ["0", "0.25", "0.5", "1.25"]]


def test_labels_that_come_to_be_one_stay_in_their_cells():
    labels = pd.Categorical(["=a", "'=a", None, "b"])
    assert neutralised(pd.DataFrame({"label": labels}))["label"].tolist()[:2] == ["'=a", "'=a"]
    written = read_csv(csv_bytes(pd.DataFrame({"label": labels, "n": [1, 2, 3, 4]})))
    assert written[0].tolist() == ["label", "'=a", "'=a", "", "b"]
