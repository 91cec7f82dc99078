"""Cells of which it is known what they are: made by this project, with a seed, apart from the detector.

Nothing here is imported from the detector: the lists of names, streets, products and words below were written for
this file, check digits are computed by formulas of their own, and each cell stands under a header as tables have them;
half of the headers say nothing.
"""

# ruff: noqa: E501 - one form of writing a line

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.unit.personal_data.labelled_words import (
    AREA_ZH,
    CITY_ZH,
    ESTATE_ZH,
    FAMILY_EN,
    FAMILY_ZH,
    FIRMS_EN,
    FIRMS_ZH,
    GIVEN_EN,
    GIVEN_ZH,
    HEADERS,
    KIND_EN,
    PINYIN,
    PLACES_EN,
    PRODUCTS_EN,
    RARE_FAMILY_EN,
    RARE_GIVEN_EN,
    RARE_GIVEN_ZH,
    ROAD_ZH,
    SENTENCES,
    SILENT,
    STATES,
    STREET_EN,
    TOWN_EN,
    WORDS_ZH,
)


@dataclass(frozen=True)
class Cell:
    """One cell, the header it stands under, whether it is what is looked for, and its language."""

    text: str
    header: str
    positive: bool
    language: str


def _pick(random_: random.Random, *choices: str) -> str:
    return random_.choice(choices)


def _digits(random_: random.Random, n: int) -> str:
    return "".join(random_.choice("0123456789") for _ in range(n))


# ---- what is looked for --------------------------------------------------------------------------------------------


def _name(r: random.Random, chinese: bool) -> str:
    if chinese:
        return r.choice(FAMILY_ZH) + r.choice(RARE_GIVEN_ZH if r.random() < 0.15 else GIVEN_ZH)
    if r.random() < 0.08:
        return r.choice(PINYIN)
    given = r.choice(RARE_GIVEN_EN if r.random() < 0.3 else GIVEN_EN)
    family = r.choice(RARE_FAMILY_EN if r.random() < 0.3 else FAMILY_EN)
    form = r.random()
    if form < 0.7:
        return f"{given} {family}"
    if form < 0.78:
        return f"{family}, {given}"
    if form < 0.86:
        return f"{given} {r.choice('ABCDEFGHJKLMPRST')}. {family}"
    if form < 0.92:
        return f"{given} {family}".upper()
    return f"{r.choice(('Mr', 'Mrs.', 'Ms', 'Dr.'))} {given} {family}"


def _email(r: random.Random, chinese: bool) -> str:
    if chinese:
        local = _pick(
            r,
            _digits(r, 9),
            f"{r.choice(['wang', 'liu', 'zhao', 'sun'])}{r.choice(['wei', 'min', 'jing'])}{_digits(r, 3)}",
        )
        return f"{local}@{_pick(r, 'qq.com', '163.com', '126.com', 'sina.com.cn', 'foxmail.com', 'aliyun.com', 'bit.edu.cn')}"
    given, family = r.choice(GIVEN_EN).lower(), r.choice(FAMILY_EN).lower().replace("'", "").replace(" ", "")
    family = family.encode("ascii", "ignore").decode()
    local = _pick(
        r,
        f"{given}.{family}",
        f"{given[0]}{family}",
        f"{given}_{_digits(r, 2)}",
        f"{given}+shop",
        f"{family}-{given[0]}",
    )
    domain = _pick(
        r,
        "gmail.com",
        "example.org",
        "mail.example.co.uk",
        "outlook.com",
        "uni-koeln.de",
        "my-firm.io",
        "corp.example.net",
    )
    return _pick(r, f"{local}@{domain}", f"{local}@{domain}", f"{local}@{domain}".upper())


MOBILE_STARTS = [
    "130",
    "131",
    "133",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "155",
    "158",
    "159",
    "166",
    "173",
    "176",
    "177",
    "180",
    "182",
    "185",
    "186",
    "187",
    "188",
    "189",
    "191",
    "198",
    "199",
]
AREAS_US = [
    "212",
    "310",
    "312",
    "415",
    "617",
    "702",
    "713",
    "206",
    "305",
    "404",
    "503",
    "602",
    "646",
    "718",
    "808",
    "907",
    "214",
    "303",
]


def _telephone(r: random.Random, chinese: bool, told: bool) -> str:
    if chinese:
        start, middle, end = r.choice(MOBILE_STARTS), _digits(r, 4), _digits(r, 4)
        area, length = r.choice([("010", 8), ("021", 8), ("020", 8), ("0755", 8), ("0571", 8), ("025", 8), ("0592", 7)])
        fixed = r.choice("5678") + _digits(r, length - 1)
        return _pick(
            r, start + middle + end, start + middle + end, f"{start} {middle} {end}", f"{start}-{middle}-{end}",
            f"+86 {start}{middle}{end}", f"+86-{start}-{middle}-{end}", f"{area}-{fixed}", f"({area}){fixed}",
            f"400-{r.choice('6789')}{_digits(r, 2)}-{_digits(r, 4)}",
        )  # fmt: skip
    area, exchange, line = (
        r.choice(AREAS_US),
        f"{r.choice('3456789')}{r.choice('03456789')}{r.choice('0123456789')}",
        _digits(r, 4),
    )
    written = [
        f"({area}) {exchange}-{line}", f"{area}-{exchange}-{line}", f"{area}.{exchange}.{line}", f"+1 {area} {exchange} {line}",
        f"1-{area}-{exchange}-{line}", f"+1{area}{exchange}{line}", f"({area}) {exchange}-{line} x{_digits(r, 3)}",
        f"+44 20 7{_digits(r, 3)} {_digits(r, 4)}", f"+44 7{r.choice('4578')}{_digits(r, 2)} {_digits(r, 6)}",
        f"+49 30 {r.choice('23456789')}{_digits(r, 6)}", f"+33 6 {' '.join(_digits(r, 2) for _ in range(4))}",
        f"+91 9{_digits(r, 4)} {_digits(r, 5)}",
    ]  # fmt: skip
    # Bare digits are only a telephone's if the header says so; nobody could tell otherwise.
    return r.choice([*written, *([area + exchange + line] * 3 if told else [])])


def _address(r: random.Random, chinese: bool) -> str:
    if chinese:
        place = r.choice(CITY_ZH) + r.choice(AREA_ZH)
        return _pick(
            r, f"{place}{r.choice(ROAD_ZH)}{r.randint(1, 999)}号", f"{place}{r.choice(ROAD_ZH)}{r.randint(1, 300)}号{r.choice(ESTATE_ZH)}",
            f"{place}{r.choice(ESTATE_ZH)}{r.randint(1, 30)}栋{r.randint(1, 4)}单元{r.randint(101, 2804)}室",
            f"{r.choice(AREA_ZH)}{r.choice(ROAD_ZH)}{r.randint(1, 300)}号{r.randint(1, 20)}号楼{r.randint(101, 906)}",
            f"{r.choice(CITY_ZH)} {r.choice(AREA_ZH)} {r.choice(ROAD_ZH)} {r.randint(1, 300)}弄{r.randint(1, 50)}号",
            f"{place}{r.choice(ROAD_ZH)}", f"{place}柳河镇东风村{r.randint(1, 12)}组{r.randint(1, 90)}号",
        )  # fmt: skip
    number, street, kind, town = r.randint(1, 9800), r.choice(STREET_EN), r.choice(KIND_EN), r.choice(TOWN_EN)
    state, zip_ = r.choice(STATES), _digits(r, 5)
    post = f"{r.choice(['LS', 'BS', 'OX', 'SW', 'NR'])}{r.randint(1, 19)} {r.randint(1, 9)}{r.choice('ABDEFGH')}{r.choice('JLNPQRS')}"
    return _pick(
        r, f"{number} {street} {kind}", f"{number} {street} {kind}, {town}, {state} {zip_}", f"{number} {street} {kind}, {town}",
        f"{number} {street} {kind} Apt {r.randint(1, 60)}, {town}, {state} {zip_}", f"{r.randint(1, 200)} {street} {kind}, {town} {post}",
        f"Flat {r.randint(1, 40)}, {r.randint(1, 200)} {street} {kind}, {town}", f"{r.randint(1, 200)}{r.choice('AB')} {street} {kind}, {post}",
        f"P.O. Box {number}, {town}, {state} {zip_}", f"{number} N {street} {kind}, Suite {r.randint(100, 900)}",
        f"{number} {r.randint(3, 99)}th {kind}, {town}", f"Suite {r.randint(100, 900)}, {number} {street} {kind}, {town} {state}",
    )  # fmt: skip


def _resident_id(r: random.Random, told: bool, *, spoil: bool = False) -> str:
    region = _pick(
        r, "110105", "310115", "440106", "320102", "510107", "330106", "420103", "610113", "370202", "650102", "210202"
    )
    born = f"{r.randint(1945, 2008)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}"
    body = region + born + _digits(r, 3)
    remainder = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body)) % 11
    check = (12 - remainder) % 11
    if spoil:
        check = (check + r.randint(1, 10)) % 11
    number = body + ("X" if check == 10 else str(check))
    if told and not spoil and r.random() < 0.1:
        return region + born[2:] + _digits(r, 3) if born < "2000" else number
    return _pick(r, number, number, number, number.lower(), f"{number[:6]} {number[6:14]} {number[14:]}")


def _ssn(r: random.Random, told: bool) -> str:
    area = r.choice([n for n in range(1, 900) if n != 666])
    parts = f"{area:03d}", f"{r.randint(1, 99):02d}", f"{r.randint(1, 9999):04d}"
    return "".join(parts) if told and r.random() < 0.3 else _pick(r, "-".join(parts), "-".join(parts), " ".join(parts))


def _with_luhn(body: str, *, spoil: int = 0) -> str:
    for check in "0123456789":
        total = 0
        for place, digit in enumerate(reversed(body + check)):
            n = int(digit) * (2 if place % 2 else 1)
            total += n // 10 + n % 10
        if total % 10 == 0:
            return body + str((int(check) + spoil) % 10)
    raise AssertionError


def _card(r: random.Random, chinese: bool, *, spoil: int = 0) -> str:
    if chinese:
        start = _pick(r, "622202", "622848", "621700", "623058", "625965", "621226", "622588")
        number = _with_luhn(start + _digits(r, r.choice((9, 12))), spoil=spoil)
    else:
        start, length = r.choice(
            [
                ("4", 16),
                ("4539", 16),
                ("51", 16),
                ("55", 16),
                ("2223", 16),
                ("34", 15),
                ("37", 15),
                ("6011", 16),
                ("35" + "30", 16),
            ]
        )
        number = _with_luhn(start + _digits(r, length - 1 - len(start)), spoil=spoil)
    if len(number) == 15:
        return _pick(r, number, f"{number[:4]} {number[4:10]} {number[10:]}")
    parts = [number[i : i + 4] for i in range(0, len(number), 4)]
    return _pick(r, number, " ".join(parts), "-".join(parts))


def _ip_address(r: random.Random) -> str:
    four = ".".join(str(r.randint(11, 223) if place == 0 else r.randint(0, 255)) for place in range(4))
    six = ":".join(f"{r.randint(1, 0xFFFF):x}" for _ in range(8))
    return _pick(
        r,
        four,
        four,
        four,
        f"192.168.{r.randint(0, 255)}.{r.randint(1, 254)}",
        f"10.{r.randint(0, 255)}.{r.randint(0, 255)}.7",
        six,
        f"2001:db8::{r.randint(1, 0xFFFF):x}",
    )


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _day(r: random.Random, years: tuple[int, int], chinese: bool) -> str:
    year, month, day = r.randint(*years), r.randint(1, 12), r.randint(1, 28)
    if chinese:
        return _pick(
            r,
            f"{year}年{month}月{day}日",
            f"{year}-{month:02d}-{day:02d}",
            f"{year}/{month}/{day}",
            f"{year}.{month:02d}.{day:02d}",
            f"{year}{month:02d}{day:02d}",
        )
    return _pick(r, f"{year}-{month:02d}-{day:02d}", f"{month:02d}/{day:02d}/{year}", f"{day:02d}/{month:02d}/{year}", f"{day} {MONTHS[month - 1]} {year}",
                 f"{MONTHS[month - 1][:3]} {day}, {year}", f"{day}.{month}.{year}", f"{year}-{month:02d}-{day:02d} 00:00:00")  # fmt: skip


def _positive(r: random.Random, what: str, chinese: bool, told: bool) -> str:
    makers = {
        "name": lambda: _name(r, chinese),
        "email": lambda: _email(r, chinese),
        "telephone": lambda: _telephone(r, chinese, told),
        "address": lambda: _address(r, chinese),
        "resident_id": lambda: _resident_id(r, told),
        "ssn": lambda: _ssn(r, told),
        "bank_card": lambda: _card(r, chinese),
        "ip_address": lambda: _ip_address(r),
        "birth_date": lambda: _day(r, (1930, 2015) if told else (1940, 2004), chinese),
    }
    return makers[what]()


# ---- what only looks like it ---------------------------------------------------------------------------------------


def _number_alike(r: random.Random) -> tuple[str, str]:
    """A number or code that is nobody's, and the header it would stand under."""
    year = r.randint(2016, 2025)
    uuid = "-".join("".join(r.choice("0123456789abcdef") for _ in range(n)) for n in (8, 4, 4, 4, 12))
    return r.choice(
        [
            (
                f"{year}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{_digits(r, 8)}",
                r.choice(["order_number", "订单编号"]),
            ),
            (f"SO-{_digits(r, 6)}", "sales order"),
            (f"US-{year}-{_digits(r, 7)}", "订单 ID"),
            (f"SKU{_digits(r, 5)}-{r.choice('ABC')}", "sku"),
            (f"{_digits(r, 4)}-{''.join(r.choice('VHGKNDE') for _ in range(5))}", "customerID"),
            ("9" + _digits(r, 18), r.choice(["order_id", "流水号"])),
            (str(r.randint(10**12, 10**13 - 1)), "ean barcode"),
            (f"{r.randint(1, 9)}.{r.randint(0, 30)}.{r.randint(0, 9)}", "app version"),
            (f"{r.randint(1, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)}", "firmware version"),
            (uuid, "session uuid"),
            (f"{r.uniform(1, 90000):,.2f}", r.choice(["amount", "金额"])),
            (str(r.randint(10000, 99999)), "zip"),
            (_digits(r, 6), "邮政编码"),
            (f"{year}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}", r.choice(["signup_date", "下单日期"])),
            (f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}", "login time"),
            (str(r.randint(1_500_000_000, 1_780_000_000)), "timestamp"),
            (f"{r.randint(1, 90)}.{r.randint(0, 90)}%", "discount"),
            (f"INV {_digits(r, 3)}-{_digits(r, 3)}-{_digits(r, 5)}", "invoice"),
            (f"{_digits(r, 2)}-{_digits(r, 7)}", "employer tax number"),
            (f"SF{_digits(r, 12)}", "快递单号"),
            (f"{r.randint(20, 60)}.{_digits(r, 6)}, {r.randint(100, 125)}.{_digits(r, 6)}", "coordinates"),
        ]
    )


def _word_alike(r: random.Random) -> tuple[str, str]:
    """A text that is nobody's, and the header it would stand under."""
    return r.choice(
        [
            (r.choice(PRODUCTS_EN), r.choice(["product", "plan", "category", "Contract"])),
            (r.choice(PRODUCTS_EN), "product_name"),
            (r.choice(PLACES_EN), r.choice(["city", "region"])),
            (r.choice(FIRMS_EN), r.choice(["company", "customer_name"])),
            (r.choice(WORDS_ZH), r.choice(["类别", "产品名称", "状态"])),
            (r.choice(WORDS_ZH), "标签"),
            (r.choice(FIRMS_ZH), r.choice(["公司", "客户名称"])),
            (r.choice(SENTENCES), r.choice(["comment", "评论"])),
        ]
    )


def _near_miss(r: random.Random, what: str, chinese: bool) -> tuple[str, str]:
    """What is almost what is looked for, under a header that may even say so."""
    said = r.choice(HEADERS[what][chinese])
    misses = {
        "name": [(r.choice(FIRMS_ZH if chinese else FIRMS_EN), said), (f"user_{_digits(r, 5)}", said), (r.choice(WORDS_ZH if chinese else PLACES_EN), "")],
        "email": [("@" + r.choice(GIVEN_EN).lower(), said), (f"{r.choice(GIVEN_EN).lower()}@localhost", said), ("logo@2x.png", "file"), ("www.example.com", said), ("info at example.com", said), ("n/a", said)],
        "telephone": [(_digits(r, 4), said), ("unknown", said), (_ssn(r, False).replace(" ", "-"), ""), (_ip_address(r), ""), (f"{_digits(r, 5)}.{_digits(r, 2)}", ""), (_resident_id(r, False), "")],
        "address": [(r.choice(CITY_ZH), said), (r.choice(TOWN_EN), said), ("地铁2号线", "备注"), (f"{r.randint(10, 60)} inch road bike", "product"), (f"{r.randint(2, 12)} Month Plan", "plan"), (f"https://example.com/{_digits(r, 3)}", said), ("南京路店", "门店"), (f"第{r.randint(1, 9)}号会员", "等级")],
        "resident_id": [(_resident_id(r, False, spoil=True), said), (_resident_id(r, False, spoil=True), ""), (f"99{_digits(r, 16)}", said), (_digits(r, 12), said)],
        "ssn": [(f"9{_digits(r, 2)}-{_digits(r, 2)}-{_digits(r, 4)}", said), (f"000-{_digits(r, 2)}-{_digits(r, 4)}", said), (f"{_digits(r, 3)}-{_digits(r, 3)}-{_digits(r, 4)}", ""), ("8" + _digits(r, 8), "order_number"), (_digits(r, 9), "")],
        "bank_card": [(_card(r, chinese, spoil=r.randint(1, 9)), said), (_card(r, chinese, spoil=r.randint(1, 9)), ""), (_card(r, chinese, spoil=3), "订单号"), (_with_luhn("9" + _digits(r, 17)), "")],
        "ip_address": [(f"{r.randint(256, 999)}.{r.randint(0, 255)}.1.1", said), (f"{r.randint(1, 255)}.{r.randint(0, 255)}.{r.randint(0, 255)}", said), ("00:1a:2b:3c:4d:5e", ""), (f"{r.randint(1, 9)}.{r.randint(0, 9)}.{r.randint(0, 20)}.{r.randint(0, 9)}", ""), (f"{r.randint(1, 28)}.{r.randint(1, 12)}.{r.randint(1990, 2024)}", "")],
        "birth_date": [(_day(r, (2028, 2060), chinese), said), (_day(r, (2015, 2024), chinese), ""), (_day(r, (1960, 2024), chinese), r.choice(["signup_date", "注册日期", "order date", "contract start"])), (f"{r.randint(1, 12)}", said)],
    }  # fmt: skip
    return r.choice(misses[what])


def labelled_cells(what: str, *, positives: int = 500, negatives: int = 600, seed: int = 7) -> list[Cell]:
    """Cells of a kind and cells that are not, half English, half Chinese; half of the headers say nothing.

    A third of the negatives are near misses of the kind, a third other numbers, a third other words. The other kinds'
    headers never stand over them, so that no header gives the answer away by saying something else.
    """
    r = random.Random(f"{what} {seed}")
    cells = []
    for place in range(positives):
        chinese, told = place % 2 == 1, place % 4 < 2
        header = r.choice(HEADERS[what][chinese]) if told else r.choice(SILENT)
        cells.append(Cell(_positive(r, what, chinese, told), header, True, "zh" if chinese else "en"))
    for place in range(negatives):
        chinese = place % 2 == 1
        text, header = (
            _near_miss(r, what, chinese) if place % 3 == 0 else _number_alike(r) if place % 3 == 1 else _word_alike(r)
        )
        if place % 4 < 2 and place % 3 != 0:
            header = r.choice(SILENT)
        cells.append(Cell(text, header, False, "zh" if chinese else "en"))
    return cells
