"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ["CRM_AI_LANGUAGE"] = "en"  # whatever the language of the machine that runs the tests
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Path of a public data set by file name; the test is skipped, saying so, where it is absent."""

    def find(name: str) -> Path:
        path = REAL_DATA / name
        if not path.exists():
            pytest.skip(f"the public data set {name} is not at ../shared/data beside the project")
        return path

    return find
