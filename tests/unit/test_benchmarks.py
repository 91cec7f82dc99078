"""Benchmarks and tools run seldom: what they take from crm_ai must be there when they do."""

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted([*(ROOT / "benchmarks").glob("*.py"), *(ROOT / "tools").glob("*.py")])


def taken(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("crm_ai", "benchmarks"):
            for alias in node.names:
                yield node.module, alias.name


def is_there(module, name):
    found = importlib.import_module(module)
    if hasattr(found, name):
        return True
    return importlib.util.find_spec(f"{module}.{name}") is not None


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_script_takes_is_there(path):
    assert [f"{module}.{name}" for module, name in taken(path) if not is_there(module, name)] == []
