import numpy as np
import pandas as pd
import pytest

from crm_ai.table import Kind, Role, infer_schema, table_from_frame

N = 60


def column(values, name="x"):
    return infer_schema(pd.DataFrame({name: values}))[name]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.linspace(0, 1, N), Kind.NUMBER),
        ([0, 1, 2, 3, 4, 5] * 10, Kind.NUMBER),
        (["1.5", "2", "-3e2"] * 20, Kind.NUMBER),
        (["$1,234.50", "$88.00", "($5.25)"] * 20, Kind.NUMBER),
        (["¥1200.5", "￥88", "1.5万"] * 20, Kind.NUMBER),
        ([0, 1] * 30, Kind.BOOLEAN),
        ([0.0, 1.0, np.nan] * 20, Kind.BOOLEAN),
        ([True, False] * 30, Kind.BOOLEAN),
        (["Yes", "No", None] * 20, Kind.BOOLEAN),
        (["是", "否"] * 30, Kind.BOOLEAN),
        (["Male", "Female"] * 30, Kind.CATEGORY),
        (["A11", "A12", "A13"] * 20, Kind.CATEGORY),
        (["02134", "90210", "10115"] * 20, Kind.CATEGORY),
        ([f"C-{i}" for i in range(N)], Kind.IDENTIFIER),
        ([f"0{i:05d}" for i in range(N)], Kind.IDENTIFIER),
        ([str(6222020200112230001 + i) for i in range(N)], Kind.IDENTIFIER),
        ([6222020200112230001 + i for i in range(N)], Kind.IDENTIFIER),
        ([f"The bill number {i} came too late, please help" for i in range(N)], Kind.TEXT),
        ([f"房间干净，服务周到，早餐丰富，位置方便，交通便利，第{i}次来" for i in range(N)], Kind.TEXT),
        (pd.date_range("2024-01-01", periods=N), Kind.DATE),
        ([f"{1 + i % 12}/{1 + i % 28}/2011" for i in range(N)], Kind.DATE),
        ([f"{1 + i % 28}.{1 + i % 12}.2011" for i in range(N)], Kind.DATE),
        ([f"2011年{1 + i % 12}月{1 + i % 28}日" for i in range(N)], Kind.DATE),
        ([f"2011-02-{1 + i % 28:02d}T08:30:00Z" for i in range(N)], Kind.DATE),
        ([None] * N, Kind.CATEGORY),
    ],
)
def test_kinds_follow_from_the_cells(values, kind):
    assert column(list(values)).kind is kind


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("CustomerID", range(1000, 1000 + N), Kind.IDENTIFIER),
        ("客户编号", range(1000, 1000 + N), Kind.IDENTIFIER),
        ("income", range(1000, 1000 + N), Kind.NUMBER),
        ("months", range(N), Kind.NUMBER),
        ("Unnamed: 0", range(N), Kind.IDENTIFIER),
        ("plan_type", [1, 2, 3] * 20, Kind.CATEGORY),
        ("number_of_plans", [1, 2, 3] * 20, Kind.NUMBER),
        ("zip", [2134, 90210, 10115] * 20, Kind.CATEGORY),
        ("signup_date", [20240101 + i % 28 for i in range(N)], Kind.DATE),
        ("spend", [20240101 + i % 28 for i in range(N)], Kind.NUMBER),
        ("class", [1, 2] * 30, Kind.CATEGORY),
        ("people", [1, 2] * 30, Kind.NUMBER),
    ],
)
def test_names_decide_where_cells_do_not(name, values, kind):
    assert column(list(values), name).kind is kind


def test_a_few_odd_cells_do_not_make_numbers_text_but_many_do():
    assert column([str(i) for i in range(99)] + ["lots"]).kind is Kind.NUMBER
    assert column([str(i) for i in range(80)] + [f"lots {i}" for i in range(20)]).kind is not Kind.NUMBER
    assert column([str(i) for i in range(30)] + ["never"] * 70).kind is Kind.CATEGORY


def test_two_currencies_are_no_number():
    assert column(["$1.50", "€2.50", "$3.50"] * 20).kind is Kind.CATEGORY


def test_percent_and_plain_numbers_together_are_not_guessed():
    assert column(["12%", "0.5", "7%"] * 20).kind is Kind.CATEGORY


def test_day_and_month_that_could_be_exchanged_are_told():
    assert "cannot be told apart" in column([f"{1 + i % 12}/{1 + i % 11}/2011" for i in range(N)]).evidence


def roles(**columns):
    return {c.name: c.role for c in infer_schema(pd.DataFrame(columns))}


def test_roles():
    found = roles(
        customer_id=[f"c{i}" for i in range(N)],
        Gender=["F", "M"] * 30,
        age=list(range(20, 20 + N)),
        account_age=list(range(20, 20 + N)),
        region_sales=np.linspace(0, 1, N),
        country=["CN"] * N,
        note=[None] * N,
        Churn=["Yes", "No"] * 30,
        target=[0, 1] * 30,
    )
    assert found == {
        "customer_id": Role.IGNORED, "Gender": Role.SEGMENT, "age": Role.SEGMENT, "account_age": Role.FEATURE,
        "region_sales": Role.FEATURE, "country": Role.IGNORED, "note": Role.IGNORED, "Churn": Role.TARGET,
        "target": Role.FEATURE,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["churn", "Churned", "is_churn", "流失", "是否流失", "target", "Response", "offer_accepted", "default"]
)
def test_targets_by_name(name):
    assert roles(**{name: ["Yes", "No"] * 30})[name] is Role.TARGET


@pytest.mark.parametrize("name", ["churn_reason", "usage", "labels_printed", "classic"])
def test_names_that_only_resemble_a_target(name):
    assert roles(**{name: ["a", "b", "c"] * 20})[name] is Role.FEATURE


def test_a_constant_target_is_not_proposed():
    assert roles(churn=["Yes"] * N, x=range(N))["churn"] is Role.IGNORED


def test_every_column_tells_why():
    frame = pd.DataFrame({"id": range(N), "a": ["x", "y"] * 30, "b": np.linspace(0, 1, N), "c": [None] * N})
    assert all(c.evidence.endswith(".") for c in infer_schema(frame))


def test_odd_frames():
    frame = pd.DataFrame([[1, "a", [1, 2]], [2, None, {"b": 1}]], columns=["x", "x", 3], index=[7, 7])
    table = table_from_frame(frame)
    assert table.schema.names == ("x", "x (2)", "3")
    assert table.frame.index.tolist() == [0, 1]


def test_a_frames_own_categories_stay_categories():
    frame = pd.DataFrame({"grade": pd.Categorical([1, 2, 3] * 20)})
    table = table_from_frame(frame)
    assert table.schema["grade"].kind is Kind.CATEGORY
    assert table.frame["grade"].cat.categories.tolist() == ["1", "2", "3"]


def test_guessing_again_from_the_tables_own_frame_changes_nothing():
    frame = pd.DataFrame(
        {"id": [f"c{i}" for i in range(N)], "n": np.linspace(0, 1, N), "b": [0, 1] * 30, "g": ["F", None, "M"] * 20,
         "d": pd.date_range("2024-01-01", periods=N), "Churn": ["Yes", "No"] * 30}
    )  # fmt: skip
    table = table_from_frame(frame)
    again = infer_schema(table.frame)
    assert [(c.kind, c.role) for c in again] == [(c.kind, c.role) for c in table.schema]
