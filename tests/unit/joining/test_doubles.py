"""Customers who are in a table twice: found by what tells people apart, and merged by rules."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.joining import default_rules, find_duplicates, merge_duplicates
from crm_ai.joining.duplicate_fields import people_in, plain_text
from crm_ai.joining.duplicate_scores import same_name
from crm_ai.table import Kind, table_from_frame

FIRST = (
    "James",
    "Mary",
    "Robert",
    "Patricia",
    "John",
    "Jennifer",
    "Michael",
    "Linda",
    "David",
    "Susan",
    "Karen",
    "Noah",
)
LAST = ("Smith", "Johnson", "Brown", "Garcia", "Miller", "Davis", "Martinez", "Lopez", "Wilson", "Anderson", "Lee")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华建文"
STREETS = ["Oak Street", "Main Road", "Park Avenue", "Mill Lane", "中山路", "人民大道", "建设街"]


def person(random, chinese):
    if chinese:
        name = random.choice(list(SURNAMES)) + "".join(random.choice(list(GIVEN), random.integers(1, 3)))
        phone, city = (
            f"1{random.integers(3, 10)}{random.integers(10**8, 10**9)}",
            str(random.choice(["北京", "上海", "广州"])),
        )
    else:
        name = f"{random.choice(FIRST)} {random.choice(LAST)}"
        phone, city = f"555{random.integers(10**7, 10**8)}", str(random.choice(["Boston", "Denver", "Leeds"]))
    handle = f"user{random.integers(10**6, 10**7)}"
    day = pd.Timestamp("1945-01-01") + pd.Timedelta(days=int(random.integers(0, 22000)))
    street = f"{random.integers(1, 400)} {random.choice(STREETS)}"
    return [name, f"{handle}@{random.choice(['mail.com', 'example.org', 'qq.com'])}", phone, day, street, city]


def spoiled(row, random, chinese):
    """The same person as somebody else typed it."""
    name, mail, phone, day, street, city = row
    wrong = int(random.integers(0, 6))
    if wrong == 0 and not chinese:
        name = ", ".join(reversed(name.split())).upper()
    elif wrong == 1 and not chinese:
        name = name[:2] + name[3:]
    elif wrong == 2:
        phone = f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}" if chinese else f"({phone[:3]}) {phone[3:6]} {phone[6:]}"
    elif wrong == 3:
        mail = None
    elif wrong == 4:
        street = street.replace("Street", "St.").replace("Road", "Rd").replace("Avenue", "Ave")
    elif wrong == 5:
        phone = "".join(chr(ord(digit) + 0xFEE0) for digit in phone)
        mail = mail.upper()
    if random.random() < 0.3:
        phone = None if mail else phone
    return [name, mail, phone, day, street, city]


@pytest.fixture(scope="module")
def registered():
    random = np.random.default_rng(5)
    chinese = random.random(5000) < 0.5
    rows = [person(random, zh) for zh in chinese]
    planted = random.choice(5000, 500, replace=False)
    rows += [spoiled(rows[i], random, chinese[i]) for i in planted]
    truth = {(int(i), 5000 + place) for place, i in enumerate(planted)}
    # Traps: a father and a son, twins, namesakes.
    father, son = person(random, False), person(random, False)
    son[0], son[1:3], son[4:] = father[0].replace(father[0].split()[0], "Zebulon"), [None, father[2]], father[4:]
    twin, other = person(random, True), person(random, True)
    other[0], other[2:] = twin[0][0] + "慧珊", twin[2:]
    rows += [father, son, twin, other]
    one, two = person(random, True), person(random, True)
    one[0] = two[0] = "王伟"
    one[5] = two[5] = "北京"
    rows += [one, two]
    frame = pd.DataFrame(rows, columns=["full name", "email", "手机号", "birth date", "address", "city"])
    frame.insert(0, "customer_id", [f"C{i:05d}" for i in range(len(frame))])
    return table_from_frame(frame), truth


def test_planted_duplicates_are_found_and_traps_are_not(registered, capsys):
    table, truth = registered
    found = find_duplicates(table)
    pairs = {(int(a), int(b)) for a, b in zip(found.pairs["first"], found.pairs["second"], strict=True)}
    right = len(pairs & truth)
    precision, recall = right / len(pairs), right / len(truth)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what the test is for
            f"\nduplicates: precision {precision:.3f}, recall {recall:.3f} of {len(truth)} planted pairs"
        )
    assert precision >= 0.97
    assert recall >= 0.9
    assert not any(a >= 5500 for a, _b in pairs)
    assert found.rows == sum(len(group) - 1 for group in found.groups)


def test_a_table_of_numbers_has_equal_rows_only():
    frame = pd.DataFrame({"tenure": [1, 2, 1, 3], "spend": [5.5, 6.5, 5.5, 5.4]})
    assert [group.tolist() for group in find_duplicates(table_from_frame(frame)).groups] == [[0, 2]]


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_all_rows_equal(rows):
    frame = pd.DataFrame({"name": ["Ann Lee"] * rows, "phone": ["5550101999"] * rows, "x": range(rows)})
    groups = find_duplicates(table_from_frame(frame)).groups
    assert sum(map(len, groups)) == (rows if rows > 1 else 0)
    assert len(groups) == (rows > 1)


def test_empty_columns_say_nothing():
    frame = pd.DataFrame({"name": [None] * 5, "email": [None, "a@b.com", "c@d.com", None, None], "x": range(5)})
    assert find_duplicates(table_from_frame(frame)).groups == ()


def test_a_crowded_value_is_not_compared_by_itself_and_told():
    n = 50_000
    frame = pd.DataFrame(
        {"name": [f"Person{i} Number{i}" for i in range(n)], "city": ["Rome"] * n, "phone": ["000000000"] * n}
    )
    found = find_duplicates(table_from_frame(frame))
    assert found.groups == ()
    assert any("share a value" in note for note in found.notes)


def test_names_of_people():
    assert same_name("ann lee", "ann lee") == 1
    assert same_name("garcia maria", "garcia maria teresa") == 1
    assert same_name("jon smith", "john smith") > 0.86
    assert same_name("jack smith", "john smith") < 0.86
    assert same_name("张伟", "张强") == 0
    assert plain_text("Ünal-Öz") == "unal oz"


def people():
    return table_from_frame(pd.DataFrame({
        "name": ["Ann", "Ann Lee", None, "Bob"], "spend": [5, 7, None, 1],
        "last seen": pd.to_datetime(["2024-01-01", "2025-01-01", "2023-01-01", None]),
        "city": ["Rome", "Oslo", "Oslo", "Bern"],
    }))  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "column", "expected"),
    [
        ("first", "name", "Ann"), ("last", "name", "Ann Lee"), ("longest", "name", "Ann Lee"),
        ("newest", "name", "Ann Lee"),
        ("most_frequent", "city", "Oslo"), ("largest", "spend", 7), ("smallest", "spend", 5), ("sum", "spend", 12),
        ("mean", "spend", 6), ("joined", "city", "Rome | Oslo"),
    ],
)  # fmt: skip
def test_each_rule(rule, column, expected):
    done = merge_duplicates(people(), [np.array([0, 1, 2])], {column: rule})
    assert len(done) == 2
    assert done.frame[column][0] == expected
    assert done.frame["name"][1] == "Bob"
    assert "3 rows became 1 customers." in done.reading.notes


@given(st.lists(st.integers(0, 6), min_size=1, max_size=25))
@settings(max_examples=40, deadline=None)
def test_each_row_ends_in_one_customer_and_nothing_is_lost(owners):
    n = len(owners)
    frame = pd.DataFrame({"tag": [f"t{i}" for i in range(n)], "amount": np.arange(n) + 0.5, "x": 1})
    groups = [np.flatnonzero(np.asarray(owners) == k) for k in range(7) if owners.count(k) > 1]
    table = table_from_frame(frame)
    table = table.with_schema(table.schema.corrected("amount", kind=Kind.NUMBER))
    done = merge_duplicates(table, groups, {"tag": "joined", "amount": "sum"}).frame
    assert len(done) == n - sum(len(group) - 1 for group in groups)
    assert sorted(tag for cell in done["tag"] for tag in cell.split(" | ")) == sorted(frame["tag"])
    assert done["amount"].sum() == frame["amount"].sum()


def test_mistakes_are_told_kindly():
    with pytest.raises(ProblemError, match="no rule"):
        merge_duplicates(people(), [np.array([0, 1])], {"name": "best"})
    with pytest.raises(ProblemError, match="Only numbers"):
        merge_duplicates(people(), [np.array([0, 1])], {"name": "sum"})
    with pytest.raises(ProblemError, match="two customers"):
        merge_duplicates(people(), [np.array([0, 1]), np.array([1, 2])])
    table = table_from_frame(pd.DataFrame({"name": ["a", "b"]}))
    with pytest.raises(ProblemError, match="no column of dates"):
        merge_duplicates(table, [np.array([0, 1])], {"name": "newest"})
    with pytest.raises(ProblemError, match="no column"):
        find_duplicates(people(), columns=["gone"])
    with pytest.raises(ProblemError, match="between 0 and 1"):
        find_duplicates(people(), threshold=0)


def test_rules_by_default():
    assert set(default_rules(people()).values()) <= {"first", "longest"}


def test_masked_names_tell_nobody_apart():
    names = [f"{'张王李赵'[place % 4]}*" for place in range(40)]
    frame = pd.DataFrame({"姓名": names, "电话": [f"1380013{place:04d}" for place in range(40)]})
    assert {one.field.value for one in people_in(table_from_frame(frame), None)} == {"telephone"}
    assert {one.field.value for one in people_in(table_from_frame(frame), ["姓名"])} == {"name"}
