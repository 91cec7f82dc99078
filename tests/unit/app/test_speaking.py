"""The language goes where the words are made, and changes nothing but words."""

import re
import threading

import pytest

from crm_ai.app import headings, speaking
from crm_ai.deployment import model_card
from crm_ai.fairness import audit_fairness
from crm_ai.modeling import make_plan, propose_problem, run_digest, train
from crm_ai.table import inspect, read_table
from crm_ai.words import _, language, use_language

SAMPLE = "sample_data/telephone_customers.csv"


@pytest.fixture
def chinese():
    use_language("zh")
    yield
    use_language("en")


def test_a_download_speaks_the_language_of_its_button(chinese):
    make = speaking.in_this_language(lambda: _("Done."))
    made = []
    thread = threading.Thread(target=lambda: made.append((language(), make())))
    thread.start()
    thread.join()
    assert made == [("en", "完成。")]


def test_tables_findings_and_runs_are_the_same_in_every_language():
    told = {}
    for spoken in ("en", "zh"):
        use_language(spoken)
        table = read_table(SAMPLE)
        problem = propose_problem(table).problem
        findings = [
            (f.column, f.check, f.severity, f.rows, f.repair, f.certain) for f in inspect(table, target="churned")
        ]
        told[spoken] = (table.digest, problem, run_digest(table, make_plan(problem)), findings)
    use_language("en")
    assert told["en"] == told["zh"]


def test_a_card_is_chinese_throughout(chinese):
    table = read_table(SAMPLE)
    run = train(table, propose_problem(table).problem, ["logistic_regression"])
    card = model_card(run, "logistic_regression", audits=[audit_fairness(run, "logistic_regression", "gender")])
    plain = re.sub(r"“[^”]*”|`[^`]*`|two years|one year|landline only", "", card)
    assert re.findall(r"[A-Za-z]{3,} [a-z]{3,}", plain) == []
    assert "模型说明卡" in card


def test_headings_are_for_people_and_leave_names_alone(chinese):
    assert headings.in_words(["column", "mean_absolute", "low", "n"]) == {
        "column": "列", "mean_absolute": "贡献的平均大小", "low": "下限", "n": "客户数",
    }  # fmt: skip
    assert headings.in_words(["结果", "low", "monthly"]) == {}
    assert headings.in_words(["threshold", "selection_rate"])["selection_rate"] == "选中（选中率）"
