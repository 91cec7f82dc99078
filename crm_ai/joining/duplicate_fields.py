"""What tells people apart, written so that equal things look equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from crm_ai.table import Column, Kind, Table
from crm_ai.table.names import names_a_birthday, words_of

SAMPLE = 1_000


class Field(StrEnum):
    """What a column tells of a person."""

    NAME = "name"
    EMAIL = "email"
    TELEPHONE = "telephone"
    ADDRESS = "address"
    COMPANY = "company"
    BIRTHDAY = "birthday"
    POSTCODE = "postcode"
    CITY = "city"


# Without one of these, rows can be equal but not similar.
TELLING = frozenset({Field.NAME, Field.EMAIL, Field.TELEPHONE, Field.ADDRESS})
WORDS: Mapping[Field, frozenset[str]] = {
    Field.EMAIL: frozenset({"email", "mail", "e"}),
    Field.TELEPHONE: frozenset({"phone", "telephone", "mobile", "cell", "tel", "cellphone", "fax"}),
    Field.ADDRESS: frozenset({"address", "street", "addr"}),
    Field.COMPANY: frozenset({"company", "organisation", "organization", "employer", "firm"}),
    Field.POSTCODE: frozenset({"zip", "zipcode", "postcode", "postal"}),
    Field.CITY: frozenset({"city", "town"}),
    Field.NAME: frozenset({"name", "surname", "firstname", "lastname", "fullname", "forename"}),
}
WORDS_ZH: Mapping[Field, re.Pattern[str]] = {
    Field.EMAIL: re.compile(r"邮箱|邮件|电邮"),
    Field.TELEPHONE: re.compile(r"电话|手机|联系方式"),
    Field.ADDRESS: re.compile(r"地址|住址"),
    Field.COMPANY: re.compile(r"公司|单位名"),
    Field.POSTCODE: re.compile(r"邮编|邮政编码"),
    Field.CITY: re.compile(r"^城市$|所在市"),
    Field.NAME: re.compile(r"姓名|客户名|联系人|^姓$|^名$|名字"),
}
# Names of things, not of people.
NO_PERSON = frozenset(
    {"product", "item", "file", "column", "plan", "campaign", "event", "brand", "category", "model", "city", "state"}
    | {"country", "user"}
)
PUNCTUATION = re.compile(r"[\W_]+")
SHORT = {
    "street": "st", "str": "st", "road": "rd", "avenue": "ave", "av": "ave", "lane": "ln", "drive": "dr", "court": "ct",
    "boulevard": "blvd", "apartment": "apt", "suite": "ste", "north": "n", "south": "s", "east": "e", "west": "w",
}  # fmt: skip
TELEPHONE_DIGITS = 11
# How often two different people agree, before anything was counted; it weighs as much as a thousand rows.
BY_CHANCE: Mapping[Field, float] = {
    Field.NAME: 1e-3,
    Field.EMAIL: 2e-5,
    Field.TELEPHONE: 1e-4,
    Field.ADDRESS: 1e-4,
    Field.COMPANY: 1e-3,
    Field.BIRTHDAY: 5e-5,
    Field.POSTCODE: 1e-3,
    Field.CITY: 2e-2,
}
WEIGHT = 1_000


@dataclass(frozen=True)
class Person:
    """One thing that a table tells of its people.

    Parameters
    ----------
    field : Field
        What it is.
    codes : numpy.ndarray of int, shape (n,)
        Position of each row's text; -1 where nothing is known.
    texts : list of str
        Distinct texts, written so that equal things look equal.
    chances : numpy.ndarray of shape (texts,)
        How likely another person has each text too: from the rows that have it besides the two that are compared, and
        from what is usual for the field.
    """

    field: Field
    codes: np.ndarray
    texts: list[str]
    chances: np.ndarray


def people_in(table: Table, columns: Sequence[str] | None) -> list[Person]:
    """Collect what a table tells of its people.

    Parameters
    ----------
    table : Table
        The customers.
    columns : sequence of str, optional
        Columns to look at; by default all that tell something of a person and were not masked: 张* is many.

    Returns
    -------
    list of Person
        At most one a field; several columns of a name or an address are put together.
    """
    if columns is None:
        wanted = [column for column in table.schema if not _is_masked(table.frame[column.name])]
    else:
        wanted = [column for column in table.schema if column.name in columns]
    of_field: dict[Field, list[str]] = {}
    for column in wanted:
        field = field_of(column)
        if field is not None:
            of_field.setdefault(field, []).append(column.name)
    return [_person(table.frame, field, names) for field, names in of_field.items()]


def _is_masked(cells: pd.Series) -> bool:
    """Whether most of the first texts have stars in the place of letters."""
    if pd.api.types.is_numeric_dtype(cells.dtype) or pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return False
    known = cells.dropna().head(SAMPLE).astype("str")
    return bool(len(known)) and float(known.str.contains("*", regex=False).mean()) > 0.5


def field_of(column: Column) -> Field | None:
    """Tell what a column says of a person.

    Parameters
    ----------
    column : Column
        Any column.

    Returns
    -------
    Field or None
        None if it says nothing that tells people apart.

    Examples
    --------
    >>> from crm_ai.table import Role
    >>> [field_of(Column(name, Kind.TEXT, Role.IGNORED)) for name in ("Full name", "手机号", "product name")]
    [<Field.NAME: 'name'>, <Field.TELEPHONE: 'telephone'>, None]
    """
    words = set(words_of(column.name))
    if names_a_birthday(column.name):
        return Field.BIRTHDAY
    if column.kind is Kind.DATE:
        return None
    if "mail" in words or "email" in words:
        return Field.EMAIL
    for field, known in WORDS.items():
        if field is not Field.EMAIL and words & known and not (field is Field.NAME and words & NO_PERSON):
            return field
    return next((field for field, pattern in WORDS_ZH.items() if pattern.search(column.name)), None)


def _person(frame: pd.DataFrame, field: Field, names: list[str]) -> Person:
    if field in (Field.NAME, Field.ADDRESS) and len(names) > 1:
        joined = frame[names[0]].astype("str").fillna("")
        for name in names[1:]:
            joined = joined + " " + frame[name].astype("str").fillna("")
        cells = joined
    else:
        cells = frame[names[0]]
    codes, distinct = pd.factorize(cells)
    written = [_WRITERS[field](_text(value)) for value in distinct]
    places = {text: place for place, text in enumerate(dict.fromkeys(text for text in written if text))}
    right = np.asarray([places.get(text, -1) for text in written] + [-1])[codes]
    sizes = np.bincount(right[right >= 0], minlength=len(places))
    chances = (np.maximum(sizes - 2, 0) + WEIGHT * BY_CHANCE[field]) / (len(frame) + WEIGHT)
    return Person(field, right, list(places), chances)


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp | np.datetime64):
        return str(pd.Timestamp(value).date())
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def plain_text(text: str) -> str:
    """Write a text without case, width, accents and punctuation.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Words with one blank between them.

    Examples
    --------
    >>> plain_text(" Zoë  O'Hara-Smith "), plain_text("ＡＢＣ（北京）")
    ('zoe ohara smith', 'abc 北京')
    """
    wide = unicodedata.normalize("NFKD", text).casefold().replace("'", "").replace("’", "")
    letters = "".join(letter for letter in wide if not unicodedata.combining(letter))
    return " ".join(PUNCTUATION.sub(" ", unicodedata.normalize("NFC", letters)).split())


def _name(text: str) -> str:
    return " ".join(sorted(plain_text(text).split()))


def _address(text: str) -> str:
    return " ".join(SHORT.get(word, word) for word in plain_text(text).split())


def _telephone(text: str) -> str:
    digits = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isdigit())
    digits = digits.removeprefix("00").removeprefix("86") if len(digits) > TELEPHONE_DIGITS else digits
    return digits[-TELEPHONE_DIGITS:].lstrip("0") if len(digits) >= 6 else ""


def _email(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return plain if "@" in plain else ""


_WRITERS: Mapping[Field, Callable[[str], str]] = {
    Field.NAME: _name,
    Field.EMAIL: _email,
    Field.TELEPHONE: _telephone,
    Field.ADDRESS: _address,
    Field.COMPANY: plain_text,
    Field.BIRTHDAY: plain_text,
    Field.POSTCODE: lambda text: plain_text(text).replace(" ", ""),
    Field.CITY: plain_text,
}
