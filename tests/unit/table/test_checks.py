"""Each check finds what it is for, and keeps quiet where there is nothing."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_ai.table import Repair, inspect, leaks, table_from_frame
from crm_ai.table.checks.time import population_stability
from crm_ai.table.variants import label_variants

N = 900
TODAY = date(2026, 6, 30)


def found(columns, *, target=None, rows=N):
    random = np.random.default_rng(7)
    frame = pd.DataFrame(
        {"calls": random.poisson(4, rows), "plan": random.choice(["basic", "family"], rows), **columns}
    )
    findings = inspect(table_from_frame(frame), target=target, today=TODAY)
    return {(finding.column, finding.check): finding for finding in findings}


def normal(rows=N, seed=1, mean=50, spread=10):
    return np.random.default_rng(seed).normal(mean, spread, rows)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["Male"] * 6 + ["male ", "M", "男"] + ["Female"] * 5 + ["女", "F"],
         {"male ": "Male", "M": "Male", "男": "Male", "女": "Female", "F": "Female"}),
        (["Yes"] * 5 + ["yes", "Y"] + ["No"] * 5, {"yes": "Yes", "Y": "Yes"}),
        (["北京"] * 5 + [" 北京"], {" 北京": "北京"}),
        (["VIP"] * 5 + ["ＶＩＰ"], {"ＶＩＰ": "VIP"}),
        (["Month-to-month"] * 5 + ["month to month"], {"month to month": "Month-to-month"}),
        (["M"] * 9 + ["Male"] * 4 + ["Female"] * 6 + ["F"] * 5, {"M": "Male", "F": "Female"}),
        (["男"] * 9 + ["Male"] * 4 + ["Female"] * 6 + ["女"] * 5, {"Male": "男", "Female": "女"}),
        (["M"] * 90 + ["Male"] * 2 + ["F"] * 90, {"Male": "M"}),
        (["M", "F"] * 5, {}),
        (["M", "L", "S"] * 5, {}),
        (["1", "1.0", "2"], {}),
        (["north", "south"] * 5, {}),
        (["A+", "A-"] * 5, {}),
    ],
)  # fmt: skip
def test_spellings_of_labels(labels, expected):
    assert label_variants(pd.Series(labels).value_counts()).labels == expected


def test_single_letters_that_differ_in_case_are_not_certain():
    variants = label_variants(pd.Series(["a"] * 9 + ["A"] * 3).value_counts())
    assert variants.labels == {"A": "a"}
    assert not variants.certain


def test_a_misspelled_label_is_proposed_and_not_certain():
    variants = label_variants(pd.Series({"California": 400, "Californa": 3, "Nevada": 200, "Carolina": 300}))
    assert variants.labels == {"Californa": "California"}
    assert not variants.certain


def test_inconsistent_labels_bring_their_repair():
    gender = ["Male", "Female"] * (N // 2 - 2) + ["male ", "M", "F", "女"]
    finding = found({"gender": gender})["gender", "inconsistent_labels"]
    assert finding.certain
    assert finding.rows == 4
    labels = {"male ": "Male", "M": "Male", "F": "Female", "女": "Female"}
    assert finding.repair.step == "unify_labels"
    assert finding.repair.settings["labels"] == labels


def test_words_among_numbers_are_mixed_types():
    income = [str(i) for i in range(2000, 2000 + N - 150)] + ["much"] * 100 + ["little"] * 50
    finding = found({"income": income})["income", "mixed_types"]
    assert finding.rows == 150
    assert finding.repair == Repair("retype", ("income",), {"kind": "number"})
    assert "“much”" in finding.evidence


def test_words_among_dates_are_mixed_types():
    joined = [f"2024-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(N - 120)] + ["long ago"] * 120
    assert found({"joined": joined})["joined", "mixed_types"].repair.settings == {"kind": "date"}


def test_codes_with_letters_are_not_mixed():
    assert not [key for key in found({"shelf": ["17", "18", "A3"] * (N // 3)}) if key[1] == "mixed_types"]


def test_impossible_ages_and_birthdays():
    age = normal().round()
    age[:3] = [-4, 150, 999]
    born = pd.Timestamp("1980-01-01") + pd.to_timedelta(np.arange(N), "D")
    born = born.to_series(index=range(N))
    born[5] = pd.Timestamp("2030-01-01")
    findings = found({"age": age, "birth_date": born})
    assert findings["age", "impossible"].rows == 3
    assert findings["age", "impossible"].repair.settings == {"low": 0.0, "high": 120.0}
    assert findings["birth_date", "impossible"].rows == 1
    assert findings["birth_date", "impossible"].certain


def test_shares_over_one_hundred_and_negative_counts():
    share = np.clip(normal(), 0, 100)
    share[:4] = 140
    orders = np.random.default_rng(1).poisson(30, N).astype(float)
    orders[:2] = -5
    findings = found({"discount_pct": share, "number of orders": orders, "balance": normal(mean=0)})
    assert findings["discount_pct", "impossible"].rows == 4
    assert findings["number of orders", "impossible"].rows == 2
    assert ("balance", "impossible") not in findings


def test_a_growth_rate_may_exceed_one_hundred():
    assert ("growth rate", "impossible") not in found({"growth rate": normal(mean=90, spread=40)})


def test_stand_ins_for_unknown():
    days = np.random.default_rng(2).integers(0, 40, N).astype(float)
    days[:30] = 999
    finding = found({"days since contact": days})["days since contact", "stand_in"]
    assert finding.rows == 30
    assert finding.repair == Repair("blank_impossible", ("days since contact",), {"values": [999]})


def test_a_scale_that_ends_in_nines_is_no_stand_in():
    assert not [key for key in found({"price": np.linspace(1, 999, N)}) if key[1] == "stand_in"]


def test_far_away_dates_are_stand_ins():
    ends = (pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(N), "D")).to_series(index=range(N))
    ends[:9] = pd.Timestamp("9999-12-31")
    finding = found({"contract end": ends})["contract end", "impossible"]
    assert finding.rows == 9
    assert not finding.certain


def test_outliers_and_unequal_columns():
    spend, wealth = normal(), np.random.default_rng(3).lognormal(3, 2.5, N)
    spend[7] = 90_000
    findings = found({"spend": spend, "wealth": wealth, "usual": normal(seed=4)})
    assert findings["spend", "outliers"].rows == 1
    assert findings["spend", "outliers"].repair == Repair("cap_outliers", ("spend",))
    assert ("wealth", "skewed") in findings
    assert ("usual", "outliers") not in findings
    assert ("usual", "skewed") not in findings


def test_missing_cells_that_go_with_the_target():
    churn = np.random.default_rng(5).random(N) < 0.3
    income = np.where(np.random.default_rng(4).random(N) < np.where(churn, 0.6, 0.1), np.nan, normal())
    chance = np.where(np.random.default_rng(6).random(N) < 0.2, np.nan, normal())
    findings = found({"income": income, "height": chance, "Churn": np.where(churn, "Yes", "No")}, target="Churn")
    assert "have “Yes”; elsewhere" in findings["income", "missing_tells"].evidence
    assert ("height", "missing_tells") not in findings


def test_columns_that_are_missing_together():
    gone = np.arange(N) % 10 == 0
    findings = found({"street": np.where(gone, np.nan, normal()), "floor": np.where(gone, np.nan, normal(seed=2))})
    assert findings["street · floor", "missing_together"].rows == N // 10


def test_columns_that_lack_hardly_any_cell_are_told_together():
    columns = {f"score {k}": np.where(np.arange(N) == k, np.nan, normal(seed=k)) for k in range(5)}
    findings = found(columns)
    assert "5 columns" in findings["", "missing_few"].evidence
    assert not [key for key in findings if key[1] == "missing"]


def test_labels_that_say_the_same():
    city = np.random.default_rng(8).choice(["Rome", "Oslo", "Bern"], N)
    code = pd.Series(city).map({"Rome": "R1", "Oslo": "O1", "Bern": "B1"})
    findings = found({"city": city, "city code": code})
    assert findings["city · city code", "same_labels"].repair == Repair("drop_columns", ("city code",))


def test_nearly_constant_columns():
    assert ("country", "nearly_constant") in found({"country": ["CN"] * (N - 3) + ["JP"] * 3})


def test_customers_of_late_differ():
    day = (pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), "D")).to_series(index=range(N))
    channel = np.where(np.arange(N) < N // 2, "shop", "web")
    churn = np.where(np.random.default_rng(9).random(N) < np.linspace(0.05, 0.6, N), "Yes", "No")
    findings = found({"signup": day, "channel": channel, "Churn": churn}, target="Churn", rows=N)
    assert ("channel", "drift") in findings
    assert "went from" in findings["Churn", "drift"].evidence
    assert ("plan", "drift") not in findings
    assert ("calls", "drift") not in findings


def test_a_column_that_moves_with_the_calendar_is_no_drift():
    day = (pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), "D")).to_series(index=range(N))
    assert ("tenure", "drift") not in found({"signup": day, "tenure": np.arange(N)[::-1] / 30})


def test_population_stability_by_hand():
    before, after = pd.Series(["a"] * 50 + ["b"] * 50), pd.Series(["a"] * 80 + ["b"] * 20)
    p, q = np.array([50.5, 50.5, 0.5]) / 101.5, np.array([80.5, 20.5, 0.5]) / 101.5
    assert population_stability(before, after) == pytest.approx(((p - q) * np.log(p / q)).sum())


def test_what_is_known_after_the_outcome_is_flagged_by_its_name():
    random = np.random.default_rng(10)
    bought = random.random(N) < 0.3
    frame = pd.DataFrame({
        "duration": np.where(bought, random.normal(400, 150, N), random.normal(250, 150, N)),
        "campaign": random.integers(1, 5, N), "deposit": np.where(bought, "yes", "no"),
    })  # fmt: skip
    assert leaks(table_from_frame(frame), "deposit") == ("duration",)
    assert leaks(table_from_frame(frame.rename(columns={"campaign": "amount"})), "deposit") == ()


def test_a_column_that_gives_the_answer_away_needs_no_other_word():
    churn = np.random.default_rng(5).random(N) < 0.3
    findings = found({"refund": np.where(churn, 5.0, np.nan), "Churn": np.where(churn, "Yes", "No")}, target="Churn")
    assert [check for column, check in findings if column == "refund"] == ["leak"]


def test_repeated_rows_are_a_slip_where_customers_have_numbers():
    frame = pd.DataFrame(
        {"customer_id": [f"c{i}" for i in range(N)], "calls": range(N), "city": ["Bern", "Rome"] * (N // 2)}
    )
    twice = pd.concat([frame, frame[:9]])
    (finding,) = [f for f in inspect(table_from_frame(twice), today=TODAY) if f.check == "duplicate_rows"]
    assert (finding.rows, finding.certain, finding.repair) == (9, True, Repair("drop_duplicates"))
    orders = frame.assign(customer_id=frame["customer_id"].str[:2])
    (finding,) = [
        f
        for f in inspect(table_from_frame(pd.concat([orders, orders[:9]])), today=TODAY)
        if f.check == "duplicate_rows"
    ]
    assert not finding.certain


@pytest.mark.parametrize("rows", [1, 3])
def test_tiny_tables_are_inspected_too(rows):
    frame = pd.DataFrame({"age": [30, -1, 40][:rows], "gender": ["M", "m", "F"][:rows], "when": ["2024-01-01"] * rows})
    assert isinstance(inspect(table_from_frame(frame), today=TODAY), tuple)


def test_an_inspection_can_be_watched_and_stopped():
    shares = []
    frame = pd.DataFrame({"calls": range(50)})
    inspect(table_from_frame(frame), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] == 0 < shares[-1] < 1

    def stop(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inspect(table_from_frame(frame), progress=stop)
