import hashlib
import hmac
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import CrmAiError, ProblemError
from crm_ai.personal_data import Protection, find_personal_data, new_key, protect
from crm_ai.table import Kind, Role, Schema, read_table, table_from_frame

KEY = b"a key for tests that is long enough"
NAMES = ["欧阳晓明", "Saoirse Quigley", "李建国", "Tobias Marchetti", "王秀英", "Priya Raman"]
MAILS = [
    "saoirse.q@example.org",
    "lijg77@qq.com",
    "tobias@mail.example.com",
    "wxy@163.com",
    "priya.r@example.in",
    "oyxm@126.com",
]
PHONES = ["13812345678", "+44 20 7946 0958", "186-1234-9876", "(212) 664-7665", "010-62345678", "15987654321"]
NOTES = [
    "Customer asked to be called back at 13911112222 tomorrow morning please",
    "Wrote to us from hidden.person@example.com about the late delivery",
    "物流太慢了，请联系我 13655556666 谢谢你们的客服人员",
    "Happy with the product, will order again next month for sure",
    "Her number is 536-22-8145 and she wants a refund of 12.50 euros",
    "Nothing special to say about this order, thank you very much",
]


def people(n=60):
    place = np.arange(n) % 6
    return pd.DataFrame(
        {
            "customer_name": pd.Categorical(np.asarray(NAMES)[place]),
            "email": np.asarray(MAILS)[place],
            "phone": np.asarray(PHONES)[place],
            "birthday": pd.to_datetime("1960-02-03") + pd.to_timedelta(place * 2011, unit="D"),
            "age": 20 + place * 13,
            "vip": np.where(place % 2, "Zweifelsfall", "Musterkunde"),
            "comment": np.asarray(NOTES)[place],
            "amount": np.linspace(1, 99, n),
        }
    )


def everything(table):
    """All text that hangs on a table, memory of its columns included."""
    parts = [pickle.dumps(table), repr(table).encode(), repr(table.schema).encode(), repr(table.reading).encode()]
    for name in table.frame.columns:
        column = table.frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            parts.append(repr(list(column.cat.categories)).encode())
        elif column.dtype == "str":
            chunks = getattr(column.array, "_pa_array", None)
            for chunk in chunks.chunks if chunks is not None else ():
                parts += [bytes(buffer) for buffer in chunk.buffers() if buffer is not None]
    return b"\0".join(parts)


def assert_nothing_left(table, secrets):
    left = everything(table)
    for secret in secrets:
        assert str(secret).encode() not in left, secret


@pytest.mark.parametrize("how", [Protection.MASK, Protection.PSEUDONYMISE, Protection.DROP])
def test_nothing_is_left_of_protected_columns(how):
    table = table_from_frame(people())
    quoting = {"vip": "Only Zweifelsfall / Musterkunde occur."}
    columns = (replace(column, evidence=quoting.get(column.name, column.evidence)) for column in table.schema)
    table = replace(table, schema=Schema(tuple(columns)))
    names = ("customer_name", "email", "phone", "birthday", "vip")
    safe = protect(table, dict.fromkeys(names, how), key=KEY)
    days = [str(day.date()) for day in table.frame["birthday"].unique()]
    assert_nothing_left(safe, [*NAMES, *MAILS, *PHONES, *days, "Zweifelsfall", "Musterkunde"])
    assert len(safe) == len(table)
    assert safe.frame["amount"].tolist() == table.frame["amount"].tolist()
    assert safe.digest != table.digest
    assert all(name in safe.schema for name in names) == (how is not Protection.DROP)
    assert len(safe.reading.notes) >= len(names)


def test_categories_that_no_row_holds_any_more_are_gone_too():
    table = table_from_frame(people())
    table.frame["customer_name"] = (
        table.frame["customer_name"].astype("category").cat.add_categories(["Nobody Nowhere"])
    )
    assert_nothing_left(protect(table, {"customer_name": Protection.MASK}), [*NAMES, "Nobody"])


def test_texts_keep_their_words_and_lose_their_people():
    table = table_from_frame(people())
    assert table.schema["comment"].kind in (Kind.TEXT, Kind.CATEGORY)
    safe = protect(table, {"comment": Protection.MASK})
    assert_nothing_left(safe, ["13911112222", "hidden.person", "13655556666", "536-22-8145"])
    cells = safe.frame["comment"].astype(str).tolist()
    assert cells[0] == "Customer asked to be called back at *********22 tomorrow morning please"
    assert cells[1] == "Wrote to us from h***@***.com about the late delivery"
    assert cells[2] == "物流太慢了，请联系我 *********66 谢谢你们的客服人员"
    assert cells[3] == NOTES[3]
    assert cells[4] == "Her number is ***-**-**** and she wants a refund of 12.50 euros"


def test_a_text_in_which_nothing_was_found_is_masked_as_a_whole():
    frame = pd.DataFrame(
        {
            "comment": ["a quiet word about nothing in particular", "another one of that sort, no more"] * 20,
            "x": range(40),
        }
    )
    safe = protect(table_from_frame(frame), {"comment": Protection.MASK})
    assert set(safe.frame["comment"].astype(str)) == {"a***"}


def test_of_mixed_cells_every_one_is_masked():
    frame = pd.DataFrame({"login": ["ann.lee@example.com", "ann_lee", "bo_ek", "c_dupont"] * 10, "n": range(40)})
    safe = protect(table_from_frame(frame), {"login": Protection.MASK})
    assert safe.frame["login"].astype(str).tolist()[:4] == ["a***@***.com", "a***", "b***", "c***"]


def test_pseudonyms_are_keyed_equal_for_equal_values_and_join_across_tables():
    table = table_from_frame(people())
    other = table_from_frame(pd.DataFrame({"contact": [*MAILS, " " + MAILS[0]], "n": range(7)}))
    one = protect(table, {"email": Protection.PSEUDONYMISE}, key=KEY).frame["email"].astype(str)
    two = protect(other, {"contact": Protection.PSEUDONYMISE}, key=KEY).frame["contact"].astype(str)
    assert set(one) == set(two)
    assert two[0] == two[6]
    assert one.nunique() == 6
    by_hand = "p" + hmac.new(KEY, MAILS[0].encode(), hashlib.sha256).hexdigest()[:24]
    assert one[0] == by_hand
    strange = protect(table, {"email": Protection.PSEUDONYMISE}, key=new_key()).frame["email"].astype(str)
    assert not set(one) & set(strange)


def test_numbers_and_texts_of_the_same_telephone_get_the_same_pseudonym():
    whole = table_from_frame(pd.DataFrame({"calls": [13800138000, 13900139000] * 3, "n": range(6)}))
    holed = table_from_frame(pd.DataFrame({"calls": [13800138000.0, np.nan] * 3, "n": range(6)}))
    written = table_from_frame(pd.DataFrame({"calls": ["13800138000", "x-1"] * 3, "n": range(6)}))
    codes = [
        protect(t, {"calls": Protection.PSEUDONYMISE}, key=KEY).frame["calls"].astype(object)[0]
        for t in (whole, holed, written)
    ]
    assert len(set(codes)) == 1
    assert (
        protect(holed, {"calls": Protection.PSEUDONYMISE}, key=KEY).frame["calls"].isna().tolist() == [False, True] * 3
    )


def test_the_key_is_nowhere():
    safe = protect(table_from_frame(people()), {"email": Protection.PSEUDONYMISE}, key=KEY)
    left = everything(safe)
    assert KEY not in left
    assert KEY.hex().encode() not in left


@pytest.mark.parametrize("key", [None, b"", b"short"])
def test_pseudonyms_without_a_proper_key_are_refused(key):
    with pytest.raises(CrmAiError, match="key"):
        protect(table_from_frame(people()), {"email": Protection.PSEUDONYMISE}, key=key)


def test_generalising():
    frame = people().assign(
        postcode=["100084", "200030", "518000"] * 20, ip=["203.0.113.7", "198.51.100.9"] * 30,
        address=["浙江省杭州市西湖区文三路12号", "北京市朝阳区建国路88号", "12 Mill Lane, Leeds"] * 20,
        signup_date=pd.to_datetime("2023-05-17"),
    )  # fmt: skip
    frame.loc[0, ["age", "signup_date"]] = None
    names = ("age", "birthday", "postcode", "ip", "address", "signup_date", "amount")
    cells = protect(table_from_frame(frame), dict.fromkeys(names, Protection.GENERALISE)).frame
    assert cells["age"].iloc[1:6].tolist() == ["30–39", "40–49", "50–59", "70–79", "80–89"]
    assert cells["age"].isna().sum() == 1
    assert cells["birthday"].iloc[:3].tolist() == ["1960–1969", "1960–1969", "1970–1979"]
    assert cells["postcode"].iloc[:3].tolist() == ["10***", "20***", "51***"]
    assert cells["ip"].iloc[:2].tolist() == ["203.0.0.0/16", "198.51.0.0/16"]
    assert cells["address"].iloc[:3].tolist() == ["浙江省杭州市", "北京市", "Leeds"]
    assert cells["signup_date"].iloc[1] == "2023-05"
    assert cells["amount"].iloc[0] == "0–9"
    assert all(isinstance(cells[name].dtype, pd.CategoricalDtype) for name in names)


@pytest.mark.parametrize("name", ["customer_name", "email", "phone", "comment"])
def test_what_cannot_be_coarser_says_what_is_possible(name):
    frame = people().assign(comment=[f"{NOTES[i % 6]} {i}" for i in range(60)])
    with pytest.raises(CrmAiError, match=r"coarser.*[Mm]ask"):
        protect(table_from_frame(frame), {name: Protection.GENERALISE})


def test_no_error_quotes_a_cell():
    for choices in ({"customer_name": Protection.GENERALISE}, {"email": Protection.PSEUDONYMISE}):
        with pytest.raises(CrmAiError) as caught:
            protect(table_from_frame(people()), choices)
        assert not any(secret in str(caught.value) for secret in (*NAMES, *MAILS))


def test_unknown_columns_and_empty_results_are_refused():
    table = table_from_frame(people()[["email", "age"]])
    with pytest.raises(ProblemError, match="nobody"):
        protect(table, {"nobody": Protection.MASK})
    with pytest.raises(ProblemError, match="dropped"):
        protect(table, dict.fromkeys(("email", "age"), Protection.DROP))


def test_keep_keeps_and_nothing_else_changes():
    table = table_from_frame(people())
    safe = protect(table, {"email": Protection.KEEP})
    pd.testing.assert_frame_equal(safe.frame, table.frame)
    assert safe.schema == table.schema


def test_notes_that_quote_cells_are_removed_and_the_others_kept():
    table = table_from_frame(people())
    notes = ("3 rows were empty.", f"Row 7 was cut after {MAILS[1]}.", "Only Zweifelsfall / Musterkunde occur.")
    table = replace(table, reading=replace(table.reading, notes=notes))
    safe = protect(table, {"email": Protection.MASK, "vip": Protection.PSEUDONYMISE}, key=KEY)
    assert safe.reading.notes[0] == notes[0]
    assert_nothing_left(safe, [MAILS[1], "Zweifelsfall"])
    assert any("2 notes" in note for note in safe.reading.notes)


def test_masked_columns_predict_nothing_but_labels_stay_labels():
    safe = protect(
        table_from_frame(people(600).assign(email=[f"p{i}@example.com" for i in range(600)])),
        {"email": Protection.MASK, "vip": Protection.MASK},
    )
    assert safe.schema["email"].role is Role.IGNORED
    assert safe.schema["vip"].kind is Kind.CATEGORY


def test_after_masking_nothing_is_found_any_more():
    table = table_from_frame(people())
    choices = {found.column: Protection.PSEUDONYMISE for found in find_personal_data(table)}
    assert set(choices) == {"customer_name", "email", "phone", "birthday", "comment"}
    assert find_personal_data(protect(table, choices, key=KEY)) == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(min_size=1, max_size=12)), min_size=1, max_size=12))
def test_masks_never_leave_a_cell_as_it_was(cells):
    frame = pd.DataFrame({"x": pd.array(cells, dtype=object), "y": range(len(cells))})
    table = table_from_frame(frame)
    before = table.frame["x"].astype(object)
    after = protect(table, {"x": Protection.MASK}).frame["x"].astype(object)
    assert (before.isna() == after.isna()).all()
    assert not any(str(b) == a for b, a in zip(before, after, strict=True) if isinstance(a, str) and a.strip("*"))


def test_a_table_of_chinese_headers_from_a_file():
    table = read_table(
        "姓名,手机号,身份证号,消费\n张三丰,13800138000,11010519491231002X,12\n李四光,13900139000,440106198001010012,30\n".encode(),
        name="客户.csv",
    )
    safe = protect(table, {"姓名": Protection.MASK, "手机号": Protection.MASK, "身份证号": Protection.MASK})
    assert safe.frame["姓名"].astype(str).tolist() == ["张**", "李**"]
    assert safe.frame["手机号"].astype(str).tolist() == ["*********00", "*********00"]
    assert (
        safe.frame["身份证号"].astype(str).str[:3].tolist() == ["11*", "44*"]
        or safe.frame["身份证号"].astype(str).str.contains("***", regex=False).all()
    )
    assert_nothing_left(safe, ["张三丰", "13800138000", "11010519491231002", "440106198001010012"])


@pytest.mark.real_data
def test_names_that_stay_in_another_column_are_told(real_data):
    table = read_table(real_data("superstore_zh.xls"))
    alone = protect(table, {"客户名称": Protection.MASK})
    assert any("客户 ID" in note and "still" in note for note in alone.reading.notes)
    both = protect(table, {found.column: found.proposal for found in find_personal_data(table)}, key=KEY)
    assert not any("still" in note for note in both.reading.notes)
    assert find_personal_data(both) == ()
    persons = [name for name in table.frame["客户名称"].dropna().unique() if len(name) == 3]
    kept = "\n".join(both.frame[name].astype(str).str.cat(sep="\n") for name in both.frame.columns)
    assert (
        sum(person in kept for person in persons) <= len(persons) * 0.02
    )  # products and cities may hold the same signs
