"""Bring the catalogues of translations up to date with the words in the code, and list what is not translated yet.

Usage: python tools/refresh_catalogues.py [--check]
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crm_ai.catalogue import Entry, read_entries  # noqa: E402
from crm_ai.words import LANGUAGES, LOCALE_FOLDER  # noqa: E402

SOURCES = ("app.py", "pages", "crm_ai")
MARKS = {"_": 1, "later": 1, "ngettext": 2}
HEADER = (
    "Project-Id-Version: crm_ai\nLanguage: {language}\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\nPlural-Forms: {forms};\n"
)
PLURAL_FORMS = {"zh": "nplurals=1; plural=0"}


@dataclass(frozen=True, slots=True)
class Message:
    """A phrase of the code: in English, for several if it depends on a number, and where it stands first."""

    one: str
    many: str
    place: str


def messages(root: Path = ROOT) -> dict[str, Message]:
    """All phrases of the code, file by file in the order in which they stand there.

    Parameters
    ----------
    root : Path
        The project.

    Returns
    -------
    dict of str to Message
        By English phrase.
    """
    known: dict[str, Message] = {}
    folders = [root / name for name in SOURCES]
    for path in sorted(file for place in folders for file in ([place] if place.is_file() else place.rglob("*.py"))):
        for call in _calls(path):
            parts = call.args[: MARKS[_name(call)]]
            said = [ast.literal_eval(part) for part in parts if isinstance(part, ast.Constant)]
            if said:
                one, many = said[0], said[1] if len(said) > 1 else ""
                if one not in known or (many and not known[one].many):
                    place = known[one].place if one in known else path.relative_to(root).as_posix()
                    known[one] = Message(one, many, place)
    return known


def _calls(path: Path) -> Iterator[ast.Call]:
    found = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _name(node) in MARKS
    ]
    return iter(sorted(found, key=lambda node: (node.lineno, node.col_offset)))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def merged(known: Mapping[str, Message], entries: Iterable[Entry]) -> list[Entry]:
    """Bring translations up to date: what the code no longer says goes, what it says newly comes, empty.

    Parameters
    ----------
    known : mapping of str to Message
        From ``messages``.
    entries : iterable of Entry
        The catalogue as it was.

    Returns
    -------
    list of Entry
        In the code's order.
    """
    before = {entry.message: entry for entry in entries}
    out = []
    for said in known.values():
        old = before.get(said.one)
        translations = old.translations if old else ("",)
        remarks = tuple(line for line in old.comments if not line.startswith("#:")) if old else ()
        out.append(Entry(said.one, said.many, translations, (*remarks, f"#: {said.place}")))
    return out


def written(entries: Iterable[Entry], language: str) -> str:
    """Write a ``.po`` file, one line a phrase, without dates or numbers of lines.

    Parameters
    ----------
    entries : iterable of Entry
        All messages.
    language : str
        One of ``crm_ai.words.LANGUAGES``.

    Returns
    -------
    str
        Its content.
    """
    header = HEADER.format(language=language, forms=PLURAL_FORMS[language])
    return "\n".join(_block(entry) for entry in (Entry("", "", (header,)), *entries))


def _block(entry: Entry) -> str:
    lines = [*entry.comments, f"msgid {_quoted(entry.message)}"]
    if entry.many:
        lines.append(f"msgid_plural {_quoted(entry.many)}")
        lines += [f"msgstr[{form}] {_quoted(words)}" for form, words in enumerate(entry.translations)]
    else:
        lines.append(f"msgstr {_quoted(entry.translations[0])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    for mark, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(mark, escaped)
    return f'"{text}"'


def path_of(language: str) -> Path:
    """Where the catalogue of a language is."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / "crm_ai.po"


def entries_of(language: str) -> list[Entry]:
    """All entries of a language's catalogue but its header."""
    path = path_of(language)
    return (
        [entry for entry in read_entries(path.read_text(encoding="utf-8")) if entry.message] if path.is_file() else []
    )


def main() -> None:
    """Refresh all catalogues, or only check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a catalogue is not up to date")
    check = parser.parse_args().check
    known, stale = messages(), False
    for language in LANGUAGES:
        if language not in PLURAL_FORMS:
            continue
        path, entries = path_of(language), merged(known, entries_of(language))
        content = written(entries, language)
        stale |= not path.is_file() or path.read_text(encoding="utf-8") != content
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        lacking = [entry for entry in entries if not all(entry.translations)]
        for entry in lacking:
            print(f"{entry.comments[-1].removeprefix('#: ')}: {entry.message!r}")
        print(f"{language}: {len(entries)} phrases, {len(lacking)} not translated yet")
    if check and stale:
        sys.exit("A catalogue is not up to date: run python tools/refresh_catalogues.py")


if __name__ == "__main__":
    main()
