"""What is kept of a comparison: a difference, and never what stood in its way."""

import pytest
import streamlit as st

from crm_ai.app import rivals
from crm_ai.deployment.registry import approve, open_registry, promote, register
from tests.unit.deployment.registry.conftest import TICKED, customers, trained


@pytest.fixture(autouse=True)
def nothing_kept():
    st.cache_resource.clear()


def test_a_file_that_comes_back_is_compared_with(tmp_path):
    registry, run = open_registry(tmp_path / "r.db", tmp_path / "files"), trained(customers())
    first, second = (register(run, name, registry, name="churn", note="n") for name in run.models)
    promote(registry, approve(registry, first, why="w", checklist=TICKED), why="w")
    file = tmp_path / "files" / first.artifact
    away = file.rename(file.with_suffix(".away"))
    assert "not there any more" in rivals._now(registry, run, second, first).why_not
    away.rename(file)
    found = rivals._now(registry, run, second, first)
    assert found.difference is not None
    assert rivals._now(registry, run, second, first) is found


def test_it_is_compared_with_the_champion_that_is_named(tmp_path):
    registry, run = open_registry(tmp_path / "r.db", tmp_path / "files"), trained(customers())
    first, second = (register(run, name, registry, name="churn", note="n") for name in run.models)
    promote(registry, approve(registry, second, why="w", checklist=TICKED), why="meanwhile")
    assert rivals._now(registry, run, second, first).champion == 1
