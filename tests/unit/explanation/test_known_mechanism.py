"""On data whose mechanism is known, importance, interactions and segments must find it again."""

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance as reference_importance
from sklearn.metrics import r2_score, roc_auc_score

from crm_ai.explanation import explain
from crm_ai.explanation.dependence import dependence_by
from crm_ai.explanation.interactions import interactions, partner_of
from crm_ai.explanation.permuted import permutation_importance
from crm_ai.explanation.segments import importance_by, most_different
from crm_ai.explanation.swarm import swarm

FLEXIBLE = ("decision_tree", "random_forest", "gradient_boosting", "neural_network")


@pytest.mark.parametrize("name", FLEXIBLE)
def test_ranks_are_recovered_and_noise_stays_below(known, name):
    table = explain(known, name).importance().set_index("column")
    assert set(table.index[:3]) == {"months", "calls", "plan"}
    weakest = table.loc[["noise", "region"], "high"].max()
    assert weakest < table.loc[["months", "calls", "plan"], "low"].min()
    assert table.loc["months", "rank_low"] <= 3


@pytest.mark.parametrize("name", FLEXIBLE)
def test_the_planted_interaction_is_found(known, name):
    pairs = interactions(known, name)
    assert set(pairs.loc[0, ["first", "second"]]) == {"plan", "calls"}
    assert pairs.loc[0, "low"] > pairs.loc[1, "high"]
    assert partner_of(pairs, "calls") == "plan"


def test_a_model_that_adds_up_has_no_interactions(known, spending):
    for run, name in ((known, "logistic_regression"), (spending, "linear_regression")):
        pairs = interactions(run, name)
        assert (pairs["high"] == 0).all()
        assert partner_of(pairs, "calls") is None
    assert interactions(known, "logistic_regression", scale="probability")["strength"].max() > 0


def test_interaction_strength_is_the_second_difference():
    """Of a product of two columns it is the product of their differences."""

    class Product:
        def predict(self, matrix):
            return matrix[:, 0] * matrix[:, 1]

    from crm_ai.explanation.interactions import _asked, _halfway

    generator = np.random.default_rng(0)
    customers, others = generator.normal(size=(2, 50, 3))
    own = generator.random((50, 3)) < 0.5
    mixed, flipped = _halfway(customers, others, own)
    asked = _asked(mixed, flipped, np.arange(3), [(0, 1), (0, 2), (1, 2)])
    told = Product().predict(asked.reshape(-1, 3)).reshape(len(asked), -1)
    second = np.abs(told[4] - told[1] - told[2] + told[0])
    assert second == pytest.approx(np.abs(np.prod(customers[:, :2] - others[:, :2], axis=1)))
    assert np.abs(told[5] - told[1] - told[3] + told[0]).max() < 1e-12


@pytest.mark.parametrize(("which", "score"), [("known", roc_auc_score), ("spending", r2_score)])
def test_permutation_importance_is_that_of_scikit_learn(request, which, score):
    run = request.getfixturevalue(which)
    model = run.model("decision_tree")
    ours = permutation_importance(run, "decision_tree").set_index("column")
    theirs = reference_importance(
        model.pipeline,
        run.holdout_frame[list(run.problem.features)],
        run.actual,
        scoring=lambda _estimator, frame, actual: score(actual, model.predict(frame)),
        n_repeats=30,
        random_state=1,
    )
    for column, mean, spread in zip(run.problem.features, theirs.importances_mean, theirs.importances_std, strict=True):
        assert ours.loc[column, "drop"] == pytest.approx(mean, abs=3 * spread / np.sqrt(10) + 1e-3)
        assert ours.loc[column, "low"] <= mean <= ours.loc[column, "high"]
    assert ours.loc["noise", "low"] <= 0.002


def test_intervals_of_importance_cover_the_truth_as_often_as_they_say():
    """The mean size of a known contribution, over many samples of customers."""
    from crm_ai.explanation.explanation import _resampled_means

    generator, hits = np.random.default_rng(0), 0
    truth = np.sqrt(2 / np.pi)
    for _sample in range(400):
        again = _resampled_means(np.abs(generator.normal(size=(120, 1))))
        low, high = np.quantile(again[:, 0], [0.025, 0.975])
        hits += low <= truth <= high
    assert 0.91 <= hits / 400 <= 0.98


def test_importance_by_segment_tells_them_apart(known):
    reasons = explain(known, "gradient_boosting")
    table = importance_by(known, reasons, "plan")
    by = table.set_index(["group", "column"])["mean_absolute"]
    everybody = np.average(
        [by["monthly", "calls"], by["yearly", "calls"]],
        weights=[table.query("group == @g")["n"].iloc[0] for g in ("monthly", "yearly")],
    )
    overall = reasons.importance().set_index("column").loc["calls", "mean_absolute"]
    assert everybody == pytest.approx(overall)
    assert most_different(table) is not None
    years = importance_by(known, reasons, "joined")
    assert set(years["group"]) <= {"2024", "2025", "2026"}


def test_dependence_shows_the_interaction_it_hides(known):
    reasons = explain(known, "gradient_boosting")
    frame = dependence_by(reasons, "calls", "plan")
    slope = {name: np.polyfit(part["level"], part["mean"], 1)[0] for name, part in frame.groupby("group")}
    assert slope["monthly"] > 2 * abs(slope["yearly"])
    assert dependence_by(reasons, "plan", "calls")["group"].nunique() == 3


def test_a_swarm_counts_every_customer_once_a_column(known):
    reasons = explain(known, "gradient_boosting")
    frame = swarm(reasons)
    assert (frame.groupby("column")["n"].sum() == len(reasons.rows)).all()
    for name in reasons.columns:
        its = frame[frame["column"] == name]
        mean = np.average(its["contribution"], weights=its["n"])
        assert mean == pytest.approx(reasons.values[:, reasons.columns.index(name)].mean(), abs=1e-9)
    months = frame[frame["column"] == "months"]
    assert np.corrcoef(months["contribution"], months["level"])[0, 1] < -0.8
    assert frame.loc[frame["column"] == "plan", "common"].notna().all()
    assert pd.isna(months["common"]).all()
