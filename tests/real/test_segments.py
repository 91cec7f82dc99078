"""Groups of real customers: are they found, and can their names be read?"""

import numpy as np
import pytest

from crm_ai import read_table
from crm_ai.segmentation import customer_map, find_clusters, name_groups, profiles, segment_outcomes

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def telco(real_data):
    return read_table(real_data("telco_churn.csv"))


def test_customers_without_internet_are_a_group(telco):
    found = find_clusters(telco)
    named = name_groups(telco, found.segmentation())
    print(f"\n{found.verdict}\n{named.to_frame()}")  # noqa: T201
    assert found.is_natural
    without = (telco.frame["InternetService"] == "No").to_numpy()
    group = next(name for name in named.groups if "no InternetService" in name)
    assert (named.mask(group) == without).mean() > 0.99
    assert not any(" = " in name or "customerID" in name for name in named.groups)


def test_dense_groups_are_those_with_and_without_internet(telco):
    found = find_clusters(telco, method="density")
    print(f"\n{found.verdict}")  # noqa: T201
    without = (telco.frame["InternetService"] == "No").to_numpy()
    groups = {int(code) for code in found.codes if code >= 0}
    shares = {code: without[found.codes == code].mean() for code in groups}
    assert all(share < 0.01 or share > 0.99 for share in shares.values())


def test_groups_differ_in_what_became_of_them(telco):
    named = name_groups(telco, find_clusters(telco, k=4).segmentation())
    shares = {
        group: next(one.inside for one in its.differences if one.column == "Churn" and one.label == "Yes")
        for group, its in profiles(telco, named, columns=["Churn"]).items()
    }
    print(f"\n{shares}")  # noqa: T201
    assert max(shares.values()) > 3 * min(shares.values())


def test_car_insurance_customers_form_one_cloud(real_data):
    table = read_table(real_data("customer_value.csv"))
    found = find_clusters(table)
    named = name_groups(table, found.segmentation())
    print(f"\n{found.verdict}\n{named.to_frame()}")  # noqa: T201
    assert not found.is_natural
    worth = segment_outcomes(table, named, value="Customer Lifetime Value")
    assert worth[worth["metric"] == "value_share"]["value"].sum() == pytest.approx(1)
    laid = customer_map(table, found, named)
    print(laid.axes, round(laid.kept, 2))  # noqa: T201
    assert len(laid.points) == 2000
    assert np.isfinite(laid.groups[["x", "y"]]).all(axis=None)


def test_chinese_order_lines_can_be_grouped(real_data):
    table = read_table(real_data("superstore_zh.xls"))
    found = find_clusters(table, ["销售额", "数量", "折扣", "利润", "细分", "类别"], k=4)
    named = name_groups(table, found.segmentation(name="群"))
    print(f"\n{found.verdict}\n{named.to_frame()}")  # noqa: T201
    assert len(set(named.groups)) == 4
    assert any("折扣" in name or "类别" in name for name in named.groups)
