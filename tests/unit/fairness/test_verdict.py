import numpy as np
import pytest

from crm_ai.evaluation import tally_errors, tally_scores
from crm_ai.fairness import Judgement, audit_errors, audit_tally


def audit_of(selected, n, outcome=None, names="ab"):
    """Audit groups of which so many are selected; by default nobody has the answer."""
    score = np.concatenate([np.arange(size) < k for k, size in zip(selected, n, strict=True)]).astype(float)
    happened = np.zeros(len(score), int) if outcome is None else outcome
    return audit_tally(tally_scores(happened, score, np.repeat(np.arange(len(n)), n), names), 0.5, segment="gender")


def test_gap_is_told_with_both_groups_and_how_sure_we_are():
    audit = audit_of([420, 200], [1000, 1000], names=("seniors", "others"))
    assert audit.judgement is Judgement.GAP
    assert audit.gaps == ("selection_rate", "false_positive_rate")
    assert audit.verdict.startswith(
        "Gap found by gender: 42 % of “seniors” are selected, 20 % of “others”, 2.1 × as often (1.8–2.4)"
    )


def test_chance_is_no_evidence():
    audit = audit_of([22, 18], [60, 60])
    assert audit.difference["selection_rate"].value > 0.05
    assert audit.judgement is Judgement.NO_EVIDENCE
    assert audit.verdict == "No evidence of a gap by gender: shares selected differ by 6.7 points (0 to 23)."


def test_certain_but_tiny_is_no_gap_that_matters():
    audit = audit_of([300_000, 302_000], [1_000_000, 1_000_000])
    assert audit.difference["selection_rate"].low > 0
    assert audit.judgement is Judgement.NO_EVIDENCE
    assert audit.verdict.startswith("No gap that matters by gender: shares selected differ by 0.20 points")


def test_rare_selection_is_held_to_four_fifths():
    audit = audit_of([2000, 1000], [100_000, 100_000])
    assert audit.difference["selection_rate"].value == 0.01
    assert "selection_rate" in audit.gaps


def test_gap_in_hits_alone_is_found():
    outcome = np.tile([1, 0], 1000)
    score = np.where(np.arange(2000) < 1000, outcome, 1 - outcome).astype(float)
    audit = audit_tally(tally_scores(outcome, score, np.repeat([0, 1], 1000), ("f", "m")), 0.5, segment="gender")
    assert audit.gaps == ("true_positive_rate", "false_positive_rate")
    assert "100 % of “f” are found, 0 % of “m”" in audit.verdict
    assert "100 % of “m” are selected by mistake, 0 % of “f”" in audit.verdict


@pytest.mark.parametrize(
    ("selected", "n", "words"),
    [
        ([5, 20], [10, 20], "Too few customers to say whether there is a gap by gender."),
        ([20, 300], [20, 500], "Too few customers to say whether there is a gap by gender."),
        ([0, 0], [100, 100], "Nobody is selected at this threshold, so groups by gender cannot be compared."),
        ([50], [100], "There is only one group by gender, so there is nothing to compare."),
    ],
)
def test_what_cannot_be_said_is_not_said(selected, n, words):
    audit = audit_of(selected, n, names="ab"[: len(n)])
    assert audit.judgement is Judgement.TOO_FEW
    assert audit.verdict == words


def test_groups_left_out_are_named():
    audit = audit_of([50, 50, 3], [100, 100, 7], names=("f", "m", "not said"))
    assert audit.verdict.endswith("Too few customers to compare: “not said” (7).")
    many = audit_of([50, 50, *[1] * 6], [100, 100, *[2] * 6], names="abcdefgh")
    assert many.verdict.endswith("“c” (2), “d” (2), “e” (2), “f” (2) and 2 more.")


def test_alarms_are_rare_where_groups_are_alike():
    rng, alarms = np.random.default_rng(0), 0
    for _ in range(300):
        outcome, group = rng.random(400) < 0.3, rng.integers(0, 2, 400)
        score = np.clip(rng.normal(0.4 + 0.2 * outcome, 0.2), 0, 1)
        alarms += bool(audit_tally(tally_scores(outcome, score, group, "ab"), 0.5).gaps)
    assert alarms / 300 < 0.12  # two questions, one in twenty each


def numbers(spread, lean, n=1000, seed=0):
    rng = np.random.default_rng(seed)
    group = np.arange(n) % 2
    errors = rng.normal(size=n) * np.where(group, spread, 1) + lean * group
    return audit_errors(tally_errors(np.zeros(n), errors, group, ("f", "m")), segment="gender")


def test_numeric_predictions_are_held_to_a_fifth():
    assert numbers(1.0, 0.0).judgement is Judgement.NO_EVIDENCE
    assert numbers(1.0, 0.0).verdict.startswith("No evidence of a gap by gender: typical errors differ by")
    assert numbers(1.5, 0.0).gaps == ("mae",)
    assert "the typical error is" in numbers(1.5, 0.0).verdict
    assert numbers(1.0, 0.5).gaps == ("mean_error",)
    assert "for “m”" in numbers(1.0, 0.5).verdict
    assert numbers(1.5, 0.0, n=40).judgement is Judgement.TOO_FEW
