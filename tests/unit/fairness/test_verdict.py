import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from crm_ai.evaluation import tally_errors, tally_scores
from crm_ai.fairness import POINTS, Judgement, audit_cells, audit_errors, audit_tally, judged_together
from crm_ai.fairness.pairs import detectable_rate, rate_pairs


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


def test_chance_is_no_evidence_and_what_could_have_been_found_is_said():
    audit = audit_of([220, 205], [600, 600])
    assert audit.judgement is Judgement.NO_EVIDENCE
    assert audit.verdict == (
        "No evidence of a gap by gender: shares selected differ by 2.5 points (0 to 7.9). "
        "One of 8.5 points or more would very likely have been found."
    )


def test_few_customers_are_no_evidence_of_fairness():
    audit = audit_of([22, 18], [60, 60])
    assert audit.difference["selection_rate"].value > POINTS
    assert audit.judgement is Judgement.TOO_FEW
    assert audit.verdict == (
        "Too few customers to say whether there is a gap by gender: "
        "only one of 27 points or more would very likely have been found."
    )


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_detectable_difference_is_found_in_four_of_five_cases(share):
    n, rng = 1500, np.random.default_rng(0)
    cells = np.array([[n - round(n * share), round(n * share), 0, 0]] * 2)
    gap = detectable_rate("selection_rate", cells, 1)
    low, high = share - gap / 2, share + gap / 2
    found = 0
    for first, second in zip(rng.binomial(n, low, 400), rng.binomial(n, high, 400), strict=True):
        seen = np.array([[n - first, first, 0, 0], [n - second, second, 0, 0]])
        found += rate_pairs(["selection_rate"], seen, "ab")[0].beyond_chance
    assert 0.74 < found / 400 < 0.86


@pytest.mark.parametrize(("k", "n"), [((3, 9), (40, 30)), ((0, 6), (31, 90)), ((1, 2), (5, 400))])
def test_rare_cells_are_compared_exactly(k, n):
    cells = np.array([[whole - part, part, 0, 0] for part, whole in zip(k, n, strict=True)])
    (pair,) = rate_pairs(["selection_rate"], cells, "ab")
    table = hypergeom(sum(n), sum(k), n[0])
    assert pair.p == pytest.approx(min(1, 2 * min(table.cdf(k[0]), table.sf(k[0] - 1))))
    smaller = (
        fisher_exact(cells[:, :2], alternative="less").pvalue,
        fisher_exact(cells[:, :2], alternative="greater").pvalue,
    )
    assert pair.p == pytest.approx(min(1, 2 * min(smaller)))


def test_common_shares_are_compared_as_statsmodels_does():
    cells = np.array([[600, 400, 0, 0], [650, 350, 0, 0]])
    (pair,) = rate_pairs(["selection_rate"], cells, "ab")
    assert pair.p == pytest.approx(proportions_ztest([400, 350], [1000, 1000])[1])


def test_pairs_are_corrected_as_statsmodels_does():
    cells = np.array([[700, 300, 40, 60], [640, 360, 50, 50], [660, 340, 30, 70]])
    pairs = rate_pairs(("selection_rate", "true_positive_rate"), cells, "abc")
    expected = multipletests([pair.p for pair in pairs], method="holm")[1]
    assert [pair.corrected for pair in pairs] == pytest.approx(expected)


def test_several_audits_are_corrected_together():
    borderline = audit_of([400, 331], [1000, 1000])
    assert borderline.judgement is Judgement.GAP
    many = judged_together([borderline, *(audit_of([400, 400], [1000, 1000]) for _ in range(30))])
    assert many[0].judgement is Judgement.NO_EVIDENCE
    assert len(many) == 31
    certain = audit_of([600, 200], [1000, 1000])
    assert judged_together([certain, *many])[0].judgement is Judgement.GAP


def fair_and_unfair(rng, rates, n):
    """Cells of models that select, find and alarm alike in all groups but for `rates` of selection."""
    base = 0.3
    found, alarmed = np.minimum(np.asarray(rates) + 0.35, 1), np.asarray(rates) - 0.15
    shares = np.stack([(1 - base) * (1 - alarmed), (1 - base) * alarmed, base * (1 - found), base * found], axis=1)
    return np.stack([rng.multinomial(size, share) for size, share in zip(n, shares, strict=True)])


def test_false_alarms_are_at_most_one_in_twenty_even_with_twelve_groups():
    rng, alarms = np.random.default_rng(0), 0
    groups = tuple("abcdefghijkl")
    for _ in range(500):
        n = np.exp(rng.uniform(np.log(30), np.log(3000), 12)).astype(int)
        cells = fair_and_unfair(rng, np.full(12, rng.uniform(0.2, 0.5)), n)
        alarms += audit_cells(cells, groups).judgement is Judgement.GAP
    assert alarms / 500 <= 0.05


def test_a_planted_gap_is_found_in_nine_of_ten_cases():
    rng, found = np.random.default_rng(1), 0
    for _ in range(200):
        cells = fair_and_unfair(rng, [0.3] * 11 + [0.4], [2000] * 12)
        audit = audit_cells(cells, tuple("abcdefghijkl"))
        found += "selection_rate" in audit.gaps
    assert found / 200 >= 0.9


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


def test_few_errors_are_no_evidence_of_fairness():
    audit = numbers(1.0, 0.0, n=70)
    assert audit.judgement is Judgement.TOO_FEW
    assert audit.verdict.startswith("Too few customers to say whether there is a gap by gender: only one of ")


def test_false_alarms_of_errors_are_rare():
    alarms = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        group, errors = rng.integers(0, 6, 900), rng.exponential(size=900) - 1
        audit = audit_errors(tally_errors(np.zeros(900), errors, group, "abcdef"))
        alarms += audit.judgement is Judgement.GAP
    assert alarms / 400 <= 0.05
