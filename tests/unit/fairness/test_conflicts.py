import re

import numpy as np
import pytest

from crm_ai.errors import CrmAiError
from crm_ai.fairness import CONCERNS, FAIRNESS_METRICS, Notion, conflicts, recommend
from crm_ai.words import use_language


def cells_of(base, found, alarmed, n):
    return np.array(
        [round(n * x) for x in ((1 - base) * (1 - alarmed), (1 - base) * alarmed, base * (1 - found), base * found)]
    )


def test_equal_odds_select_unequally_where_the_answer_is_unequally_frequent():
    cells = np.stack([cells_of(0.5, 0.8, 0.2, 10_000), cells_of(0.1, 0.8, 0.2, 10_000)])
    found = {(c.first, c.second): c for c in conflicts(cells, ("old", "young"))}
    odds = found[Notion.EQUALIZED_ODDS, Notion.DEMOGRAPHIC_PARITY]
    selected = cells[:, [1, 3]].sum(axis=1) / 10_000
    assert odds.gap == pytest.approx(selected[0] - selected[1], abs=1e-9)
    assert (odds.high, odds.low) == ("old", "young")
    assert "50 % of “old” have the answer, 10 % of “young”" in odds.words
    assert found[Notion.CALIBRATION, Notion.DEMOGRAPHIC_PARITY].gap == pytest.approx(0.4)


def test_equal_precision_and_hits_force_unequal_alarms():
    # 0.6 of the selected are right and 0.5 of those with the answer are found in both groups, so alarms follow.
    cells = np.array([[400 - 200, 200, 300, 300], [850 - 50, 50, 75, 75]]) * 10
    found = {(c.first, c.second): c for c in conflicts(cells, ("a", "b"))}
    gap = found[Notion.PREDICTIVE_PARITY, Notion.EQUALIZED_ODDS].gap
    assert gap == pytest.approx(200 / 400 - 50 / 850, abs=1e-9)


def test_equal_base_rates_and_few_customers_force_nothing():
    assert conflicts(np.array([[500, 100, 100, 200], [505, 95, 100, 200]]), ("a", "b")) == ()
    assert conflicts(np.array([[5, 0, 0, 5], [500, 95, 100, 200]]), ("a", "b")) == ()
    assert conflicts(np.zeros((0, 4), dtype=int), ()) == ()


@pytest.mark.parametrize("sure", [[0, 0, 20, 80], [80, 20, 0, 0]])
def test_groups_in_which_all_or_none_have_the_answer_make_no_trouble(sure):
    found = {(c.first, c.second) for c in conflicts(np.array([sure, [300, 50, 60, 90]]), ("sure", "others"))}
    assert (Notion.EQUALIZED_ODDS, Notion.DEMOGRAPHIC_PARITY) in found
    assert (Notion.PREDICTIVE_PARITY, Notion.EQUALIZED_ODDS) not in found


def test_nobody_selected_leaves_only_what_can_be_said():
    found = conflicts(np.array([[500, 0, 500, 0], [900, 0, 100, 0]]), ("a", "b"))
    assert all("nan" not in c.words and "–" not in c.words for c in found)


def test_each_concern_leads_to_a_metric_that_exists():
    for concern in CONCERNS:
        assert recommend(concern.id) is concern
        assert concern.metric in (*FAIRNESS_METRICS, "calibration_gap", "mean_error")
        assert concern.question.endswith("?")
        assert concern.why
    with pytest.raises(CrmAiError, match="fashion"):
        recommend("fashion")


def test_questions_are_asked_in_the_readers_language():
    use_language("zh")
    try:
        for concern in CONCERNS:
            assert re.search(r"[\u4e00-\u9fff]", concern.question), concern.id
            assert re.search(r"[\u4e00-\u9fff]", concern.why), concern.id
    finally:
        use_language("en")
