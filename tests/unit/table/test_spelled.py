import numpy as np
import pyarrow as pa
import pytest

from crm_ai.table import Kind, read_table
from crm_ai.table.spelled_dates import parse_dates
from crm_ai.table.spelled_numbers import looks_coded, parse_numbers


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1,234.50", "88"], [1234.5, 88]),
        (["1.234,50", "88"], [1234.5, 88]),
        (["1 234,5", "2 000 000"], [1234.5, 2e6]),
        (["1'234.5", "88"], [1234.5, 88]),
        (["$1,234.50", "-$3", "($5.25)"], [1234.5, -3, -5.25]),
        (["3 €", "4,5 €"], [3, 4.5]),
        (["¥1200.5", "￥88", "1.5万", "2亿"], [1200.5, 88, 15000, 2e8]),
        (["12%", "7.5 %", "-1%"], [0.12, 0.075, -0.01]),
        (["+5", ".5", "5.", "−2"], [5, 0.5, 5, -2]),
        (["1e3", "2.5E-2"], [1000, 0.025]),
        ([" 7 ", "8"], [7, 8]),
        (["1,234", "5,678"], [1234, 5678]),
    ],
)
def test_spellings_of_numbers(texts, numbers):
    assert parse_numbers(pa.array(texts)) == pytest.approx(numbers)


@pytest.mark.parametrize(
    "text", ["1,23,4", "1.2.3", "12/5", "--5", "(5", "5)", "abc", "", "1,5万元x", "0x1A", "inf", "nan", "1_000", "$5€"]
)
def test_what_is_no_number(text):
    assert np.isnan(parse_numbers(pa.array([text, "1.5"]))[0])


@pytest.mark.parametrize(
    "text",
    ["2011-02-24", "2011/02/24", "2011.2.24", "2/24/2011", "24.02.2011", "24/2/2011", "2011年2月24日", "24 Feb 2011",
     "24-Feb-2011", "Feb 24, 2011", "February 24, 2011", "2011-02-24 00:00:00", "2/24/2011 00:00",
     "2011-02-24T00:00:00Z", "2011-02-24T08:00:00+08:00"],
)  # fmt: skip
def test_spellings_of_dates(text):
    assert parse_dates(pa.array([text])).astype("datetime64[D]").tolist()[0].isoformat() == "2011-02-24"


def test_one_impossible_day_decides_for_all():
    read = parse_dates(pa.array(["1/2/2024", "13/2/2024"])).astype("datetime64[D]").astype(str).tolist()
    assert read == ["2024-02-01", "2024-02-13"]


def test_impossible_dates_are_missing():
    assert np.isnat(parse_dates(pa.array(["2024-02-30", "2024-02-01"]))).tolist() == [True, False]


def test_digits_as_wide_as_characters_are_digits():
    texts = pa.array(["１８", "45", "－３．５", "￥１，２００", "２千"])
    assert parse_numbers(texts).tolist() == [18, 45, -3.5, 1200, 2000]
    assert looks_coded(pa.array(["００１７"])).tolist() == [True]
    days = parse_dates(pa.array(["2024年3月1日", "２０２４年１２月３１日"]))
    assert days.astype("datetime64[D]").astype(str).tolist() == ["2024-03-01", "2024-12-31"]


def test_a_column_with_some_wide_digits_is_read_without_a_loss():
    rows = [f"{age}" for age in range(18, 78)] + ["３０", "４５", "５８"]
    table = read_table(("年龄\n" + "\n".join(rows)).encode(), name="customers.csv")
    assert table.schema["年龄"].kind is Kind.NUMBER
    assert table.frame["年龄"].tolist()[-3:] == [30, 45, 58]
