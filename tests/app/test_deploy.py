"""Deploy: may it go to work, and how is it doing there?"""

from __future__ import annotations

import pytest

from tests.app.driving import assert_sound, customers, go, upload


@pytest.fixture
def trained(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    at.button(key="train").click().run()
    return scoring(go(at, "deploy"))


def scoring(at):
    """Open the tab that scores."""
    at.session_state["deploy_tab"] = "Score new customers"
    return at.run()


def test_without_models_it_offers_to_train(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "deploy")
    assert_sound(at)
    assert {"invite_train", "invite_now"} <= {button.key for button in at.button}


def test_training_what_is_proposed_stays_on_the_page(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "deploy")
    at.button(key="invite_now").click().run()
    assert_sound(at)
    assert at.title[0].value == "May it go to work, and how is it doing there?"
    assert len(scoring(at).download_button) == 2


def test_offers_the_model_and_its_card(trained):
    assert_sound(trained)
    assert [button.key for button in trained.download_button] == ["download_model", "download_model_card"]


def test_whether_customers_go_into_the_file_is_the_readers_choice(trained):
    trained.segmented_control[0].set_value("decision_tree").run()
    assert trained.checkbox(key="references").value
    trained.checkbox(key="references").uncheck().run()
    assert_sound(trained)
    trained.segmented_control[0].set_value("linear_regression").run()
    assert not [box for box in trained.checkbox if box.key == "references"]


def test_a_file_without_customers_scores_the_same():
    from crm_ai.app import results
    from crm_ai.deployment import load_model
    from crm_ai.modeling import propose_problem, train
    from crm_ai.table import read_table

    table = read_table(customers(), name="customers.csv")
    run = train(table, propose_problem(table).problem, ["decision_tree"])
    whole, alone = (load_model(results.model_file(run, "decision_tree", one)) for one in (False, True))
    assert alone.references is None
    assert len(whole.references) == 480
    assert (whole.predict(table.frame) == alone.predict(table.frame)).all()
