"""Deploy, "How is it doing?", with real customers: three weeks, the third of newcomers only, and their outcomes.

In the end that week is set aside.
"""

from datetime import date, timedelta

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.driving import assert_sound, picture, settle

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def telephone(real_data):
    frame = pd.read_csv(real_data("telco_churn.csv"), dtype=str)
    return frame.sample(frac=1, random_state=0).reset_index(drop=True)


@pytest.fixture
def weeks(telephone):
    later = telephone.iloc[4000:]
    newcomers = later[later["tenure"].astype(int) <= 12]
    return [later.iloc[:700], later.iloc[700:1400], newcomers.iloc[:600]]


@pytest.fixture
def at_work(own_server, weeks, telephone, monkeypatch, tmp_path):
    """A champion in the server's registry, with three weeks."""
    from crm_ai.deployment.registry import (
        Answer,
        Item,
        approve,
        open_registry,
        open_version,
        promote,
        register,
        remember,
    )
    from crm_ai.modeling import propose_problem, train
    from crm_ai.table import table_from_frame

    monkeypatch.setenv("CRM_AI_WORKSPACE", str(tmp_path / "own_server" / "workspace"))
    table = table_from_frame(telephone.iloc[:4000])
    run = train(table, propose_problem(table, target="Churn", segments=("gender",)).problem, ["logistic_regression"])
    registry = open_registry()
    version = register(run, "logistic_regression", registry, name="telephone", note="try")
    promote(registry, approve(registry, version, why="ok", checklist={i: Answer(True) for i in Item}), why="go")
    model = open_version(registry, version)
    for number, week in enumerate(weeks):
        day = date.today() - timedelta(weeks=3 - number)
        part = table_from_frame(week.reset_index(drop=True))
        remember(registry, version, model, part, name=f"week {number}", day=day, key="customerID", segments=["gender"])


def test_newcomers_are_noticed_and_outcomes_say_whether_to_retrain(visit_own, at_work, weeks, tmp_path):
    outcomes = tmp_path / "outcomes.csv"
    columns = ["customerID", "Churn"]
    pd.concat(weeks)[columns].drop_duplicates().sample(frac=1, random_state=1).to_csv(outcomes, index=False)
    page = visit_own("deploy?registered=telephone&reader=analyst")
    page.get_by_role("tab", name="How is it doing?").click()
    settle(page)
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("3 batches in 3 weeks. Customers have changed in “tenure”")
    expect(main).to_contain_text("Not before outcomes are known.")
    assert_sound(page)
    picture(page, "deploy_watching")
    page.get_by_role("radio", name="Outcomes").click()
    settle(page)
    page.locator("input[type=file]").last.set_input_files(outcomes)
    settle(page)
    page.get_by_role("button", name="Join the outcomes").click()
    page.get_by_text("2,000 outcomes were joined, to 3 batches.").wait_for()
    settle(page)
    expect(main).to_contain_text("By its outcomes it has become worse")
    expect(main).to_contain_text("Ranking (ROC AUC)")
    assert_sound(page)
    picture(page, "deploy_watching_outcomes")
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert_sound(page)

    page.get_by_text("Set a batch aside").click()
    page.get_by_role("textbox", name="Why?").fill("The file of another shop.")
    page.get_by_role("button", name="Set it aside").click()
    expect(main).to_contain_text("“week 2” counts no more.")
    expect(main).to_contain_text("Not counted: “week 2”, set aside by local user")
    expect(main).not_to_contain_text("Customers have changed")
    settle(page)
    assert_sound(page)
    picture(page, "deploy_watching_aside")
