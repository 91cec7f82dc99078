"""Names of people, English (and other names in Latin letters) and Chinese."""

from __future__ import annotations

import re

from crm_ai.personal_data.chinese_names import DOUBLE_SURNAMES_ZH, GIVEN_ZH, NOT_GIVEN_ZH, NOT_NAMES_ZH, SURNAMES_ZH
from crm_ai.personal_data.column_names import Hint
from crm_ai.personal_data.given_names import GIVEN_NAMES
from crm_ai.personal_data.ordinary_words import NOT_NAMES, ORDINARY_NAMES
from crm_ai.personal_data.surnames import PINYIN_SURNAMES, PLACE_ENDINGS, SURNAME_ENDINGS, SURNAMES

MOST_WORDS = 5
TITLE = re.compile(
    r"^(?:(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|herr|frau|señor|señora|mme|rev|ing|dipl\.-ing|univ\.-prof)\b\.?\s+)+",
    re.IGNORECASE,
)
SUFFIX = re.compile(r",?\s+(?:jr|sr|ii|iii|iv|ph\.?d|md|dds|dvm|esq|(?:b|m)\.(?:sc|eng|a))\.?$", re.IGNORECASE)
PARTICLES = frozenset(
    {
        "de",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "di",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "ten",
        "ter",
        "el",
        "al",
        "bin",
        "ibn",
        "abu",
        "st",
        "y",
        "e",
        "zu",
    }
)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
IRISH = re.compile(r"(?:o['’]|mc|mac|fitz)[a-z]{3,}")
PINYIN_SYLLABLE = (
    r"(?:[bpmfw]o|(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:i(?:ang|ong|an|ao|ng|n|a|e|u)?|u(?:ang|an|ai|ei|a|o|i|n|e)?|a(?:ng|i|o|n)?"
    r"|e(?:ng|i|n|r)?|o(?:ng|u)|ü(?:e|an|n)?))"
)
PINYIN_GIVEN = re.compile(rf"{PINYIN_SYLLABLE}(?:[- ']?{PINYIN_SYLLABLE})?")
HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,4}")
HAN_MANY = re.compile(r"[\u3400-\u9fff]{1,10}(?:[·•・][\u3400-\u9fff]{1,10}){1,3}")
COMPANY = re.compile(r"(?:集团|公司|企业|商行|超市|酒店|银行|学校|医院|工厂|中心|协会|平台|科技|电子|贸易)$")
HONORIFIC = re.compile(r"(?:先生|女士|小姐|太太|老师|医生|阿姨|师傅)$")


def is_name(text: str, hint: Hint = Hint.SILENT) -> bool:
    """Whether a cell is the name of a person.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says. Where it speaks for names, any words that are no ordinary ones count, given names
        alone too; where it is silent, a known given name or surname is asked for; where it speaks against, nothing
        counts.

    Returns
    -------
    bool
        True if it is one.

    Examples
    --------
    >>> [is_name(text) for text in ("Maria Santos", "City Bike", "New York", "王晓明", "黄山", "是")]
    [True, False, False, True, False, False]
    """
    if hint is Hint.AGAINST:
        return False
    if re.search(r"[\u3400-\u9fff]", text):
        return _is_chinese_name(text.replace(" ", ""), hint)
    return _is_latin_name(text, hint)


def _is_chinese_name(text: str, hint: Hint) -> bool:
    if HAN_MANY.fullmatch(text):
        return True
    called = HONORIFIC.sub("", text)
    if called != text:
        return called[:1] in SURNAMES_ZH and len(called) <= 3
    if not HAN_NAME.fullmatch(text) or text in NOT_NAMES_ZH or COMPANY.search(text):
        return False
    long = text[:2] in DOUBLE_SURNAMES_ZH and len(text) > 2
    given = text[2:] if long else text[1:]
    if set(given) & NOT_GIVEN_ZH:
        return False
    if long:
        return True
    if text[0] not in SURNAMES_ZH:
        return False
    if hint is Hint.FOR:
        return True
    if len(text) > 3 or text[:2] in NOT_NAMES_ZH:
        return False
    return any(character in GIVEN_ZH or _is_rare(character) for character in given)


def _is_rare(character: str) -> bool:
    """Whether a Chinese character is not among the 3,755 of everyday words: names use what words do not."""
    try:
        return character.encode("gb2312")[0] >= 0xD8
    except UnicodeEncodeError:
        return True


def _is_latin_name(text: str, hint: Hint) -> bool:
    titled = TITLE.sub("", text)
    plain = SUFFIX.sub("", titled)
    last_first = re.fullmatch(r"([^,]+), ?([^,]+)", plain)
    if last_first:
        plain = f"{last_first[2]} {last_first[1]}"
    found = plain.split()
    if not 1 <= len(found) <= MOST_WORDS or not all(WORD.fullmatch(word) for word in found):
        return False
    words = [word.rstrip(".").lower() for word in found]
    core = [word for word in words if len(word) > 1 and word not in PARTICLES]
    if len(words) > 1 and (hint is Hint.FOR or len(plain) >= 10) and _is_pinyin(words):
        return True
    if not core or any(word in NOT_NAMES for word in core):
        return False
    if titled != text:
        return True
    if hint is Hint.FOR:
        return len(core) > 1 or words[0] in GIVEN_NAMES or found[0][0].isupper()
    if len(words) < 2:
        return False
    if not all(word[0].isupper() for word in found if word.lower() not in PARTICLES):
        return words[0] in GIVEN_NAMES and core[-1] in SURNAMES
    has_initial = len(words) > 2 and any(len(word) == 1 for word in words[1:-1])
    return has_initial or _is_known(words[0], core[-1]) or _is_pinyin(words)


def _is_known(first: str, last: str) -> bool:
    """Whether a given name or a surname is known; both, where it is an ordinary word as well."""
    given, surname = first.split("-")[0] in GIVEN_NAMES, _is_surname(last) or last in GIVEN_NAMES
    if given and surname:
        return True
    return (given and first not in ORDINARY_NAMES) or (surname and last not in ORDINARY_NAMES)


def _is_surname(word: str) -> bool:
    parts = word.split("-")
    if any(part in SURNAMES for part in parts) or IRISH.fullmatch(word):
        return True
    return (word.endswith(SURNAME_ENDINGS) and len(word) >= 6) or (word.endswith(PLACE_ENDINGS) and len(word) >= 7)


def _is_pinyin(words: list[str]) -> bool:
    if len(words) > 3:
        return False
    first, last = words[0], words[-1]
    if first in PINYIN_SURNAMES and PINYIN_GIVEN.fullmatch(" ".join(words[1:])):
        return True
    return last in PINYIN_SURNAMES and bool(PINYIN_GIVEN.fullmatch(" ".join(words[:-1])))
