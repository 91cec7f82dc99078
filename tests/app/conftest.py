"""The app without a browser: every page is run by Streamlit's own test driver, in a workspace of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.app.driving import ROOT, customers, go


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch) -> Path:
    """A workspace that is empty."""
    monkeypatch.setenv("CRM_AI_WORKSPACE", str(tmp_path / "workspace"))
    st.cache_resource.clear()
    st.cache_data.clear()
    return tmp_path / "workspace"


@pytest.fixture
def visit() -> Callable[..., AppTest]:
    """A new visitor comes to an address."""

    def come(page: str = "home", **address: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in address.items():
            at.query_params[name] = value
        at.run()
        return at if page == "home" else go(at, page)

    return come


@pytest.fixture
def churn_csv() -> bytes:
    """A table of customers who leave or stay."""
    return customers()
