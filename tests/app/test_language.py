"""The app in Chinese: chosen, guessed, kept, and spoken on every page without a leftover."""

import ast
import re

import numpy as np
import pandas as pd
import pytest
from streamlit.runtime.context import ContextProxy

from crm_ai.words import use_language
from tests.app.driving import ROOT, assert_sound, go, upload, words

# What stays as it is: names of the field's terms, of files and of people who found something.
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
TERMS = ["demographic parity", "equalized odds", "equal opportunity", "odds ratio"]


@pytest.fixture(autouse=True)
def chinese():
    """Streamlit's test driver writes the options of widgets itself, in the language of the test."""
    use_language("zh")
    yield
    use_language("en")


@pytest.fixture
def chinese_customers() -> bytes:
    """Customers of a Chinese firm, headers and labels included."""
    rng = np.random.default_rng(3)
    rows = 500
    months = rng.integers(1, 60, rows)
    plan = rng.choice(["月付", "年付", "两年付"], rows, p=[0.5, 0.3, 0.2])
    leaves = rng.random(rows) < 1 / (1 + np.exp(0.06 * months - 1.4 * (plan == "月付")))
    frame = pd.DataFrame(
        {
            "客户编号": [f"K{number:05d}" for number in range(rows)],
            "性别": rng.choice(["女", "男"], rows),
            "在网月数": months,
            "合约": plan,
            "月消费": np.round(rng.gamma(3, 25, rows), 2),
            "是否流失": np.where(leaves, "是", "否"),
        }
    )
    return frame.to_csv(index=False).encode("gb18030")


def english(at, names=()):
    """Passages that are still English, but for names of columns, labels and files."""
    said = words(at)
    for name in sorted([*names, *TERMS], key=len, reverse=True):
        said = said.replace(name, "·").replace(name.replace("_", r"\_"), "·")
    said = re.sub(r"https?://\S+|:material/\w+:|`[^`]*`|“[^”]*”|<style>.*</style>", "", said, flags=re.S)
    return ENGLISH.findall(said)


def test_a_word_of_the_address_chooses(visit):
    at = visit(language="zh")
    assert_sound(at)
    assert at.title[0].value == "我在这里能做什么？"
    assert at.query_params["language"] in ("zh", ["zh"])


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("zh-CN", "我在这里能做什么？"),
        ("en-GB", "What can I do here?"),
        ("fr-FR", "What can I do here?"),
        (None, "What"),
    ],
)
def test_the_browser_makes_the_first_guess(visit, monkeypatch, locale, title):
    monkeypatch.setattr(ContextProxy, "locale", property(lambda _self: locale))
    at = visit()
    assert at.title[0].value.startswith(title)
    assert "language" not in at.query_params


def test_a_choice_outweighs_the_browser_and_goes_along(visit, monkeypatch):
    monkeypatch.setattr(ContextProxy, "locale", property(lambda _self: "zh-CN"))
    at = visit()
    at.radio(key="language").set_value("en").run()
    assert at.title[0].value == "What can I do here?"
    assert go(at, "data").query_params["language"] in ("en", ["en"])
    assert at.title[0].value == "Can I trust this table?"


def test_nonsense_in_the_address_is_not_a_language(visit):
    assert visit(language="../../x").title[0].value == "What can I do here?"


def test_one_language_never_gets_words_kept_for_another(visit):
    english_first = visit("data", data="sample:telephone_customers", language="en")
    chinese_then = visit("data", data="sample:telephone_customers", language="zh")
    english_again = visit("data", data="sample:telephone_customers", language="en")
    assert "gives the answer away" in words(english_first)
    assert "泄露了答案" in words(chinese_then)
    assert words(english_again) == words(english_first)


def test_the_language_can_change_in_the_middle_of_work(visit, churn_csv):
    at = upload(visit(language="zh"), churn_csv)
    go(at, "train").button(key="train").click().run()
    at = go(at, "explain")
    at.session_state["explain_tab"] = "为什么是这位客户？"
    at.run()
    assert_sound(at)
    at.radio(key="language").set_value("en").run()
    use_language("en")
    assert_sound(at)
    assert at.title[0].value == "Why does it say so?"
    assert [tab.label for tab in at.tabs][:3] == ["What moves the model?", "Why this customer?", "What if?"]
    assert not re.search("[\u4e00-\u9fff]", words(at).replace("中文", "").replace("语言", ""))


TABS = {"metrics": ("judging_",), "explain": ("explain_tab",), "data": ("data_tab",)}


@pytest.mark.parametrize("source", ["sample", "chinese"])
def test_every_page_speaks_chinese(visit, chinese_customers, source):
    at = visit(language="zh")
    if source == "sample":
        at.button(key="sample_telephone_customers").click().run()
        header = (ROOT / "sample_data" / "telephone_customers.csv").read_text(encoding="utf-8").splitlines()[0]
        names = [*header.split(","), "two years", "one year", "landline only", "telephone_customers.csv"]
    else:
        at, names = upload(at, chinese_customers, "客户.csv"), []
    assert_sound(at)
    go(at, "train").button(key="train").click().run()
    for page in ("home", "data", "train", "metrics", "explain", "fairness", "deploy", "report"):
        at = go(at, page)
        for key in TABS.get(page, ()):
            for tab in [tab.label for tab in at.tabs]:
                at.session_state[key] = tab
                at.run()
                assert_sound(at)
                assert english(at, names) == [], (page, tab)
                assert not at.error, (page, tab)
        assert_sound(at)
        assert english(at, names) == [], page
        assert re.search("[\u4e00-\u9fff]", at.title[0].value)


def test_whatever_is_kept_is_kept_by_language():
    """What ``keeping`` keeps is found by its table or its run, whose keys hold the language."""
    for path in (ROOT / "crm_ai" / "app").glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
            takes = {ast.unparse(arg.annotation) for arg in function.args.args if arg.annotation}
            if any(one.removeprefix("keeping.") in ("kept", "kept_few") for one in decorators):
                assert takes & {"Table", "Run"}, f"{path.name}: {function.name}"
            elif any(one.startswith("st.cache") for one in decorators):
                holds_no_words = not function.args.args  # a shelf, empty at first
                assert holds_no_words or "spoken" in [arg.arg for arg in function.args.args], (path.name, function.name)
