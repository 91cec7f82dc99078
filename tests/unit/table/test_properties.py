"""What holds for every table: written and read back it is the same, and no bytes crash the reader."""

import contextlib
import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_ai.errors import ReadError
from crm_ai.table import coerce, inspect, read_table, table_from_frame
from crm_ai.table.missing_words import MISSING_WORDS, NO_NUMBER_WORDS

calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

letters = st.text(
    st.characters(codec="utf-8", categories=("L", "Nd", "P", "Zs"), exclude_characters="\r\x00"),
    min_size=1,
    max_size=12,
)
words = letters.map(str.strip).filter(
    lambda text: text and text[0].isalpha() and text.lower() not in MISSING_WORDS | NO_NUMBER_WORDS
)
numbers = st.one_of(
    st.integers(-(10**9), 10**9).map(float), st.floats(-1e9, 1e9, width=32).map(lambda x: round(x, 4) + 0.0)
)


@st.composite
def frames(draw):
    rows = draw(st.integers(2, 30))
    columns = {}
    for name in draw(st.lists(words, min_size=1, max_size=4, unique_by=lambda text: text.strip())):
        cells = draw(
            st.sampled_from(
                [numbers, words, st.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2200-01-01").date())]
            )
        )
        gap = draw(st.booleans())
        values = draw(st.lists(st.one_of(st.none(), cells) if gap else cells, min_size=rows, max_size=rows))
        values[0] = draw(cells)
        columns[name] = pd.Series(values, dtype="datetime64[us]" if cells not in (numbers, words) else None)
    return pd.DataFrame({"anchor": [f"row {i}" for i in range(rows)]} | columns)


def to_csv(frame):
    return frame.to_csv(index=False, lineterminator="\n").encode()


def to_excel(frame):
    content = io.BytesIO()
    frame.to_excel(content, index=False)
    return content.getvalue()


def to_parquet(frame):
    content = io.BytesIO()
    frame.to_parquet(content)
    return content.getvalue()


def to_json(frame):
    return json.dumps(
        json.loads(frame.to_json(orient="records", date_format="iso", double_precision=15)), ensure_ascii=False
    ).encode()


@pytest.mark.parametrize("write", [to_csv, to_excel, to_parquet, to_json])
@calm
@given(frames())
def test_written_and_read_back_it_is_the_same(write, frame):
    table = table_from_frame(frame)
    again = read_table(write(frame))
    assert again.schema.names == table.schema.names
    pd.testing.assert_frame_equal(coerce(again.frame, table.schema), table.frame, check_exact=False, rtol=1e-12)
    assert again.frame.isna().sum().tolist() == frame.isna().sum().tolist()


@calm
@given(frames(), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_separator_and_encoding_do_not_matter(frame, separator, encoding):
    text = frame.to_csv(index=False, sep=separator)
    again = read_table(text.encode(encoding), separator=separator, encoding=encoding)
    assert again.digest == read_table(to_csv(frame)).digest


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_crash_nothing(data):
    with contextlib.suppress(ReadError):
        inspect(read_table(data))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(
        [b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"[{", b"\xff\xfe", b"a,b\n", b'"a', b"{"]
    ),
    st.binary(max_size=200),
)
def test_files_that_only_begin_well_crash_nothing(start, data):
    with contextlib.suppress(ReadError):
        read_table(start + data)


@pytest.fixture(scope="module")
def sound_files():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "d": pd.to_datetime(["2024-01-01"] * 3)})
    return [write(frame) for write in (to_csv, to_excel, to_parquet, to_json)]


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 3),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
    st.floats(0.01, 1),
)
def test_damaged_files_crash_nothing(sound_files, which, spots, kept):
    content = bytearray(sound_files[which])
    for place, value in spots:
        content[int(place * len(content))] = value
    with contextlib.suppress(ReadError):
        read_table(bytes(content[: round(kept * len(content))]))


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(list('ab1,;\t|"\n\r .-%$年月/')), max_size=200))
def test_awkward_text_crashes_nothing(text):
    with contextlib.suppress(ReadError):
        inspect(read_table(text.encode()))


@calm
@given(
    st.lists(
        st.one_of(
            st.none(), st.integers(), st.floats(), st.text(max_size=5), st.booleans(), st.dates(), st.binary(max_size=3)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_mixture_of_objects_makes_a_column(values):
    table = table_from_frame(pd.DataFrame({"x": pd.Series(values, dtype=object)}))
    kept = table.frame["x"].notna().sum() + sum(table.reading.unreadable.values()) + sum(table.reading.blanked.values())
    empty = sum(value is None or (isinstance(value, float) and np.isnan(value)) for value in values)
    assert kept == len(values) - empty
