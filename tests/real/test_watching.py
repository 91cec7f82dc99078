"""Watching on public data: segments that are alike raise no alarm, a planted shift is found, outcomes join."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment.watching import (
    FolderStore,
    Level,
    Step,
    drift,
    join_outcomes,
    observe,
    record,
    watch,
    workspace_secret,
)
from crm_ai.modeling import propose_problem, train
from crm_ai.table import coerce, read_table, table_from_frame

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def mail(real_data):
    frame = pd.read_csv(real_data("email_campaign.csv"))
    order = np.random.default_rng(0).permutation(len(frame))
    return frame.iloc[order].reset_index(drop=True)


def test_random_batches_of_the_campaign_are_steady_and_an_area_is_not(mail):
    features = ["recency", "history", "mens", "womens", "zip_code", "newbie", "channel", "segment"]
    table = table_from_frame(mail.iloc[:20_000].reset_index(drop=True))
    run = train(table, propose_problem(table, target="visit", features=features).problem, ["logistic_regression"])
    model = run.models["logistic_regression"]

    def drifts(frame):
        shaped = coerce(frame, model.schema)
        return {one.column: one for one in drift(model.profile, observe(model.profile, shaped, model.predict(shaped)))}

    rest = mail.iloc[20_000:]
    alarmed = 0
    for start in range(0, 40_000, 1_000):
        alarmed += any(one.level.alarms for one in drifts(rest.iloc[start : start + 1_000]).values())
    print(f"\n{alarmed} of 40 random batches of the campaign alarm")  # noqa: T201
    assert alarmed <= 2
    for area in ("Surburban", "Urban", "Rural"):
        found = drifts(rest[rest["zip_code"] == area].head(3_000))
        assert found["zip_code"].level is Level.ACT
        assert {name for name, one in found.items() if one.level.alarms} <= {"zip_code", "score"}


def test_newer_telephone_customers_are_a_shift_that_outcomes_confirm(real_data, tmp_path):
    frame = pd.read_csv(real_data("telco_churn.csv"), dtype=str)
    frame = frame.iloc[np.random.default_rng(0).permutation(len(frame))].reset_index(drop=True)
    path = tmp_path / "train.csv"
    frame.iloc[:4000].to_csv(path, index=False)
    table = read_table(path)
    run = train(table, propose_problem(table, target="Churn").problem, ["logistic_regression"])
    model, later = run.models["logistic_regression"], frame.iloc[4000:]
    weeks = [later.iloc[:700], later.iloc[700:1400], later[later["tenure"].astype(int) <= 12]]
    store, secret = FolderStore(tmp_path / "store"), workspace_secret(tmp_path / "store")
    for number, week in enumerate(weeks):
        record(
            store,
            model,
            table_from_frame(week.reset_index(drop=True)),
            name=f"week {number}",
            day=date(2026, 3, 2) + timedelta(weeks=number),
            version="1",
            keep_keys=True,
            key="customerID",
            secret=secret,
            segments=["gender"],
        )
    assert not watch(store.batches()[:2]).alerts
    found = watch(store.batches())
    assert {alert.subject for alert in found.alerts} >= {"tenure", "score", "Contract"}
    assert "gender" not in {alert.subject for alert in found.alerts}
    assert found.advice.step is Step.OUTCOMES
    outcomes = table_from_frame(frame[["customerID", "Churn"]].sample(frac=1, random_state=1).reset_index(drop=True))
    for batch, week in zip(store.batches(), weeks, strict=True):
        judged = join_outcomes(
            batch,
            store.keyed(batch),
            outcomes,
            key="customerID",
            profile=model.profile,
            secret=secret,
            known=date(2026, 6, 1),
        )
        assert judged.joined.matched == len(week)
        assert judged.figures["base_rate"].value == pytest.approx((week["Churn"] == "Yes").mean())
        store.add_outcomes(judged)
    found = watch(store.batches(), store.outcomes())
    assert found.advice.step is Step.RETRAIN
    assert found.alerts[0].subject == "roc_auc"
