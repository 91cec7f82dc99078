import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ProblemError
from crm_ai.table import Severity, inspect, leaks, read_table, table_from_frame

N = 1000


def customers(**columns):
    random = np.random.default_rng(0)
    base = {"calls": random.poisson(3, N), "spend": random.gamma(2, 50, N), "plan": random.choice(["a", "b", "c"], N)}
    return pd.DataFrame(base | {"Churn": random.choice(["Yes", "No"], N, p=[0.3, 0.7])} | columns)


def checks(table, **choices):
    return {(finding.column, finding.check): finding for finding in inspect(table, **choices)}


def test_a_clean_table_has_nothing_to_tell():
    assert inspect(table_from_frame(customers())) == ()


def test_each_check_finds_what_it_looks_for():
    random = np.random.default_rng(1)
    frame = customers(
        customer_id=[f"c{i}" for i in range(N)],
        country="CN",
        fax=[None] * N,
        income=np.where(random.random(N) < 0.3, np.nan, random.normal(size=N)),
        shop=[f"shop {i % 300}" for i in range(N)],
        model=["usual"] * (N - 3) + ["rare"] * 3,
    )
    frame["spend_in_cents"] = frame["spend"] * 100
    frame.loc[:9, "Churn"] = None
    found = checks(table_from_frame(frame))
    assert found["Churn", "target_missing"].rows == 10
    assert found["income", "missing"].severity is Severity.SHOULD
    assert found["shop", "many_labels"].severity is Severity.SHOULD
    assert found["model", "rare_labels"].rows == 3
    assert ("spend · spend_in_cents", "correlated") in found
    assert ("country", "constant") in found
    assert ("fax", "empty") in found
    assert ("customer_id", "identifier") in found
    assert all(finding.evidence and finding.proposal for finding in found.values())


def test_findings_are_ranked():
    frame = customers(country="CN", income=[None] * 500 + list(range(500)))
    frame["refund"] = np.where(frame["Churn"] == "Yes", 10.0, 0.0)
    severities = [finding.severity for finding in inspect(table_from_frame(frame))]
    assert severities == sorted(severities, key=list(Severity).index)
    assert severities[0] is Severity.MUST


def test_blanks_and_unreadable_cells_among_numbers():
    text = "n,x\n" + "".join(f"{i},{i % 3}\n" for i in range(200)) + " ,1\nsome,2\n"
    found = checks(read_table(text.encode()))
    assert "1 of them hold blanks" in found["n", "missing"].evidence
    assert found["n", "unreadable"].rows == 1
    assert found["n", "unreadable"].severity is Severity.SHOULD


def test_duplicates_with_and_without_an_identifier():
    frame = customers()
    twice = pd.concat([frame, frame[:20]])
    assert checks(table_from_frame(twice))["", "duplicate_rows"].rows == 20
    numbered = twice.assign(customer_id=[f"c{i}" for i in range(len(twice))])
    found = checks(table_from_frame(numbered))
    assert ("", "duplicate_rows") not in found
    assert found["", "duplicate_but_identifier"].rows == 20


def test_a_rare_answer():
    frame = customers(Churn=["Yes"] * 12 + ["No"] * (N - 12))
    finding = checks(table_from_frame(frame))["Churn", "imbalance"]
    assert (finding.rows, finding.severity) == (12, Severity.SHOULD)


def test_one_answer():
    frame = customers(Churn=["Yes"] * 900 + [None] * 100)
    assert checks(table_from_frame(frame), target="Churn")["Churn", "one_answer"].severity is Severity.MUST


def test_an_unknown_target_is_refused():
    with pytest.raises(ProblemError):
        inspect(table_from_frame(customers()), target="absent")


def test_leaks_of_a_yes_no_answer():
    frame = customers()
    left = frame["Churn"] == "Yes"
    frame["refund"] = np.where(left, 5.0, 0.0)
    frame["reason"] = np.where(left, "price", None)
    frame["distance"] = np.where(left, -1, 1) * np.arange(1, N + 1)
    frame["band"] = np.where(left, 5, np.where(np.arange(N) % 2, 1, 9))
    assert leaks(table_from_frame(frame), "Churn") == ("refund", "reason", "distance", "band")


def test_a_step_on_the_way_to_the_outcome_leaks():
    random = np.random.default_rng(2)
    visit = random.random(5000) < 0.12
    bought = visit & (random.random(5000) < 0.3)
    frame = pd.DataFrame({"visit": visit.astype(int), "bought": bought.astype(int), "age": random.normal(40, 9, 5000)})
    assert leaks(table_from_frame(frame), "bought") == ("visit",)
    assert leaks(table_from_frame(frame), "visit") == ("bought",)  # nobody buys without a visit


def test_leaks_of_a_number():
    frame = customers()
    frame["value"] = np.random.default_rng(3).lognormal(3, 2, N)
    frame["value_with_tax"] = frame["value"] * 1.2
    frame["value_rank"] = frame["value"].rank()
    frame["noisy"] = np.log(frame["value"]) + np.random.default_rng(4).normal(0, 1, N)
    assert leaks(table_from_frame(frame), "value") == ("value_with_tax", "value_rank")


def test_leaks_of_several_answers():
    frame = customers()
    frame["offer"] = np.random.default_rng(5).choice(["w", "x", "y", "z"], N)
    frame["code"] = frame["offer"].map({"w": "K1", "x": "K2", "y": "K3", "z": "K4"})
    assert leaks(table_from_frame(frame), "offer") == ("code",)


def test_many_small_groups_are_no_leak_by_chance():
    frame = customers(shop=[f"shop {i % 400}" for i in range(N)])
    assert leaks(table_from_frame(frame), "Churn") == ()


def test_too_few_rows_prove_nothing():
    frame = pd.DataFrame({"x": [0, 1] * 20, "Churn": ["No", "Yes"] * 20})
    assert leaks(table_from_frame(frame), "Churn") == ()


def test_odd_tables_are_inspected_without_complaint():
    for frame in (
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"a": [None, None]}),
        pd.DataFrame({"a": [1, 1], "b": ["x", "x"]}),
        pd.DataFrame({"a": pd.to_datetime(["2024-01-01", None]), "Churn": ["Yes", "No"]}),
        pd.DataFrame(np.ones((30, 300))),
    ):
        table = table_from_frame(frame)
        for target in (None, *table.schema.names[:2]):
            inspect(table, target=target)


def test_a_day_and_the_months_since_then_say_the_same():
    random = np.random.default_rng(2)
    months = random.integers(1, 100, N)
    since = pd.Timestamp("2024-06-30") - pd.to_timedelta(30 * months + random.integers(0, 30, N), "D")
    found = checks(table_from_frame(customers(months=months, since=since)))
    pair = found["months · since", "correlated"]
    assert "As one of the two columns rises, the other falls (correlation -1.000)" in pair.evidence
    assert pair.repair.columns == ("since",)


def test_places_with_and_without_their_kind_are_proposed_as_one_and_not_unified_unasked():
    city = np.where(np.arange(N) % 10 == 0, "北京市", np.where(np.arange(N) % 2 == 0, "北京", "上海市"))
    found = checks(table_from_frame(customers(城市=city)))["城市", "inconsistent_labels"]
    assert found.repair.settings["labels"] == {"北京市": "北京"}
    assert found.rows == 100
    assert not found.certain
