import gzip
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ReadError
from crm_ai.table import Kind, Role, read_table

CHINESE = "姓名,城市,消费金额,是否流失\n张伟,北京,1234.5,是\n王芳,上海,88,否\n李娜,广州,0,否\n"


def excel(**sheets):
    content = io.BytesIO()
    with pd.ExcelWriter(content) as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return content.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_chinese_in_any_encoding(encoding):
    text = CHINESE if encoding != "big5" else "姓名,城市,金額\n張偉,臺北,1234.5\n王芳,臺中,88\n李娜,高雄,0\n"
    table = read_table(text.encode(encoding))
    assert table.frame["姓名"].tolist()[1] == "王芳"
    assert table.frame.iloc[:, 2].tolist() == [1234.5, 88, 0]


def test_guessed_encoding_is_told():
    assert "GB18030" in read_table(CHINESE.encode("gbk")).reading.notes[0]


def test_western_letters_are_not_taken_for_chinese():
    table = read_table("name,city\nZoë,Málaga\nJürgen,Köln\nÉlodie,Besançon\n".encode("cp1252"))
    assert table.frame["city"].tolist() == ["Málaga", "Köln", "Besançon"]


def test_wrong_encoding_is_refused_in_words():
    with pytest.raises(ReadError, match="not written in utf-8"):
        read_table(CHINESE.encode("gbk"), encoding="utf-8")
    with pytest.raises(ReadError, match="no encoding called"):
        read_table(CHINESE.encode("gbk"), encoding="klingon")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(separator):
    text = "name,city,spend\nA,X,1\nB,Y,2\n".replace(",", separator)
    table = read_table(text.encode())
    assert table.schema.names == ("name", "city", "spend")
    assert table.reading.separator == separator


def test_excels_separator_line_is_obeyed():
    assert read_table(b"sep=;\na;b\n1;2\n3;4\n").schema.names == ("a", "b")


def test_decimal_comma_holds_for_the_whole_file():
    table = read_table(b"name;share;amount\nA;1,5;1.234\nB;2,25;20.500\n")
    assert table.frame["share"].tolist() == [1.5, 2.25]
    assert table.frame["amount"].tolist() == [1234, 20500]


def test_decimal_point_in_a_file_with_semicolons():
    table = read_table(b"name;share;amount\nA;1.5;1.234\nB;2.25;20.500\n")
    assert table.frame["amount"].tolist() == [1.234, 20.5]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end):
    assert len(read_table(f"a,b{end}1,x{end}2,y{end}".encode())) == 2


def test_quoted_separators_newlines_and_quotes():
    table = read_table(b'id,note\n1,"first line\nsecond, line"\n2,"say ""hi"""\n')
    assert table.frame["note"].tolist() == ["first line\nsecond, line", 'say "hi"']


def test_a_quoted_newline_in_the_header():
    table = read_table(b'id,"note\nof clerk"\n1,x\n2,y\n')
    assert table.schema.names == ("id", "note\nof clerk")
    assert len(table) == 2


def test_short_rows_are_filled_and_long_rows_left_out_and_both_are_told():
    table = read_table(b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,1,1,\n2,2,2\n")
    assert len(table) == 4
    assert np.isnan(table.frame["c"].iloc[1])
    assert any("1 rows are shorter" in note for note in table.reading.notes)
    assert any("1 rows have more cells" in note for note in table.reading.notes)


def test_a_row_longer_than_a_block_can_be_read():
    text = "a,b\n1,x\n2," + "y" * 9_000_000 + "\n"
    assert len(read_table(text.encode()).frame["b"].iloc[1]) == 9_000_000


def test_titles_above_and_total_below_are_left_out_and_told():
    table = read_table(b"Export of June,,\n,,\nname,calls,spend\nAnn,3,4\nBob,5,6\nTotal,8,10\n")
    assert table.frame["calls"].tolist() == [3, 5]
    assert len(table.reading.notes) == 2


def test_no_header_row_is_noticed():
    rows = "".join(
        f"{i % 2},第{i}次来，房间干净，服务周到，早餐丰富，位置方便，交通便利，下次还会再来\n" for i in range(30)
    )
    table = read_table(rows.encode())
    assert len(table) == 30
    assert table.schema.names[0] == "column 1"
    assert "looks like data" in table.reading.notes[0]


def test_long_questions_are_names():
    questions = [f"How satisfied are you with our service number {i}, all in all?" for i in range(3)]
    frame = pd.DataFrame([[1, 5, 3], [2, 4, 3], [5, 5, 1]], columns=questions)
    assert read_table(frame.to_csv(index=False).encode()).schema.names == tuple(questions)


def test_names_of_only_digits_are_names():
    table = read_table(b"2022,2023,2024\n1,2,3\n4,5,6\n")
    assert table.schema.names == ("2022", "2023", "2024")
    assert len(table) == 2


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "😀 mood", "2024", "城市", "a b.c", '"quoted"'])
def test_odd_column_names_stay_as_they_are(name):
    frame = pd.DataFrame({name: [1, 2, 3], "Churn": ["Yes", "No", "No"]})
    assert read_table(frame.to_csv(index=False).encode()).schema.names == (name, "Churn")


def test_duplicate_names_get_numbers_and_are_told():
    table = read_table(b"id,score,score,score (2)\n1,5,6,7\n2,7,8,9\n")
    assert table.schema.names == ("id", "score", "score (3)", "score (2)")
    assert table.frame["score (3)"].tolist() == [6, 8]
    assert "occurs twice" in table.reading.notes[0]


def test_a_nameless_column_with_cells_is_kept():
    table = read_table(b",a\n7,x\n9,y\n")
    assert table.frame["column 1"].tolist() in ([7, 9], ["7", "9"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"id,a,b\n", "no rows"),
        (bytes(range(256)) * 20, "binary"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PAR1\0\0", "Parquet"),
        (b"PK\x03\x04broken", "zip"),
        (b"PK\x05\x06" + b"\0" * 18, "zip"),
        (b"\x1f\x8bbroken", "gzip"),
        (b"\xd0\xcf\x11\xe0broken", "Excel"),
        (b'[{"a": 1},', "JSON"),
        (b"[1, 2, 3]", "no list of records"),
        (b"<!DOCTYPE html><table></table>", "web page"),
        (b"\xff\xfea", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_in_words(data, words):
    with pytest.raises(ReadError, match=words) as refusal:
        read_table(data, name="june")
    assert refusal.value.where == "june"
    assert refusal.value.next_step


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ReadError, match="no such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(ReadError, match="cannot be opened"):
        read_table(tmp_path)


def test_one_row_is_a_table():
    table = read_table(b"a,b\n1,x\n")
    assert len(table) == 1


def test_all_columns_constant():
    table = read_table(b"a,b\n1,x\n1,x\n1,x\n")
    assert {column.role for column in table.schema} == {Role.IGNORED}


def test_three_hundred_columns():
    frame = pd.DataFrame(np.arange(6000).reshape(20, 300), columns=[f"v{i}" for i in range(300)])
    assert len(read_table(frame.to_csv(index=False).encode()).schema) == 300


def test_too_many_columns_are_refused():
    with pytest.raises(ReadError, match="2,001 columns"):
        read_table((",".join(f"v{i}" for i in range(2001)) + "\n" + ",".join("1" * 2001)).encode())


def test_five_hundred_labels_are_a_category():
    frame = pd.DataFrame({"shop": [f"shop {i % 500}" for i in range(3000)]})
    table = read_table(frame.to_csv(index=False).encode())
    assert table.schema["shop"].kind is Kind.CATEGORY
    assert len(table.frame["shop"].cat.categories) == 500


def test_cells_that_become_missing_are_counted_and_told():
    rows = [str(i) for i in range(200)] + ["N/A", " ", "-", "about 7", "?"]
    table = read_table(("n,x\n" + "".join(f"{cell},1\n" for cell in rows)).encode())
    assert table.schema["n"].kind is Kind.NUMBER
    assert table.frame["n"].isna().sum() == 5
    assert table.reading.blanked == {"n": 4}
    assert table.reading.unreadable == {"n": 1}
    assert any("could not be read" in note and "n (1)" in note for note in table.reading.notes)


def test_none_and_unknown_are_answers_among_labels():
    table = read_table(b"plan\nnone\nunknown\nbasic\nnone\n")
    assert set(table.frame["plan"]) == {"none", "unknown", "basic"}


def test_the_sheet_with_the_most_cells_is_read_and_the_others_are_told():
    data = pd.DataFrame(
        {"name": ["A", "B", "C"], "spend": [1.5, None, 3.0], "since": pd.to_datetime(["2024-01-01"] * 3)}
    )
    content = excel(Notes=pd.DataFrame({"made by": ["CRM"]}), Customers=data)
    table = read_table(content)
    assert table.reading.sheet == "Customers"
    assert table.reading.sheets == ("Notes", "Customers")
    assert table.schema["since"].kind is Kind.DATE
    assert table.frame["spend"].isna().sum() == 1
    assert len(read_table(content, sheet="Notes")) == 1
    with pytest.raises(ReadError, match="no sheet"):
        read_table(content, sheet="Absent")


def test_a_title_above_the_header_of_a_sheet():
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Customer report"])
    book.active.append([])
    for row in (["name", "spend", "when"], ["A", 1, "2024-01-01"], ["B", 2.5, "2024-01-02"]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    table = read_table(content.getvalue())
    assert table.schema.names == ("name", "spend", "when")
    assert table.frame["spend"].tolist() == [1, 2.5]


def test_a_cell_of_an_excel_column_that_does_not_fit_is_counted():
    frame = pd.DataFrame({"n": [*range(100), "many"], "x": ["a", "b"] * 50 + ["a"]})
    table = read_table(excel(Sheet=frame))
    assert table.schema["n"].kind is Kind.NUMBER
    assert table.reading.unreadable == {"n": 1}


def test_json_in_its_shapes():
    records = [{"name": "A", "spend": 1.5}, {"name": "B", "spend": None, "tags": ["x"]}]
    lines = "\n".join(map(json.dumps, records))
    for text in (
        json.dumps(records),
        lines,
        json.dumps({"data": records}),
        json.dumps({"name": ["A", "B"], "spend": [1.5, None]}),
    ):
        table = read_table(text.encode())
        assert table.frame["name"].tolist() == ["A", "B"]
        assert table.reading.format == "json"


def test_packed_files():
    text = b"name,spend\nA,1\nB,2\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.md", "no table")
        archive.writestr("customers.csv", text)
    assert len(read_table(packed.getvalue())) == 2
    table = read_table(gzip.compress(text), name="june.csv.gz")
    assert (len(table), table.source) == (2, "june.csv.gz")


def test_every_kind_of_source(tmp_path):
    text = b"a,b\n1,x\n2,y\n"
    (tmp_path / "c.csv").write_bytes(text)
    with open(tmp_path / "c.csv", "rb") as opened:
        tables = [
            read_table(tmp_path / "c.csv"),
            read_table(str(tmp_path / "c.csv")),
            read_table(opened),
            read_table(text),
        ]
    assert len({table.digest for table in tables}) == 1
    assert [table.source for table in tables] == ["c.csv", "c.csv", "c.csv", "table"]


def test_the_digest_follows_the_content_and_the_kinds():
    one, other = read_table(b"a,b\n1,x\n2,y\n"), read_table(b"a,b\n1,x\n3,y\n")
    assert one.digest != other.digest
    corrected = one.with_schema(one.schema.corrected("a", kind=Kind.CATEGORY))
    assert corrected.digest != one.digest
    assert corrected.digest[:16] == one.digest[:16]
    assert corrected.with_schema(one.schema).digest == one.digest
    assert corrected.frame["a"].cat.categories.tolist() == ["1", "2"]


def test_importing_the_table_package_imports_nothing_heavy():
    import subprocess
    import sys

    heavy = "[m for m in ('sklearn', 'scipy', 'openpyxl', 'xlrd', 'streamlit', 'shap') if m in sys.modules]"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; import crm_ai.table; print({heavy})"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
