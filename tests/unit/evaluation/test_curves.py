import numpy as np
import pytest
from sklearn import metrics as reference

from crm_ai.evaluation import gains_curve, precision_recall_curve, roc_curve, tally_scores

RNG = np.random.default_rng(0)
OUTCOME = (RNG.random(5000) < 0.2).astype(int)
SCORE = 1 / (1 + np.exp(-(RNG.normal(size=5000) + OUTCOME - 1.5)))
TALLY = tally_scores(OUTCOME, SCORE)


def test_roc_points_are_exact_and_few():
    curve = roc_curve(TALLY)
    assert len(curve) <= 400
    assert curve.iloc[0][["false_positive_rate", "true_positive_rate"]].tolist() == [0, 0]
    assert curve.iloc[-1][["false_positive_rate", "true_positive_rate"]].tolist() == [1, 1]
    for row in curve.iloc[::37].itertuples():
        chosen = row.threshold <= SCORE
        assert row.true_positive_rate == chosen[OUTCOME == 1].mean()
        assert row.false_positive_rate == pytest.approx(chosen[OUTCOME == 0].mean(), abs=1e-12)
        assert row.low <= row.true_positive_rate <= row.high
    area = np.trapezoid(curve["true_positive_rate"], curve["false_positive_rate"])
    assert area == pytest.approx(reference.roc_auc_score(OUTCOME, SCORE), abs=1e-3)


def test_roc_of_few_scores_equals_scikit_learns():
    score = np.round(SCORE, 1)
    false, true, _thresholds = reference.roc_curve(OUTCOME, score, drop_intermediate=False)
    curve = roc_curve(tally_scores(OUTCOME, score))
    assert curve["false_positive_rate"].to_numpy() == pytest.approx(false, abs=1e-12)
    assert curve["true_positive_rate"].to_numpy() == pytest.approx(true, abs=1e-12)


def test_precision_recall_of_few_scores_equals_scikit_learns():
    score = np.round(SCORE, 1)
    precision, recall, _thresholds = reference.precision_recall_curve(OUTCOME, score)
    curve = precision_recall_curve(tally_scores(OUTCOME, score))
    assert curve["precision"].to_numpy() == pytest.approx(precision[:-1][::-1], abs=1e-12)
    assert curve["recall"].to_numpy() == pytest.approx(recall[:-1][::-1], abs=1e-12)
    assert curve["n"].iloc[-1] == 5000


def test_precision_recall_is_thinned_but_keeps_its_ends():
    curve = precision_recall_curve(TALLY)
    assert len(curve) <= 400
    assert curve["recall"].is_monotonic_increasing
    assert curve["precision"].iloc[-1] == pytest.approx(OUTCOME.mean())


def test_gains_count_the_customers_caught():
    curve = gains_curve(TALLY)
    best = np.argsort(-SCORE)
    for share in (0.1, 0.5):
        row = curve[curve["contacted"] == share].iloc[0]
        caught = OUTCOME[best[: int(5000 * share)]].sum() / OUTCOME.sum()
        assert row["caught"] == pytest.approx(caught, abs=2e-3)
        assert row["lift"] == pytest.approx(caught / share, abs=0.02)
        assert row["low"] < row["caught"] < row["high"]
    assert curve["caught"].iloc[-1] == 1
    assert curve["caught"].is_monotonic_increasing


def test_ties_are_contacted_in_random_order():
    curve = gains_curve(tally_scores([0, 1] * 50, np.full(100, 0.4)), points=4)
    assert curve["caught"].tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve["lift"].tolist() == [1.0] * 4


@pytest.mark.parametrize("outcome", [[], [0, 0, 0], [1, 1, 1], [0, 1]])
def test_hardly_anybody_makes_no_trouble(outcome):
    tally = tally_scores(outcome, np.linspace(0.1, 0.9, len(outcome)))
    for curve in (roc_curve, precision_recall_curve, gains_curve):
        frame = curve(tally)
        assert "low" in frame
