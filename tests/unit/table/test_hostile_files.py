"""No file crashes the reader, makes it hang or eats the memory."""

import contextlib
import gzip
import io
import json
import os
import subprocess
import sys
import textwrap
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import CrmAiError
from crm_ai.table import Table, read_table

MEMORY = 3 << 30
HANGS = 120  # seconds; far more than any of these takes


def frame():
    return pd.DataFrame(
        {
            "name": ["张伟", 'say "hi"', None, "a,b;c\nd"],
            "spend": [1.5, -2.25, 1e6, None],
            "since": pd.to_datetime(["2024-01-01", None, "2023-12-31", "2022-02-28"]),
            "card": ["0017", "6222020200112230001", "3", "4"],
        }
    )


def to_excel():
    content = io.BytesIO()
    frame().to_excel(content, index=False)
    return content.getvalue()


def to_parquet():
    content = io.BytesIO()
    frame().to_parquet(content)
    return content.getvalue()


def to_zip():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("customers.csv", frame().to_csv(index=False))
        archive.writestr("more.json", frame().to_json(orient="records"))
    return content.getvalue()


SOUND = {
    "csv": frame().to_csv(index=False).encode(),
    "gbk": frame().to_csv(index=False).encode("gb18030"),
    "utf-16": frame().to_csv(index=False, sep="\t").encode("utf-16"),
    "xlsx": to_excel(),
    "parquet": to_parquet(),
    "json": frame().to_json(orient="records", force_ascii=False).encode(),
    "jsonl": frame().to_json(orient="records", lines=True).encode(),
    "gzip": gzip.compress(frame().to_csv(index=False).encode()),
    "zip": to_zip(),
}


def read_or_refuse(data, **wishes):
    """Only a table or an error in words comes out; the words are returned."""
    try:
        table = read_table(data, **wishes)
    except CrmAiError as error:
        return str(error)
    assert isinstance(table, Table)
    assert len(table) > 0
    assert table.schema.names == tuple(table.frame.columns)
    return "a table"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600), st.sampled_from(["", "a.csv", "a.json", "a.xlsx", "a.csv.gz"]))
def test_random_bytes(data, name):
    assert read_or_refuse(data, name=name)


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([None, "utf-8", "gb18030", "big5", "utf-16", "latin-1", "utf-7"]),
    st.sampled_from([None, ",", "blank", "x", "，"]),
    st.sampled_from([None, 0, 1, 2, 5]),
    st.sampled_from([None, ".", ","]),
    st.sampled_from([None, True, False]),
)
def test_random_bytes_with_random_wishes(data, encoding, separator, header, decimal, day_first):
    with contextlib.suppress(CrmAiError):
        read_table(data, encoding=encoding, separator=separator, header=header, decimal=decimal, day_first=day_first)


@pytest.mark.parametrize("kind", list(SOUND))
def test_the_sound_files_are_sound(kind):
    assert len(read_table(SOUND[kind])) == 4


@pytest.mark.parametrize("kind", list(SOUND))
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), max_size=12),
    st.floats(0.01, 1),
    st.binary(max_size=20),
)
def test_flipped_bits_and_missing_ends(kind, spots, kept, tail):
    content = bytearray(SOUND[kind])
    for place, value in spots:
        content[int(place * len(content))] ^= value
    assert read_or_refuse(bytes(content[: round(kept * len(content))]) + tail)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"]),
       st.lists(st.tuples(st.floats(0, 0.9999), st.integers(32, 126)), min_size=1, max_size=6))  # fmt: skip
def test_damaged_parts_of_a_workbook(part, spots):
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SOUND["xlsx"])) as sound, zipfile.ZipFile(content, "w") as broken:
        for entry in sound.namelist():
            xml = bytearray(sound.read(entry))
            if entry == part:
                for place, value in spots:
                    xml[int(place * len(xml))] = value
            broken.writestr(entry, bytes(xml))
    assert read_or_refuse(content.getvalue())


def in_a_small_room(*cases):
    """Read what pieces of code make, in a process that may not take more memory than is good, nor go on forever.

    Each piece of code sets ``data``. What the reader says must hold the words beside the code. The megabytes by which
    the process has grown while reading are returned.
    """
    code = textwrap.dedent(
        f"""
        import gzip, io, json, resource, sys, zipfile, zlib
        from crm_ai.errors import CrmAiError
        from crm_ai.table import read_table
        import pyarrow.parquet, openpyxl, pyarrow as pa
        chunk = zlib.compressobj(9, zlib.DEFLATED, -15)
        chunk = chunk.compress(bytes(1 << 24)) + chunk.flush(zlib.Z_FULL_FLUSH)
        resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
        for make in json.load(sys.stdin):
            data = None  # the case before must not take the room of this one
            exec(make)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            try:
                said = str(read_table(data).frame.shape)
            except CrmAiError as error:
                said = f"refused {{error}}"
            print(json.dumps([said, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024]))
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}"],
        input=json.dumps([textwrap.dedent(make) for make, _said in cases]),
        capture_output=True, text=True, timeout=HANGS,
        # The limit is on addresses, of which each thread's own arena would reserve many without using them.
        env=os.environ | {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    for (make, expect), (said, _grown) in zip(cases, told, strict=True):
        assert expect in said, (make[:100], said)
    return max(grown for _said, grown in told)


def test_bombs_in_gzip_and_zip():
    gzipped = """
    data = b"\\x1f\\x8b\\x08\\0\\0\\0\\0\\0\\0\\3" + chunk * 640 + b"\\3\\0" + bytes(8)
    """
    zipped = """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        entry = zipfile.ZipInfo("customers.csv")
        entry.compress_type, entry.CRC, entry.header_offset = 8, 0, 0
        entry.file_size, entry.compress_size = SIZE, len(chunk) * 640 + 2
        content.write(entry.FileHeader(zip64=True) + chunk * 640 + b"\\3\\0")
        archive.filelist.append(entry)
        archive.start_dir, archive._didModify = content.tell(), True
    data = content.getvalue()
    """
    honest, liar = zipped.replace("SIZE", "640 << 24"), zipped.replace("SIZE", "1 << 30")
    words = "too large when unpacked"
    assert in_a_small_room((gzipped, words), (honest, words), (liar, words)) < 300


def test_a_zip_bomb_within_a_zip_bomb():
    make = """
    inner = gzip.compress(gzip.compress(bytes(1 << 29), 1), 9)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("customers.csv.gz", inner)
    data = content.getvalue()
    """
    assert in_a_small_room((make, "archives within archives")) < 100


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + (
    '<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
)


def workbook(sheet: bytes, prolog: bytes = b"") -> bytes:
    """A sound workbook with another sheet in it."""
    book, sound, content = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.save(sound)
    with zipfile.ZipFile(sound) as before, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.namelist():
            is_sheet = entry == "xl/worksheets/sheet1.xml"
            after.writestr(entry, prolog + sheet if is_sheet else before.read(entry))
    return content.getvalue()


SHEETS = (
    ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "columns"),
    ('<row r="1"><c r="A1"><v>1</v></c></row><row r="2147483647"><c r="A2147483647"><v>1</v></c></row>', ""),
    ('<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>', "refused"),
    ('<row r="1"><c r="A1"><v>1</v></c></row>' + '<row><c r="XFD2"><v>1</v></c></row>' * 5000, "too large"),
)


def test_sheets_of_absurd_dimensions(tmp_path):
    cases = []
    for place, (rows, said) in enumerate(SHEETS):
        path = tmp_path / f"{place}.xlsx"
        path.write_bytes(workbook(SHEET.format(rows=rows).encode()))
        cases.append((f"data = {str(path)!r}", said))
    assert in_a_small_room(*cases) < 1500


def test_a_billion_laughs(tmp_path):
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha" * 50}">' for i in range(10))
    prolog = f"<?xml version='1.0'?><!DOCTYPE x [{laughs}]>".encode()
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(SHEET.format(rows=rows).encode(), prolog))
    assert in_a_small_room((f"data = {str(path)!r}", "cannot be opened")) < 200


def test_a_workbook_that_unpacks_to_gigabytes():
    make = """
    book, sound, content = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.save(sound)
    with zipfile.ZipFile(sound) as before, zipfile.ZipFile(content, "w", 8, compresslevel=1) as after:
        for entry in before.namelist():
            after.writestr(entry, before.read(entry))
        with after.open("xl/sharedStrings.xml", "w", force_zip64=True) as entry:
            for _ in range(40):
                entry.write(b" " * (1 << 24))
    data = content.getvalue()
    """
    assert in_a_small_room((make, "too large when unpacked")) < 200


LINES = (
    ('b"a" * 100_000_000', "refused"),
    ('b"a,b\\n1," + b"x" * 100_000_000 + b"\\n2,y\\n"', "(2, 2)"),
    ('b"a,b\\n1," + b"x," * 5_000_000 + b"\\n2,y\\n3,z\\n"', "(2, 2)"),
    ('b"," * 20_000_000', "columns"),
    ("b'a,b\\n1,\"' + b'x' * 100_000_000", ""),
    ('b"\\"" * 20_000_000', ""),
    ('b"\\n" * 20_000_000', "empty"),
    ('b"a b\\n" + b" " * 20_000_000', ""),
    ('("a,b\\n1," + "x" * 30_000_000).encode("utf-16")', ""),
    ('b",".join(b"column%d" % i for i in range(5_000_000)) + b"\\n1,2\\n"', "columns; at most"),
)


def test_endless_lines_and_headers():
    assert in_a_small_room(*((f"data = {data}", said) for data, said in LINES)) < 1500


JSON = (
    ('b"[" * 1_000_000', "refused"),
    ('b\'[{"a": \' + b"[" * 100_000 + b"]" * 100_000 + b"}]"', "refused"),
    ('b\'[{"a": \' + b"[" * 900 + b"]" * 900 + b"}, {}]"', ""),
    ("b'{\"a\":' * 1_000_000", "refused"),
    ('json.dumps([{f"k{i}": i} for i in range(1_000_000)]).encode()', "columns; at most"),
    ('json.dumps([{f"k{i}": i for i in range(1_000_000)}]).encode()', "columns; at most"),
    ('b"[" + b"9" * 10_000_000 + b"]"', "refused"),
    ('b\'[{"a": 1e999}, {"a": \' + b"9" * 5000 + b"}]"', ""),
    ('b\'[{"\\\\ud800": "\\\\udfff"}, {"\\\\ud800": 1}]\'', "(2, 1)"),
)


def test_absurd_json():
    assert in_a_small_room(*((f"data = {data}", said) for data, said in JSON)) < 1500


def test_a_parquet_file_that_repeats_a_long_text():
    make = """
    content = io.BytesIO()
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000_000, pa.int32()), pa.array(["long " * 20_000]))
    pyarrow.parquet.write_table(pa.table({"a": texts}), content, store_schema=False)
    data = content.getvalue()
    """
    assert in_a_small_room((make, "")) < 1500


def test_a_parquet_file_of_a_billion_rows():
    make = """
    content = io.BytesIO()
    part = pa.table({f"c{i}": pa.nulls(10_000_000, pa.int64()) for i in range(3)})
    with pyarrow.parquet.ParquetWriter(content, part.schema) as writer:
        for _ in range(40):
            writer.write_table(part)
    data = content.getvalue()
    del part
    """
    assert in_a_small_room((make, "too large when unpacked")) < 500


def test_lists_of_lists_in_json_stay_texts():
    assert read_table(json.dumps([{"a": [1, {"b": 2}]}, {"a": None}]).encode()).frame["a"].iloc[0] == '[1, {"b": 2}]'
