import numpy as np
import pytest

from crm_ai.evaluation import tally_scores
from crm_ai.fairness import audit_tally, bootstrap_intervals


def customers(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, n)
    outcome = (rng.random(n) < 0.3 + 0.1 * group).astype(int)
    score = np.clip(rng.normal(0.4 + 0.2 * outcome + 0.1 * group, 0.2), 0, 1)
    return outcome, score, group


def test_closed_forms_and_resampling_agree_where_groups_are_large():
    tally = tally_scores(*customers(), ("f", "m"))
    audit, frame = audit_tally(tally, 0.5), bootstrap_intervals(tally, 0.5, replicates=4000)
    found = frame.set_index(["kind", "group", "metric"])
    for metric, groups in audit.by_group.items():
        for group, estimate in groups.items():
            row = found.loc[("group", group, metric)]
            assert row["value"] == pytest.approx(estimate.value)
            assert [row["low"], row["high"]] == pytest.approx([estimate.low, estimate.high], abs=0.006)
        row = found.loc[("difference", "", metric)]
        assert row["value"] == pytest.approx(audit.difference[metric].value)
        if audit.difference[metric].low > 0.01:
            ends = [audit.difference[metric].low, audit.difference[metric].high]
            assert [row["low"], row["high"]] == pytest.approx(ends, abs=0.01)


def test_resampling_counts_is_resampling_rows():
    outcome, score, group = customers(600)
    frame = bootstrap_intervals(tally_scores(outcome, score, group, ("f", "m")), 0.5, ["precision"], replicates=4000)
    rng, drawn = np.random.default_rng(1), []
    for _ in range(4000):
        rows = rng.integers(0, 600, 600)
        chosen = (score[rows] >= 0.5) & (group[rows] == 1)
        drawn.append(outcome[rows][chosen].mean())
    row = frame[(frame["kind"] == "group") & (frame["group"] == "m")].iloc[0]
    assert [row["low"], row["high"]] == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist(), abs=0.008)


@pytest.mark.parametrize("n", [0, 1, 40])
def test_few_customers_make_no_trouble(n):
    frame = bootstrap_intervals(tally_scores([1] * n, [0.7] * n, [0] * n, ("f", "m")), 0.5, replicates=50)
    assert len(frame) == 6 * 5
    assert frame.loc[frame["kind"] == "difference", "value"].isna().all()
