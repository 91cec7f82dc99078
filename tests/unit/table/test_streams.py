"""Files that are read part by part give the cells that they give when read at once."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import CrmAiError, ReadError
from crm_ai.table import open_stream, read_table
from crm_ai.table.decoding import decode
from crm_ai.table.settlement import UnsettledError
from crm_ai.table.text_blocks import end_of_rows, find_encoding, utf8_pieces, whole_rows


def parts_of(stream):
    for _turn in range(20):
        try:
            return [stream.part(piece) for piece, _share in stream.pieces()]
        except UnsettledError as error:
            stream = stream.resettled(error.settled)
    raise AssertionError("never settled")


def plain(frame):
    labels = [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(labels, "str"))


def refusal(read):
    try:
        return "" if read() is None else "read"
    except CrmAiError as error:
        return str(error)


def check_same(path, block):
    parts = parts_of(open_stream(path, block=block))
    found = pd.concat([plain(part.frame) for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(found, plain(read_table(path).frame), check_dtype=False)
    return parts


@pytest.mark.parametrize("name", ["telephone_customers", "customer_value", "offer_choice", "transactions"])
def test_samples(name):
    assert len(check_same(f"sample_data/{name}.csv", 50_000)) > 3


BODIES = {
    "semicolons": "name;amount\n" + "".join(f"A{n};1.{n % 900 + 100},50\n" for n in range(900)),
    "money": "name,amount\n" + "".join(f'A{n},"${n % 9 + 1},{n % 900 + 100}.50"\n' for n in range(900)),
    "percent": "name\tshare\n" + "".join(f"A{n}\t{n % 100} %\n" for n in range(900)),
    "blanks": "id  spend\n" + "".join(f"{n}   {n / 7:.3f}\n" for n in range(900)),
    "hint": "sep=|\nname|plan\n" + "".join(f"A{n}|{'ab'[n % 2]}\n" for n in range(900)),
    "quoted": "name,note\n" + "".join(f'A{n},"a\n""b"", {n}"\n' for n in range(900)),
    "stray": "name,note\n" + "".join(f'A{n},5" pipe\n' for n in range(900)),
    "old mac": "name,plan\r" + "".join(f"A{n},{'ab'[n % 2]}\r" for n in range(900)),
    "nameless": ",name,,plan\n" + "".join(f",A{n},,{'ab'[n % 2]}\n" for n in range(900)),
    "words": "name,amount\n" + "".join(f"A{n},{'n/a' if n % 5 == 0 else n}\n" for n in range(900)),
    "codes": "name,code\n" + "".join(f"A{n},{n:05d}\n" for n in range(900)),
    "gaps": "name,amount\n" + "".join(f"A{n},{'' if n > 800 else n}\n" for n in range(900)),
    "short": "name,plan,more\n" + "".join(f"A{n},a{',b' * (n % 3 > 0)}\n" for n in range(900)),
    "days": "name,day\n" + "".join(f"A{n},{n % 28 + 1:02d}.{n % 12 + 1:02d}.2024\n" for n in range(900)),
    "serials": "name,birth date\n" + "".join(f"A{n},{30_000 + n}\n" for n in range(900)),
    "two lines": "Export\n\nname,plan\n" + "".join(f"A{n},{'ab'[n % 2]}\n" for n in range(900)) + "Total,7\n",
    "chinese": "姓名,城市\n" + "".join(f"王{n},{'北京' if n % 2 else '上海'}\n" for n in range(900)),
}


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_spellings(what, encoding, tmp_path):
    path = tmp_path / "new.csv"
    path.write_bytes(BODIES[what].encode(encoding))
    assert len(check_same(path, 2_000)) > 2


def test_columns_without_a_name_that_turn_out_to_have_cells(tmp_path):
    path = tmp_path / "new.csv"
    path.write_text(",name\n" + "".join(f"{'x' if n == 800 else ''},A{n}\n" for n in range(900)))
    check_same(path, 2_000)


def test_parquet(tmp_path):
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": [f"K{n}" for n in range(3_000)],
            "whole": generator.integers(0, 9, 3_000),
            "gaps": pd.array(np.where(generator.random(3_000) < 0.2, pd.NA, 5), dtype="Int64"),
            "text": generator.choice(["1,5", "2,25"], 3_000),
            "label": pd.Categorical(generator.choice(["a", "b"], 3_000)),
            "flag": generator.random(3_000) < 0.5,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 90, 3_000), unit="D"),
        }
    )
    frame.to_parquet(tmp_path / "new.parquet", row_group_size=700)
    assert len(check_same(tmp_path / "new.parquet", 500)) > 4
    whole = (tmp_path / "new.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[:-100])
    with pytest.raises(ReadError, match="damaged"):
        open_stream(tmp_path / "cut.parquet")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"name,plan\n"),
        ("a.json", b'[{"a": 1}]'),
        ("a.csv.gz", b"\x1f\x8b123"),
        ("a.xlsx", b"name,plan\nA,b\n"),
        ("a.html", b"<html><table>"),
        ("a.csv", b"\x00\x01\x02" * 500),
    ],
)
def test_what_is_read_at_once_or_not_at_all(name, content, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(lambda: open_stream(path)) in ("", refusal(lambda: read_table(path)))
    assert open_stream(tmp_path / "absent.csv") is None


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "big5", "cp1252", "latin-1"]
)
def test_encodings_are_found_as_at_once(encoding):
    text = "名字,城市\n王,北京\n" * 3_000 if encoding in ("gb18030", "big5", "utf-16") else "Müller,Köln\n" * 3_000
    text = text.replace("é", "e")
    content = text.encode(encoding)
    found, known = find_encoding(lambda: io.BytesIO(content), source="a"), decode(content, source="a")
    assert (found.encoding, found.guessed, found.damaged) == (known.encoding, known.guessed, known.damaged)
    assert b"".join(utf8_pieces(lambda: io.BytesIO(content), found, source="a", size=777)) == known.data


def test_damaged_letters_far_into_a_file():
    content = "Müller,Köln\n".encode() * 200_000 + b"M\xfcller\n"
    found, known = find_encoding(lambda: io.BytesIO(content), source="a"), decode(content, source="a")
    assert (found.encoding, found.damaged) == (known.encoding, known.damaged) == ("utf-8", 1)


cells = st.text(alphabet='ab",\n\r é', max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8), st.integers(1, 40))
def test_cuts_lie_between_rows(rows, size):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    whole = text.getvalue().encode()
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    cut = list(whole_rows(iter(pieces), ",", source="a"))
    assert b"".join(cut) == whole
    read = [row for part in cut for row in csv.reader(io.StringIO(part.decode(), newline=""))]
    assert read == list(csv.reader(io.StringIO(whole.decode(), newline="")))


def test_stray_quotes_hide_no_row():
    assert end_of_rows(b'a,5" pipe\nb,"two\nlines"\nc,"half', ",") == len(b'a,5" pipe\nb,"two\nlines"\n')
