"""Labels that are spelled differently and mean the same: Male, male , M, 男."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from crm_ai.words import _

BETWEEN_WORDS = re.compile(r"[\s_\-./·・，,。、]+")
# Words that mean the same, by ways of saying it: whoever writes "m" for one writes "f" for the other.
MEANINGS = (
    (
        ("male", "female"), ("m", "f"), ("man", "woman"), ("men", "women"), ("boy", "girl"), ("男", "女"),
        ("男性", "女性"), ("男士", "女士"), ("先生", "小姐"), ("男生", "女生"), ("m", "w"),
    ),
    (
        ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("ja", "nein"), ("oui", "non"), ("sí", "no"),
        ("si", "no"), ("是", "否"), ("对", "错"), ("真", "假"), ("有", "无"), ("有", "没有"), ("是", "不是"),
        ("对", "不对"),
    ),
)  # fmt: skip
ENOUGH = 0.1
SHORTEST_WORD = 6
MOST_LABELS = 500
PLACES = ("特别行政区", "自治区", "省", "市", "县", "区")
RARE = 0.05


@dataclass(frozen=True, slots=True)
class Variants:
    """Spellings of a column's labels that should be one.

    Parameters
    ----------
    labels : dict of str to str
        By spelling, what it should be; spellings that stay are not listed.
    certain : bool
        Whether they differ in nothing but letter case, blanks, width or language.
    """

    labels: dict[str, str]
    certain: bool


def normal_form(label: str) -> str:
    """Write a label without what people vary unknowingly: case, blanks, width, dashes.

    Parameters
    ----------
    label : str
        As it was written.

    Returns
    -------
    str
        Equal for labels that read alike.

    Examples
    --------
    >>> normal_form(" Month-to-Month ") == normal_form("month to month"), normal_form("ＶＩＰ")
    (True, 'vip')
    """
    plain = unicodedata.normalize("NFKC", label).casefold()
    return BETWEEN_WORDS.sub(" ", plain).strip() or plain.strip()


def label_variants(sizes: pd.Series) -> Variants:
    """Find labels of one column that are spelled differently and mean the same.

    Parameters
    ----------
    sizes : pandas.Series
        Rows by label.

    Returns
    -------
    Variants
        What should be unified; the spelling with the most rows stays, but whole words rather than letters, and one
        language.

    Examples
    --------
    >>> label_variants(pd.Series({"Male": 5, "male ": 1, "M": 1, "Female": 4, "女": 1})).labels
    {'male ': 'Male', 'M': 'Male', '女': 'Female'}
    >>> label_variants(pd.Series({"California": 900, "Californa": 2, "Nevada": 100})).certain
    False
    >>> label_variants(pd.Series({"北京": 90, "北京市": 20, "上海市": 9, "上海": 2})).labels
    {'北京市': '北京', '上海': '上海市'}
    """
    sizes = sizes.sort_values(ascending=False, kind="stable").head(MOST_LABELS)
    sizes = sizes.set_axis([str(label) for label in sizes.index])
    meaning = _meanings(sizes)
    kept: dict[str, str] = {}
    labels: dict[str, str] = {}
    for label in _preferred_first(sizes, meaning):
        if _is_number(label):
            continue
        form = meaning[label].side if label in meaning else normal_form(label)
        if kept.setdefault(form, label) != label:
            labels[label] = kept[form]
    certain = all(min(len(one.strip()), len(other.strip())) > 1 or one in meaning for one, other in labels.items())
    places = _places(sizes.drop(list(labels)))
    misspelled = _misspelled(sizes.drop([*labels, *places]))
    return Variants(labels | places | misspelled, certain and not places and not misspelled)


def describe_variants(labels: dict[str, str]) -> str:
    """Tell which spellings become which, in words.

    Parameters
    ----------
    labels : dict of str to str
        From ``Variants``.

    Returns
    -------
    str
        For instance ``“male ”, “M” → “Male”``, at most three groups.

    Examples
    --------
    >>> describe_variants({"male ": "Male", "M": "Male"})
    '“male ”, “M” → “Male”'
    """
    groups: dict[str, list[str]] = {}
    for label, right in labels.items():
        groups.setdefault(right, []).append(label)
    told = [
        f"{_(', ').join([*(f'“{label}”' for label in wrong[:4]), *(['…'] if len(wrong) > 4 else [])])} → “{right}”"
        for right, wrong in list(groups.items())[:3]
    ]
    return _("; ").join(told) + (_(" and more") if len(groups) > 3 else "")


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a label means, and in which way it says so."""

    side: str
    way: int


def _meanings(sizes: pd.Series) -> dict[str, _Meaning]:
    """Meaning of each label, where all of them are about sex, or all are answers."""
    forms = {label: normal_form(label) for label in sizes.index}
    for group in MEANINGS:
        words: dict[str, _Meaning] = {}
        for way, pair in enumerate(group):
            for side, word in enumerate(pair):
                words.setdefault(word, _Meaning(str(side), way))
        if forms and all(form in words for form in forms.values()):
            return {label: words[form] for label, form in forms.items()}
    return {}


def _preferred_first(sizes: pd.Series, meaning: dict[str, _Meaning]) -> list[str]:
    """Labels in the order in which they are kept: of one way of saying it, whole words before letters, then by rows."""
    if not meaning:
        return list(sizes.index)
    ways: dict[int, int] = {}
    letters: set[int] = set()
    for label, known in meaning.items():
        ways[known.way] = ways.get(known.way, 0) + int(sizes[label])
        if len(label.strip()) == 1 and label.strip().isascii():
            letters.add(known.way)
    words = {way: rows for way, rows in ways.items() if way not in letters and rows >= ENOUGH * sizes.sum()}
    best = max(words or ways, key=lambda way: ways[way])
    return sorted(sizes.index, key=lambda label: (meaning[label].way != best, -sizes[label]))


def _places(sizes: pd.Series) -> dict[str, str]:
    """Places with and without the word for what they are: 北京市 beside 北京; or a province beside its capital."""
    found: dict[str, str] = {}
    for label in sizes.index:
        short = next((label.removesuffix(word) for word in PLACES if label.endswith(word)), "")
        if len(short) > 1 and short in sizes.index:
            usual, rare = (label, short) if sizes[label] > sizes[short] else (short, label)
            found[rare] = usual
    return {rare: usual for rare, usual in found.items() if usual not in found}


def _misspelled(sizes: pd.Series) -> dict[str, str]:
    """Rare labels that differ from a frequent one by a letter."""
    from rapidfuzz.distance import DamerauLevenshtein

    words = [str(label) for label in sizes.index if _is_word(str(label))]
    found: dict[str, str] = {}
    for place, rare in enumerate(words):
        for usual in words[:place]:
            close = abs(len(rare) - len(usual)) <= 1 and usual[0] == rare[0] and usual not in found
            if not close or sizes[rare] > RARE * sizes[usual]:
                continue
            if DamerauLevenshtein.distance(normal_form(rare), normal_form(usual), score_cutoff=1) == 1:
                found[rare] = usual
                break
    return found


def _is_word(label: str) -> bool:
    return len(label) >= SHORTEST_WORD and not any(letter.isdigit() for letter in label)


def _is_number(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return True
