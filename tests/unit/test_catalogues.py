"""Every word of the code is in every catalogue, and translations say what the English says."""

import calendar
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crm_ai.catalogue import Catalogue, Entry, read_catalogue, read_entries
from tools.refresh_catalogues import PLURAL_FORMS, ROOT, entries_of, merged, messages, path_of, written

TRANSLATED = sorted(PLURAL_FORMS)
# Files whose words may still be English. Keep it short: name a file here only while its words change every day.
NOT_TRANSLATED_YET: frozenset[str] = frozenset()
# In Chinese, months are numbers.
OTHER_FIGURES = {"1 February", "January 2", *calendar.month_name[1:]}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_is_up_to_date(language):
    expected = written(merged(messages(), entries_of(language)), language)
    now = path_of(language).read_text(encoding="utf-8")
    assert now == expected, "run python tools/refresh_catalogues.py and translate what it lists"


def placeholders(text):
    return sorted(re.findall(r"\{[^{}]*\}", text))


def problems(entry):
    """What is wrong with a translation, in words."""
    for words in entry.translations:
        if entry.message.strip() and not words.strip():
            yield "it is empty"
        if entry.many:
            every = set(placeholders(entry.message)) | set(placeholders(entry.many))
            lost = set(placeholders(entry.many)) - set(placeholders(words))
            if lost or set(placeholders(words)) - every:
                yield f"placeholders differ: {placeholders(words)} for {placeholders(entry.many)}"
        elif placeholders(words) != placeholders(entry.message):
            yield f"placeholders differ: {placeholders(words)} for {placeholders(entry.message)}"
        for mark in ("**", "`", "\n"):
            if words.count(mark) != entry.message.count(mark):
                yield f"{mark!r} occurs another number of times"
    if any(line.startswith("#,") and "fuzzy" in line for line in entry.comments):
        yield "it is fuzzy"


def finished(language):
    """Entries that must be right."""
    return [entry for entry in entries_of(language) if entry.comments[-1][3:] not in NOT_TRANSLATED_YET]


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_what_the_code_needs(language):
    wrong = {entry.message: found for entry in finished(language) if (found := list(problems(entry)))}
    assert wrong == {}


ENDS = {".": "。", "?": "？", "…": "…", ":": "：:"}


def figures(text):
    return set(re.findall(r"\d[\d.,]*\d|\d", re.sub(r"\{[^{}]*\}", "", text)))


def lapses(entry):
    """Where a Chinese translation seems to speak of something else, or stayed English, in words."""
    words = entry.translations[0]
    if not CHINESE.search(words) and re.search(r"[A-Za-z]{3,} [a-z]{3,}", re.sub(r"\{[^{}]*\}", "", words)):
        yield "it is English"
    last = entry.message.strip()[-1:]
    if last in ENDS and words != entry.message and words[-1:] not in ENDS[last]:
        yield f"it ends with {words[-1:]!r} instead of {ENDS[last]!r}"
    if entry.message not in OTHER_FIGURES and figures(words) != figures(entry.message):
        yield f"figures differ: {figures(words)} for {figures(entry.message)}"


def test_chinese_ends_like_the_english_and_holds_the_same_figures():
    wrong = {entry.message: found for entry in finished("zh") if (found := list(lapses(entry)))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Entry("{n} customers", "", ("客户",)), "placeholders"),
        (Entry("**Good**", "", ("好",)), "occurs another number"),
        (Entry("Done.", "", ("",)), "empty"),
        (Entry("Done.", "", ("完成。",), ("#, fuzzy",)), "fuzzy"),
        (Entry("{n} row", "{n} of {all} rows", ("{n} 行",)), "placeholders"),
    ],
)
def test_a_broken_translation_would_be_found(broken, said):
    assert any(said in problem for problem in problems(broken))


def test_unfinished_entries_stay_english(tmp_path):
    path = tmp_path / "crm_ai.po"
    path.write_text('msgid "A"\nmsgstr ""\n\n#, fuzzy\nmsgid "B"\nmsgstr "乙"\n\nmsgid "C"\nmsgstr "丙"\n', "utf-8")
    catalogue = read_catalogue(path)
    assert [catalogue.gettext(message) for message in "ABC"] == ["A", "B", "丙"]


def test_a_missing_catalogue_stays_english(tmp_path):
    catalogue = read_catalogue(tmp_path / "none.po")
    assert catalogue.gettext("Done.") == "Done."
    assert [catalogue.ngettext("one", "many", n) for n in (0, 1, 2)] == ["many", "one", "many"]


def test_forms_follow_the_language():
    polish = "(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
    catalogue = Catalogue({"file": ("plik", "pliki", "plików")}, polish)
    assert [catalogue.ngettext("file", "files", n) for n in (1, 3, 5, 22)] == ["plik", "pliki", "plików", "pliki"]


def test_what_is_written_is_read_again():
    entries = [
        Entry('a "quoted"\\ line\nand\tmore', "", ("“引用”\n",), ("#: here.py",)),
        Entry("{n} row", "{n} rows", ("行",)),
    ]
    read = list(read_entries(written(entries, "zh")))
    assert read[1:] == entries
    assert "plural=0" in read[0].translations[0]


def test_nothing_is_said_while_modules_are_imported():
    code = """
import importlib, pkgutil
import crm_ai, crm_ai.words as words

def too_early(*args):
    raise AssertionError(f"said at import, before a language is chosen: {args}")

words._ = words.ngettext = words.count = words.number = words.percent = too_early
for module in pkgutil.walk_packages(crm_ai.__path__, "crm_ai."):
    if module.name != "crm_ai.__main__":
        importlib.import_module(module.name)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_phrases_are_written_out_where_they_are_marked():
    """A phrase that is put together before it is translated cannot be found, nor be translated."""
    import ast

    from tools.refresh_catalogues import MARKS

    for path in [*(ROOT / "crm_ai").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for call in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS:
                assert not any(
                    isinstance(part, (ast.JoinedStr, ast.BinOp)) for part in call.args[: MARKS[call.func.id]]
                ), (path, call.lineno)
