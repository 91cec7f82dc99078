import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact, ttest_ind
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from crm_ai.errors import CrmAiError, EmptySegmentError
from crm_ai.segmentation import Segmentation, profile, profiles
from crm_ai.segmentation.differences import difference_of_means, difference_of_shares, holm
from crm_ai.table import table_from_frame
from tests.unit.segmentation.planted import planted


@pytest.fixture(scope="module")
def table():
    return table_from_frame(planted()[0])


def test_means_are_compared_as_by_welch():
    generator = np.random.default_rng(0)
    one, other = generator.normal(3, 2, 40), generator.normal(2, 5, 300)
    found, theirs = difference_of_means(one, other), ttest_ind(one, other, equal_var=False)
    interval = theirs.confidence_interval()
    assert found.p == pytest.approx(theirs.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    pooled = np.sqrt((39 * one.var(ddof=1) + 299 * other.var(ddof=1)) / 338)
    assert found.effect == pytest.approx((one.mean() - other.mean()) / pooled)


@pytest.mark.parametrize(("hits", "n"), [((56, 48), (70, 80)), ((3, 90), (200, 900)), ((400, 10), (1000, 100))])
def test_shares_are_compared_as_by_newcombe(hits, n):
    found = difference_of_shares(hits, n)
    low, high = confint_proportions_2indep(hits[0], n[0], hits[1], n[1], method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.p == pytest.approx(proportions_ztest(hits, n)[1])
    shares = hits[0] / n[0], hits[1] / n[1]
    assert found.effect == pytest.approx(2 * np.arcsin(np.sqrt(shares[0])) - 2 * np.arcsin(np.sqrt(shares[1])))


def test_few_customers_are_compared_exactly():
    found = difference_of_shares((4, 1), (5, 9))
    assert found.p == pytest.approx(fisher_exact([[4, 1], [1, 8]]).pvalue)


def test_intervals_cover():
    generator = np.random.default_rng(1)
    held = {"share": 0, "mean": 0}
    for _draw in range(2000):
        share = difference_of_shares((generator.binomial(60, 0.3), generator.binomial(400, 0.1)), (60, 400))
        held["share"] += share.low <= 0.2 <= share.high
        mean = difference_of_means(generator.normal(1, 2, 25), generator.normal(0, 1, 100))
        held["mean"] += mean.low <= 1 <= mean.high
    assert 0.93 <= held["share"] / 2000 <= 0.97
    assert 0.93 <= held["mean"] / 2000 <= 0.97


def test_p_values_are_corrected_as_by_holm():
    p = np.random.default_rng(2).uniform(size=12) ** 3
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    assert holm(np.array([])).shape == (0,)


def test_a_profile_counts_each_comparison_once(table):
    inside = np.random.default_rng(0).random(600) < 0.3
    found = profile(table, inside)
    tested = [one.p for one in found.differences if not (one.column == "complains" and one.label == "Yes")]
    expected = dict(zip(tested, multipletests(tested, method="holm")[1], strict=True))
    assert all(one.adjusted == pytest.approx(expected[one.p]) for one in found.differences if one.p in expected)
    yes, no = (one for one in found.differences if one.column == "complains")
    assert yes.adjusted == no.adjusted


def test_a_segment_drawn_by_chance_differs_in_nothing(table):
    generator = np.random.default_rng(3)
    alarms = [any(one.is_sure for one in profile(table, generator.random(600) < 0.4).differences) for _ in range(200)]
    assert np.mean(alarms) <= 0.08


def test_figures_are_those_of_pandas(table):
    inside = (table.frame["months"] > 45).to_numpy()
    frame = profile(table, inside, name="long").to_frame().set_index(["column", "label"])
    cells = table.frame
    assert frame.loc[("spent", ""), "inside"] == pytest.approx(cells.loc[inside, "spent"].mean())
    assert frame.loc[("spent", ""), "outside"] == pytest.approx(cells.loc[~inside, "spent"].mean())
    share = (cells.loc[inside, "contract"] == "two years").mean()
    assert frame.loc[("contract", "two years"), "inside"] == pytest.approx(share)
    assert (frame["n_inside"] == inside.sum()).all()
    assert (frame["segment"] == "long").all()


def test_the_strongest_differences_are_those_that_were_planted(table):
    kind = planted()[1]
    strongest = profile(table, kind == 0).strongest()
    assert {one.column for one in strongest[:4]} <= {"months", "spent", "contract", "complains"}
    assert not any(one.column in ("noise", "colour") for one in strongest)


def test_dates_and_missing_cells_are_compared():
    frame = pd.DataFrame(
        {
            "joined": pd.to_datetime(["2024-01-01 00:00"] * 30 + ["2025-01-01 12:00"] * 30),
            "age": [np.nan] * 20 + list(np.arange(40) / 3),
            "city": ["北京", None] * 30,
        }
    )
    found = profile(table_from_frame(frame), np.arange(60) < 30)
    by = {(one.column, one.measure): one for one in found.differences}
    assert by["joined", "mean"].difference == pytest.approx(-366.5)
    assert (by["age", "missing"].inside, by["age", "missing"].outside) == (pytest.approx(2 / 3), 0)
    assert by["age", "missing"].is_sure
    assert by["city", "share"].n_inside == 15


def test_constant_columns_everybody_and_three_rows_end_without_a_fuss():
    table = table_from_frame(pd.DataFrame({"a": [1.0, 1.0, 1.0], "b": ["x", "y", "x"], "c": [1.5, 2.5, 9.5]}))
    for inside in ([True, False, False], [True, True, True], [True, True, False]):
        found = profile(table, np.array(inside), columns=["a", "b", "c"])
        assert not found.strongest()
        assert len(found.to_frame()) == 4
    constant = profile(table, np.array([True, False, False]), columns=["a"]).differences[0]
    assert constant.difference == 0
    assert np.isnan(constant.effect)


def test_a_segment_that_is_none_is_told_off(table):
    with pytest.raises(EmptySegmentError, match="No customer is in this segment"):
        profile(table, np.zeros(600, dtype=bool))
    with pytest.raises(CrmAiError, match="true or false for each of the 600"):
        profile(table, np.ones(5, dtype=bool))


def test_groups_without_customers_have_no_profile(table):
    groups = Segmentation("g", np.zeros(600, dtype=int), ("all", "none"), "By hand.")
    assert list(profiles(table, groups, columns=["months"])) == ["all"]
