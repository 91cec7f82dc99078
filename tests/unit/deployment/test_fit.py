"""What does not fit is told before anything is scored, and counted right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment import Trouble, check_fit, propose_by_labels, propose_columns, score
from crm_ai.errors import ProblemError
from crm_ai.table import FrameStream, Kind, open_stream, read_table, table_from_frame


@pytest.fixture
def known(churn, new_customers):
    """Customers of the training, none of whom lies outside its ranges."""
    frame = new_customers(600, 1)
    for name, (low, high) in churn.encoder.ranges.items():
        column = next(own for own in frame.columns if own.strip() == name)
        days = (frame[column] - pd.Timestamp("1970-01-01")).dt.days if column == "since" else frame[column]
        frame = frame[days.isna() | days.between(low, high)]
    return frame.head(300).reset_index(drop=True)


def fit_of(model, frame):
    return check_fit(model, FrameStream(table_from_frame(frame)))


def troubles(fit):
    return {one.column: (one.trouble, one.rows) for one in fit.columns if one.trouble is not Trouble.NONE}


def test_customers_like_those_of_training_fit(churn, known):
    frame = known
    fit = fit_of(churn, frame)
    assert fit.is_clean
    assert fit.can_be_scored
    assert fit.verdict == "All 5 columns that the model needs are there, and everything fits what it has learned from."
    assert fit.answered == "Churn"
    assert set(fit.others) == {"id", "offer"}
    shuffled = fit_of(churn, frame[frame.columns[::-1]].drop(columns="Churn"))
    assert shuffled.columns == fit.columns
    assert shuffled.answered == ""


def test_each_trouble_is_counted(churn, known):
    frame = known.astype({"months": object})
    frame.loc[:5, "months"] = "a while"
    frame.loc[10:12, "plan"] = "weekly"
    frame.loc[13, "plan"] = "daily"
    frame.loc[20:24, "since"] = pd.Timestamp("2199-01-01")
    frame["senior"] = None
    fit = fit_of(churn, frame)
    assert troubles(fit) == {
        "senior": (Trouble.EMPTY, 300),
        "months": (Trouble.UNREADABLE, 6),
        "plan": (Trouble.NEW_LABELS, 4),
        "since": (Trouble.OUTSIDE, 5),
    }
    assert [one.column for one in fit.columns][:4] == ["senior", "months", "plan", "since"]
    assert next(one for one in fit.columns if one.column == "plan").labels == {"weekly": 3, "daily": 1}
    assert "Nobody has a value in senior." in fit.verdict
    assert "3 more columns differ" in fit.verdict


def test_one_row_a_column_with_all_that_is_wrong(churn, known):
    frame = known.astype({"months": object})
    frame.loc[:100, "months"] = "a while"
    frame.loc[150, "months"] = 9_999
    (months,) = (one for one in fit_of(churn, frame).columns if one.column == "months")
    assert months.trouble is Trouble.UNREADABLE
    assert months.rows == 101
    assert "outside" in months.what
    table = fit_of(churn, frame).to_frame()
    assert table["column"].is_unique
    assert table.iloc[0].to_dict() | {"what": ""} == {
        "column": "months", "fit": "cannot be read", "rows": 101, "what": "",
    }  # fmt: skip


def test_missing_columns_are_told_and_the_others_are_judged(churn, known):
    frame = known.drop(columns=["months", "since"])
    frame.loc[0, "plan"] = "weekly"
    fit = fit_of(churn, frame)
    assert not fit.can_be_scored
    assert fit.missing == ("months", "since")
    assert troubles(fit)["plan"] == (Trouble.NEW_LABELS, 1)
    assert fit.verdict.startswith("Cannot be scored: 2 of the 5 columns")


def test_another_kind_that_can_be_read_is_no_trouble(churn, known):
    frame = known.copy()
    frame["months"] = [None if pd.isna(months) else f"about {months}" for months in frame["months"]]
    unreadable = fit_of(churn, frame)
    assert troubles(unreadable)["months"][0] is Trouble.UNREADABLE
    assert "comes as" in unreadable.columns[0].what
    (few,) = (one for one in fit_of(churn, known.head(3)).columns if one.column == "plan")
    assert few.trouble is Trouble.NONE
    assert fit_of(churn, known.head(3)).is_clean


def test_cells_lost_while_reading_are_told(churn, new_customers, tmp_path):
    frame = new_customers(300, 1).astype({"months": object})
    frame.loc[:2, "months"] = "?!"
    frame.to_csv(tmp_path / "new.csv", index=False)
    table = read_table(tmp_path / "new.csv")
    assert table.schema["months"].kind is Kind.NUMBER
    assert troubles(check_fit(churn, FrameStream(table)))["months"] == (Trouble.UNREADABLE, 3)


def test_identifiers_that_come_twice(churn, known):
    frame = known
    frame.loc[5:9, "id"] = "K00000"
    fit = fit_of(churn, frame)
    assert fit.repeated == {"id": 5}
    assert not fit.is_clean
    assert "5 customers have the same id as one before." in fit.verdict
    frame["id"] = None
    assert not fit_of(churn, frame).repeated


def test_part_by_part_as_at_once(churn, new_customers, tmp_path):
    frame = new_customers(3_000, 7).astype({"months": object})
    frame.loc[2_000:2_009, "plan"] = "weekly"
    frame.loc[2_990, "id"] = frame.loc[3, "id"]
    frame.to_csv(tmp_path / "new.csv", index=False)
    stream = open_stream(tmp_path / "new.csv", block=20_000)
    told = []
    parts = check_fit(churn, stream, progress=lambda share, rows: told.append((share, rows)))
    at_once = check_fit(churn, FrameStream(read_table(tmp_path / "new.csv")))
    assert parts.columns == at_once.columns
    assert parts.repeated == at_once.repeated == {"id": 1}
    assert len(told) > 3
    assert told[-1] == (1.0, 3_000)


def test_nobody(churn, known):
    table = table_from_frame(known)
    fit = check_fit(churn, FrameStream(table.with_frame(table.frame.head(0))))
    assert fit.rows == 0
    assert fit.can_be_scored


def test_a_renamed_column_scores_the_same(churn, new_customers):
    frame = new_customers(300, 1)
    table = table_from_frame(frame.rename(columns={"plan": "Vertragsart"}))
    assert check_fit(churn, FrameStream(table)).missing == ("plan",)
    renamed = table.renamed({"Vertragsart": "plan"})
    assert renamed.digest != table.digest
    want = score(churn, table_from_frame(frame)).frame["score"]
    assert np.array_equal(score(churn, renamed).frame["score"], want)
    assert "Vertragsart" in table.frame
    with pytest.raises(ProblemError, match="Two columns"):
        table.renamed({"Vertragsart": "id"})
    with pytest.raises(ProblemError, match="no column"):
        table.renamed({"Vertrag": "plan"})


@pytest.mark.parametrize(
    ("missing", "there", "want"),
    [
        (["Contract"], ["CONTRACT "], {"Contract": "CONTRACT "}),
        (["MonthlyCharges", "TotalCharges"], ["total_charges", "monthly charges"],
         {"MonthlyCharges": "monthly charges", "TotalCharges": "total_charges"}),
        (["合同类型"], ["合同", "城市"], {"合同类型": "合同"}),
        (["tenure"], ["city", "名字"], {}),
        (["a"], [], {}),
        ([], ["a"], {}),
        (["", "🙂"], ["🙂", ""], {"": "", "🙂": "🙂"}),
    ],
)  # fmt: skip
def test_proposed_columns(missing, there, want):
    assert propose_columns(missing, there) == want


def test_columns_proposed_by_their_labels(churn, known):
    others = ["tarif", "kunde", "antwort"]
    frame = known.rename(columns={"plan": "tarif", "id": "kunde", "offer": "antwort"})
    table = table_from_frame(frame)
    assert propose_by_labels(churn, table, ["plan", "months"], others) == {"plan": "tarif"}
    twice = table_from_frame(frame.assign(antwort=frame["tarif"]))
    assert propose_by_labels(churn, twice, ["plan"], others) == {}, "either could be meant"
    same = table_from_frame(frame.assign(tarif="monthly"))
    assert propose_by_labels(churn, same, ["plan"], others) == {}, "one label says little"
    other = table_from_frame(frame.assign(tarif=frame["tarif"].replace("yearly", "weekly")))
    assert propose_by_labels(churn, other, ["plan"], others) == {}
    assert propose_by_labels(churn, table, [], others) == propose_by_labels(churn, table, ["plan"], []) == {}


def test_people_may_share_a_name(churn, known):
    frame = known.assign(姓名=["张伟", "王芳", "李娜"] * (len(known) // 3))
    assert not fit_of(churn, frame).repeated
