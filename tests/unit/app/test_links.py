"""The address: what it may say."""

from __future__ import annotations

import pytest

from crm_ai.app import links


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data", "sample:telephone_customers"),
        ("data", "sA3C4clD_NdPoR35eRCS-w"),
        ("data", "sA3C4clD_NdPoR35eRCS-w~0123456789ab"),
        ("run", "0123456789abcdef01234567"),
        ("threshold", "0.42"),
        ("threshold", "1"),
        ("customer", "12"),
        ("segment", "any column: <b>"),
        ("reader", "manager"),
    ],
)
def test_what_the_app_writes_it_also_reads(name, value):
    assert links.valid(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data", "../../etc/passwd"),
        ("data", "sample:../secret"),
        ("data", "short"),
        ("run", "../../x"),
        ("run", "0123"),
        ("threshold", "1.01"),
        ("threshold", "nan"),
        ("customer", "-1"),
        ("reader", "<script>"),
        ("other", "x"),
        ("segment", ""),
        ("segment", "x" * 500),
    ],
)
def test_nothing_else_is_read(name, value):
    assert not links.valid(name, value)


def test_an_address_tells_what_its_page_shows():
    known = {"data": "sample:x", "run": "1" * 24, "customer": "7", "threshold": "0.3", "segment": "gender"}
    assert set(links.parameters("train", known)) == {"data", "run"}
    assert set(links.parameters("explain", known)) == {"data", "run", "customer", "segment"}
    assert set(links.parameters("fairness", known)) == {"data", "run", "threshold", "segment"}
