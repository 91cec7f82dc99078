"""Any table, written in any of the formats and read back, is the same table."""

import gzip
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_ai.table import Kind, read_table
from crm_ai.table.grid import is_total
from crm_ai.table.missing_words import MISSING_WORDS, NO_NUMBER_WORDS

calm = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ROWS = 12

whole = st.integers(-(10**12), 10**12)
decimals = st.floats(-1e9, 1e9, width=32).map(lambda x: round(float(x), 4) + 0.0)
dates = st.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2200-01-01").date())
letters = st.text(st.sampled_from(list("abcXYZ 北京上海客户éüß,;|'\"\t\n.:-#$%()/&<>=+@")), min_size=1, max_size=12)
labels = (
    letters.map(lambda text: f"x{text}y")
    .map(str.strip)
    .filter(lambda text: text.casefold() not in MISSING_WORDS | NO_NUMBER_WORDS and not is_total([text]))
)
codes = st.integers(0, 10**6).map(lambda n: f"{n:08d}")
cards = st.integers(10**18, 10**19 - 1).map(str)

# What is written, and the kinds that a reader may rightly take it for.
COLUMNS = {
    "whole": (whole, {Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY}),
    "decimals": (decimals, {Kind.NUMBER, Kind.BOOLEAN}),
    "born_date": (dates, {Kind.DATE}),
    "yes": (st.sampled_from(["Yes", "No"]), {Kind.BOOLEAN, Kind.CATEGORY}),
    "label": (labels, {Kind.CATEGORY, Kind.TEXT, Kind.IDENTIFIER}),
    "code": (codes, {Kind.CATEGORY, Kind.TEXT, Kind.IDENTIFIER}),
    "卡号": (cards, {Kind.CATEGORY, Kind.TEXT, Kind.IDENTIFIER}),
}


@st.composite
def frames(draw):
    columns = {"anchor": [f"row {i}" for i in range(ROWS)]}
    for name in draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=5, unique=True)):
        cells = COLUMNS[name][0]
        values = draw(st.lists(st.one_of(cells, cells, cells, st.none()), min_size=ROWS, max_size=ROWS))
        values[0] = draw(cells)
        columns[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(columns)


def plain(value):
    """Write a cell as a text that is the same for all ways to hold it."""
    if value is None or value is pd.NaT or value != value:
        return None
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return float(value)
    if hasattr(value, "isoformat"):
        return pd.Timestamp(value).isoformat()
    return str(value)


def assert_same(table, frame):
    assert table.schema.names == tuple(frame.columns)
    assert len(table) == len(frame)
    for name in frame.columns:
        kind = table.schema[name].kind
        assert name == "anchor" or kind in COLUMNS[name][1], (name, kind, table.schema[name].evidence)
        ours, theirs = [plain(value) for value in table.frame[name]], [plain(value) for value in frame[name]]
        if name in ("whole", "decimals"):
            ours, theirs = (np.asarray([np.nan if x is None else float(x) for x in cells]) for cells in (ours, theirs))
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=name)
        else:
            assert ours == theirs, name
    assert not table.reading.unreadable
    assert not table.reading.blanked


def written(frame, separator=",", decimal=".", end="\n"):
    def cell(value):
        if value is None:
            return ""
        text = repr(value).replace(".", decimal) if isinstance(value, float) else str(value)
        needs_quotes = any(letter in text for letter in f'{separator}"\r\n')
        return '"' + text.replace('"', '""') + '"' if needs_quotes else text

    rows = [list(frame.columns), *frame.itertuples(index=False)]
    return "".join(separator.join(map(cell, row)) + end for row in rows)


def as_values(frame):
    """The same cells with one type a column, as pandas and Arrow hold them."""
    typed = frame.copy()
    for name in frame.columns:
        if name in ("whole", "decimals"):
            typed[name] = pd.to_numeric(frame[name])
        elif name == "born_date":
            typed[name] = pd.to_datetime(frame[name])
        else:
            typed[name] = frame[name].astype("str")
    return typed


def to_excel(frame):
    content = io.BytesIO()
    as_values(frame).to_excel(content, index=False)
    return content.getvalue()


def to_parquet(frame):
    content = io.BytesIO()
    as_values(frame).to_parquet(content)
    return content.getvalue()


def records(frame):
    return [
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def to_json(frame):
    return json.dumps(records(frame)).encode()


def to_lines(frame):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in records(frame)).encode()


def to_zip(frame):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("客户.csv", written(frame))
        archive.writestr("readme.md", "no table")
    return content.getvalue()


def to_gzip(frame):
    return gzip.compress(written(frame, "\t").encode())


@pytest.mark.parametrize("write", [to_excel, to_parquet, to_json, to_lines, to_zip, to_gzip])
@calm
@given(frames())
def test_every_format(write, frame):
    assert_same(read_table(write(frame)), frame)


@calm
@given(frames(), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]))
def test_every_separator_is_found(frame, separator, encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    assert_same(read_table((mark + written(frame, separator)).encode(encoding)), frame)


@calm
@given(frames(), st.sampled_from([";", "\t", "|"]), st.sampled_from(["utf-8", "gb18030", "utf-16-le"]))
def test_decimal_commas_that_were_told(frame, separator, encoding):
    data = written(frame, separator, ",").encode(encoding)
    assert_same(read_table(data, separator=separator, decimal=",", encoding=encoding), frame)


@calm
@given(frames(), st.sampled_from(["\n", "\r\n"]))
def test_a_title_above_and_a_total_below(frame, end):
    below = "Total" + "," * (len(frame.columns) - 1) + end
    table = read_table(("Customers of June" + 2 * end + written(frame, end=end) + below).encode())
    assert_same(table, frame)
    assert table.reading.header == 3


@calm
@given(frames())
def test_what_was_found_may_be_said(frame):
    data = written(frame, ";").encode("utf-16")
    found = read_table(data)
    reading = found.reading
    again = read_table(
        data,
        encoding=reading.encoding,
        separator=reading.separator,
        header=reading.header,
        decimal=reading.decimal,
        day_first=reading.day_first,
    )
    assert again.digest == found.digest
