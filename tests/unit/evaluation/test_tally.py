import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from crm_ai.errors import EmptySegmentError, ProblemError
from crm_ai.evaluation import tally_scores

GRID = np.arange(101) / 100
customers = st.lists(
    st.tuples(
        st.integers(0, 1), st.one_of(st.floats(0, 1), st.integers(0, 20).map(lambda i: i / 20)), st.integers(0, 2)
    ),
    min_size=1,
    max_size=80,
)
quick = settings(max_examples=60, deadline=None)


def columns(rows):
    outcome, score, group = zip(*rows, strict=True)
    return np.array(outcome), np.array(score), np.array(group)


@quick
@given(customers, st.sampled_from(GRID.tolist()), st.sampled_from([5, 2048]))
def test_cells_are_exact_on_the_grid_whatever_the_number_of_bins(rows, threshold, bins):
    outcome, score, _group = columns(rows)
    expected = confusion_matrix(outcome, score >= threshold, labels=[0, 1]).ravel()
    assert tally_scores(outcome, score, bins=bins).cells(threshold)[0].tolist() == expected.tolist()


@quick
@given(customers, st.floats(-0.5, 1.5))
def test_cells_are_exact_everywhere_with_few_distinct_scores(rows, threshold):
    outcome, score, _group = columns(rows)
    if abs(threshold - round(threshold, 2)) > 1e-9:
        expected = confusion_matrix(outcome, score >= threshold, labels=[0, 1]).ravel()
        assert tally_scores(outcome, score).cells(threshold)[0].tolist() == expected.tolist()


@quick
@given(customers, customers)
def test_tallies_add(one, two):
    whole = tally_scores(*columns(one + two), "abc", bins=7)
    parts = [tally_scores(*columns(rows), "abc", edges=whole.edges) for rows in (one, two)]
    added = parts[0] + parts[1]
    assert (added.counts == whole.counts).all()
    assert added.score_sums == pytest.approx(whole.score_sums, abs=1e-12)


@quick
@given(customers)
def test_every_customer_is_counted_once_and_scores_are_kept(rows):
    outcome, score, group = columns(rows)
    tally = tally_scores(outcome, score, group, "abc", bins=4)
    assert tally.n == len(rows)
    assert tally.counts.sum(axis=(0, 2)).tolist() == [int((outcome == 0).sum()), int(outcome.sum())]
    assert list(tally.sizes.values()) == np.bincount(group, minlength=3).tolist()
    assert tally.score_sums.sum() == pytest.approx(score.sum())
    filled = tally.counts.sum(axis=(0, 1)) > 0
    mean = tally.score_sums.sum(axis=(0, 1))[filled] / tally.counts.sum(axis=(0, 1))[filled]
    assert (tally.edges[:-1][filled] <= mean + 1e-12).all()
    assert (mean - 1e-12 <= tally.edges[1:][filled]).all()


@quick
@given(customers)
def test_a_higher_threshold_never_selects_more(rows):
    tally = tally_scores(*columns(rows), "abc", bins=6)
    selected = np.array([tally.cells(threshold)[:, [1, 3]] for threshold in GRID])
    assert (np.diff(selected, axis=0) <= 0).all()
    assert (tally.cells(0.5).sum(axis=1) == list(tally.sizes.values())).all()


@quick
@given(customers)
def test_groups_sum_to_the_total(rows):
    tally = tally_scores(*columns(rows), "abc")
    assert (tally.total().counts == tally_scores(*columns(rows)[:2]).counts).all()
    for group, n in tally.sizes.items():
        if n:
            assert tally.select(group).n == n


def test_slider_noise_does_not_move_a_threshold():
    score = np.arange(100) / 100
    tally = tally_scores(np.ones(100, int), score)
    for step in range(101):
        assert tally.cells(0.01 * step)[0].tolist() == tally.cells(step / 100)[0].tolist() == [0, 0, step, 100 - step]


def test_many_scores_are_binned_by_their_quantiles_and_heavy_ones_stand_alone():
    rng = np.random.default_rng(0)
    score = np.where(rng.random(50_000) < 0.3, 0.123456, rng.beta(1, 30, 50_000))
    tally = tally_scores(rng.integers(0, 2, 50_000), score)
    counts = tally.counts.sum(axis=(0, 1))
    assert len(counts) < 2300
    heavy = int(np.argmax(counts))
    assert counts[heavy] == (score == 0.123456).sum()
    assert np.delete(counts, heavy).max() <= 50_000 / 2048 + 1


def test_scores_beyond_the_unit_interval_are_kept():
    tally = tally_scores([0, 1, 1], [-0.4, 0.5, 1.7])
    assert tally.cells(0.0)[0].tolist() == [1, 0, 0, 2]
    assert tally.cells(1.7)[0].tolist() == [1, 0, 1, 1]
    assert tally.cells(1.8)[0].tolist() == [1, 0, 2, 0]


def test_customers_without_a_group_get_one():
    tally = tally_scores([0, 1, 1], [0.1, 0.2, 0.3], [0, -1, 1], ("f", "m"))
    assert tally.sizes == {"f": 1, "m": 1, "(missing)": 1}
    other = tally_scores([0], [0.1], [0], ("m",), edges=tally.edges)
    assert (tally + other).sizes == {"f": 1, "m": 2, "(missing)": 1}


def test_empty_groups_stay_visible_but_cannot_be_selected():
    tally = tally_scores([0, 1], [0.1, 0.2], [0, 0], ("f", "m"))
    assert tally.sizes == {"f": 2, "m": 0}
    for group in ("m", "x"):
        with pytest.raises(EmptySegmentError, match=group):
            tally.select(group)


@pytest.mark.parametrize("outcome", [[True, False, True], [1.0, 0.0, 1.0], np.array([1, 0, 1], dtype=np.int8)])
def test_outcomes_may_be_of_any_type(outcome):
    assert tally_scores(outcome, [0.2, 0.3, 0.4]).cells(0.3)[0].tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0, 1], [0.5]), "same length"),
        (([0, 2], [0.5, 0.5]), "0 or 1"),
        (([0, 1], [0.5, np.nan]), "missing or infinite"),
        (([0, 1], [0.5, np.inf]), "missing or infinite"),
        (([0, 1], [0.5, 0.5], [0, 5], ("a", "b")), "name"),
        (([0, 1], [0.5, 0.5], [0], ("a", "b")), "differ in number"),
        (([0, 1], [0.5, 0.5], [0, 1], ("a", "a")), "name"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, words):
    with pytest.raises(ProblemError, match=words):
        tally_scores(*arguments)


def test_scores_beyond_given_edges_are_refused():
    with pytest.raises(ProblemError, match="beyond the edges"):
        tally_scores([1], [0.9], edges=[0.0, 0.5])


def test_tallies_with_other_edges_do_not_add():
    with pytest.raises(ProblemError, match="different score bins"):
        tally_scores([1], [0.111]) + tally_scores([1], [0.222])


def test_nobody_is_a_tally_too():
    assert tally_scores([], []).cells(0.5).tolist() == [[0, 0, 0, 0]]
