"""Postal addresses, English and Chinese, and some of the rest of Europe."""

from __future__ import annotations

import re

from crm_ai.personal_data.column_names import Hint

LONGEST = 160

STREETS = (
    r"street|str?|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|way|place|pl|square|sq|terrace|ter|parkway|pkwy"
    r"|highway|hwy|circle|cir|close|crescent|cres|row|walk|hill|mews|gardens|gdns|grove|trail|trl|loop|alley|plaza|quay|park"
    r"|green|rise|view|vale|wharf|yard|heights|turnpike|pike|path|pass|crossing|ridge|run|point|broadway|esplanade|parade"
)
UNIT = r"(?:apt|apartment|unit|suite|ste|floor|fl|flat|room|rm|building|bldg|#|no|lot|level)"
NUMBER = r"(?:no\.? ?)?\d{1,6}[a-z]?(?:[-/]\d{1,5}[a-z]?)?"
AMERICAN_ZIP = r"[A-Z]{2} \d{5}(?:-\d{4})?"
BRITISH_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"
AFTER = rf"(?:\.?\s*$|\.?\s*[,;\n]|\.?\s+(?:[ns][ew]?|[ew]|north|south|east|west|{UNIT})\b|\s*#)"
HOUSE_STREET = re.compile(
    rf"(?:^|[,;]\s*){NUMBER},?\s+(?:[^\W\d_][\w.'’-]*\s+|\d{{1,3}}(?:st|nd|rd|th)\s+){{1,5}}(?:{STREETS})\b{AFTER}",
    re.IGNORECASE,
)
NUMBERED_STREET = re.compile(rf"^{NUMBER}\s+(?:broadway|the [a-z]+)\b", re.IGNORECASE)
HOUSE_POSTCODE = re.compile(rf"^{NUMBER},?\s+[^\W\d_].*\b(?:{AMERICAN_ZIP}|{BRITISH_POSTCODE})$", re.IGNORECASE)
PARTS_POSTCODE = re.compile(rf"^[^,]*\d[^,]*,.+,.*\b(?:{AMERICAN_ZIP}|{BRITISH_POSTCODE})$", re.IGNORECASE)
PO_BOX = re.compile(r"^p\.? ?o\.? box \d+|^post office box \d+", re.IGNORECASE)
GERMANIC = re.compile(
    r"^[^\W\d_][^\d,]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|laan|straat|gracht|gatan|vägen|vej|gade)"
    r"\s+\d{1,4}\s?[a-z]?\b",
    re.IGNORECASE,
)
ROMANCE = re.compile(
    r"^(?:\d{1,4},?\s(?:bis\s|ter\s)?(?:rue|avenue|boulevard|place|chemin|quai|impasse|allée)\s+\S"
    r"|(?:calle|avenida|av\.|avda\.|rua|via|viale|piazza|corso|plaza|paseo|carrer|rue)\s[^\d]+,?\s(?:n[.º°]\s?)?\d{1,5}\b)",
    re.IGNORECASE,
)
CITY_STATE_ZIP = re.compile(rf"[^\W\d_][\w .'-]+,?\s{AMERICAN_ZIP}$")

HAN = r"[\u3400-\u9fff]"
DIGITS = r"[0-9０-９一二三四五六七八九十百A-Za-z]"
SENTENCE = re.compile(r"[。！？!?~…；]|，.*，.*，|(?:很|非常|但是|因为|所以|可以|没有|觉得|我们|还是|不错|比较|的时候)")
REGION = re.compile(rf"{HAN}{{2,8}}?(?:省|自治区|自治州|地区|特别行政区|市|盟|县|区|旗)|^(?:北京|上海|天津|重庆)")
TOWN = re.compile(rf"{HAN}{{1,6}}(?:镇|乡|街道|开发区|新区|工业园|科技园|产业园|村|屯|社区|农场)")
ROAD = re.compile(rf"{HAN}{{1,8}}(?:路|街|大道|道|巷|弄|胡同|大街|公路|里|条|支路|环路|横街|步行街)")
HOUSE = re.compile(
    rf"{DIGITS}+\s?(?:[-—]\s?{DIGITS}+)*\s?(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼|层|组|户|房|门牌)(?!线|店|机|码)"
)
ESTATE = re.compile(
    rf"{HAN}{{1,8}}(?:小区|花园|大厦|公寓|广场|苑|庄园|山庄|家园|新村|宿舍|大院|园区|名邸|华府|府邸|公馆|大楼|中心|城|湾|府|庭|里|居|园)"
)


def is_address(text: str, hint: Hint = Hint.SILENT) -> bool:
    """Whether a cell is a postal address that leads to a door, or nearly.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says; cities alone are no addresses whatever it says.

    Returns
    -------
    bool
        True if it is one.

    Examples
    --------
    >>> is_address("12 Baker Street, London"), is_address("Baker Street"), is_address("24 inch road bike")
    (True, False, False)
    >>> is_address("北京市朝阳区建国路88号"), is_address("北京市"), is_address("地铁2号线")
    (True, False, False)
    """
    if hint is Hint.AGAINST or not 5 <= len(text) <= LONGEST:
        return False
    if re.search(HAN, text):
        return _is_chinese_address(text, hint)
    shapes = (HOUSE_STREET, NUMBERED_STREET, HOUSE_POSTCODE, PARTS_POSTCODE, PO_BOX, GERMANIC, ROMANCE)
    if any(shape.search(text) for shape in shapes):
        return True
    if hint is not Hint.FOR:
        return False
    return bool(CITY_STATE_ZIP.search(text) or re.match(rf"{NUMBER},?\s+[^\W\d_]{{3,}}", text, re.IGNORECASE))


def _is_chinese_address(text: str, hint: Hint) -> bool:
    if SENTENCE.search(text):
        return False
    regions = len(REGION.findall(text))
    town, road, estate = (bool(shape.search(text)) for shape in (TOWN, ROAD, ESTATE))
    house = bool(HOUSE.search(text))
    if road and house:
        return True
    if house and estate:
        return regions > 0 or hint is Hint.FOR or bool(re.search(r"栋|幢|单元|室|号楼", text))
    if regions >= 2:
        return road or house or town or (estate and len(text) >= 10)
    if hint is Hint.FOR:
        return (regions == 1 and (road or house or town or estate)) or (town and house)
    return regions == 1 and house and town
