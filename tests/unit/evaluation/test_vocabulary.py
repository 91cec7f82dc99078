import pytest

from crm_ai.evaluation import ERROR_METRICS, RATES, describe, exact_ranking, multiclass_metrics, tally_scores
from crm_ai.fairness import audit_tally

KNOWN = (
    *RATES,
    *ERROR_METRICS,
    *exact_ranking([0, 1], [0.1, 0.9]),
    *multiclass_metrics([0, 1], [[0.9, 0.1], [0.1, 0.9]], ["a", "b"]),
    *audit_tally(tally_scores([0, 1], [0.1, 0.9]), 0.5).parity,
    "r2",
    "expected_calibration_error",
    "lift",
)


@pytest.mark.parametrize("metric", KNOWN)
def test_every_metric_has_a_name_and_a_meaning(metric):
    title, meaning = describe(metric)
    assert title
    assert "_" not in title
    assert meaning.endswith(".")


def test_an_unknown_metric_is_called_by_its_name():
    assert describe("mean_smile") == ("mean smile", "")
