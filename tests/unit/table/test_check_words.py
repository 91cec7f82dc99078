import ast
from pathlib import Path

from crm_ai.table import Kind, check_in_words
from crm_ai.table.finding import _CHECKS

CHECKS = Path(__file__).parents[3] / "crm_ai" / "table" / "checks"


def made():
    """Names of checks, as the code writes them; those of columns that are set aside go by their kind."""
    found = {Kind.IDENTIFIER.value, Kind.TEXT.value}
    for file in CHECKS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                name = node.args[1]
                found |= {name.value} if isinstance(name, ast.Constant) else set()
    return found


def test_every_check_has_words_and_no_other():
    assert made() == set(_CHECKS)


def test_words_name_nothing_internal():
    for check in made():
        assert "_" not in check_in_words(check)
