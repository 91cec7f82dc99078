"""Catalogues of translations: gettext's ``.po`` files, read as they are, so that nothing must be built."""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One message and its translation.

    Parameters
    ----------
    message : str
        The English phrase.
    many : str
        The English phrase for several, if there is one.
    translations : tuple of str
        One for each form of the language that depends on a number; one if the phrase does not depend on any.
    comments : tuple of str
        Lines that begin with ``#``, for instance where the message stands and whether it is fuzzy.
    """

    message: str
    many: str
    translations: tuple[str, ...]
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What messages are in another language; what it lacks stays English.

    Parameters
    ----------
    entries : mapping of str to tuple of str
        Translations by message.
    plural_forms : str, default "n != 1"
        Which form a number takes, as a ``.po`` file's header says it.
    """

    entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plural_forms: str = "n != 1"

    def gettext(self, message: str) -> str:
        """Translate a phrase.

        Parameters
        ----------
        message : str
            In English.

        Returns
        -------
        str
            In the catalogue's language.
        """
        known = self.entries.get(message)
        return known[0] if known else message

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Translate a phrase that depends on a number.

        Parameters
        ----------
        one, many : str
            English phrase for one and for several.
        n : int
            The number.

        Returns
        -------
        str
            The phrase that fits `n`.
        """
        known = self.entries.get(one)
        if not known:
            return one if n == 1 else many
        form: int = gettext.c2py(self.plural_forms)(n)
        return known[min(form, len(known) - 1)]


def read_entries(text: str) -> Iterator[Entry]:
    r"""Read a ``.po`` file.

    Parameters
    ----------
    text : str
        Its content.

    Yields
    ------
    Entry
        One message; the first, which is empty, holds the header.

    Notes
    -----
    Texts are read as JSON, which has all the escapes that ``tools/refresh_catalogues.py`` writes. Python 3.11's reader
    of literals fails now and then where several threads read at once, as visitors and workers do
    (https://github.com/python/cpython/issues/106905).

    Examples
    --------
    >>> next(read_entries('msgid "Done."\nmsgstr "完成。"'))
    Entry(message='Done.', many='', translations=('完成。',), comments=())
    """
    for block in text.replace("\r\n", "\n").split("\n\n"):
        comments: list[str] = []
        told: dict[str, str] = {}
        current = ""
        for line in block.splitlines():
            if line.startswith("#"):
                comments.append(line)
            elif line.startswith('"'):
                told[current] += json.loads(line)
            elif line.strip():
                current, _blank, quoted = line.partition(" ")
                told[current] = json.loads(quoted)
        if "msgid" in told:
            forms = tuple(words for name, words in told.items() if name.startswith("msgstr"))
            yield Entry(told["msgid"], told.get("msgid_plural", ""), forms, tuple(comments))


def read_catalogue(path: Path) -> Catalogue:
    """Read a language's catalogue.

    Parameters
    ----------
    path : Path
        Its ``.po`` file.

    Returns
    -------
    Catalogue
        Without entries that are empty or marked as fuzzy; empty if there is no such file.
    """
    if not path.is_file():
        return Catalogue()
    known = {entry.message: entry for entry in read_entries(path.read_text(encoding="utf-8"))}
    header = known.pop("", None)
    finished = {
        message: entry.translations
        for message, entry in known.items()
        if all(entry.translations) and not any(line.startswith("#,") and "fuzzy" in line for line in entry.comments)
    }
    return Catalogue(finished, _plural_forms(header.translations[0] if header else ""))


def _plural_forms(header: str) -> str:
    _before, found, after = header.partition("plural=")
    return after.partition(";")[0].strip() if found else "n != 1"
