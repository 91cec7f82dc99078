"""What the reader understood is shown, and the user's word goes before its own."""

import io
import json

import openpyxl
import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.errors import ReadError
from crm_ai.table import Kind, read_table

PLAIN = b"name,spend\nAnn,3\nBob,5\n"


def workbook(*rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def days(table, column):
    return table.frame[column].dt.strftime("%Y-%m-%d").tolist()


def test_what_was_understood_is_shown():
    reading = read_table(b"Export\n\nname;spend\nAnn;1,5\nBob;2,5\n").reading
    assert (reading.header, reading.decimal, reading.separator, reading.encoding) == (3, ",", ";", "utf-8")
    assert (reading.day_first, reading.ambiguous, reading.tables) == (None, (), ())


def test_the_header_row_can_be_chosen():
    data = b"made by,CRM\nname,spend\nAnn,3\nBob,5\n"
    assert read_table(data).schema.names == ("made by", "CRM")
    table = read_table(data, header=2)
    assert table.schema.names == ("name", "spend")
    assert table.reading.header == 2
    assert any("above the header" in note for note in table.reading.notes)


def test_no_header_row():
    table = read_table(b"Ann,3\nBob,5\n", header=0)
    assert table.schema.names == ("column 1", "column 2")
    assert (len(table), table.reading.header) == (2, 0)


def test_the_header_row_counts_excels_separator_line():
    data = b"sep=;\nexport\nname;spend\nAnn;3\nBob;5\n"
    assert read_table(data).reading.header == 3
    assert read_table(data, header=3).schema.names == ("name", "spend")


def test_a_header_far_below():
    data = b"x,y\n" * 400 + b"name,spend\nAnn,3\nBob,5\n"
    table = read_table(data, header=401)
    assert table.schema.names == ("name", "spend")
    assert len(table) == 2


def test_the_header_row_of_a_workbook():
    content = workbook(["made by", "CRM"], ["name", "spend"], ["Ann", 3], ["Bob", 5])
    assert read_table(content, header=2).schema.names == ("name", "spend")
    assert read_table(content, header=0).schema.names == ("column 1", "column 2")
    with pytest.raises(ReadError, match="row 9: the file has 4 rows"):
        read_table(content, header=9)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"encoding": "klingon"}, "no encoding called"),
        ({"encoding": "a\0b"}, "encoding|not written"),
        ({"encoding": "hex"}, "no encoding called"),
        ({"header": 9}, "row 9: the file has 3 rows"),
        ({"header": -1}, "no row -1"),
        ({"decimal": ";"}, "no decimal mark"),
        ({"separator": ""}, "cannot separate"),
        ({"separator": "::"}, "cannot separate"),
        ({"separator": '"'}, "cannot separate"),
        ({"separator": ",", "decimal": ","}, "same character"),
    ],
)
def test_what_cannot_be_is_refused_with_advice(wish, words):
    with pytest.raises(ReadError, match=words) as refusal:
        read_table(PLAIN, name="june.csv", **wish)
    assert refusal.value.where == "june.csv"
    assert refusal.value.next_step


def test_a_blank_row_is_no_header():
    with pytest.raises(ReadError, match="row 2: that row is blank"):
        read_table(b"a,b\n\n1,2\n", header=2)


@pytest.mark.parametrize("separator", ["^", "~", ":", "x", "，", " ", "\x01"])
def test_any_character_can_separate(separator):
    text = "name,spend\nAnn,3\nBob,5\n".replace(",", separator)
    table = read_table(text.encode(), separator=separator)
    assert table.schema.names == ("name", "spend")
    assert table.frame["spend"].tolist() == [3, 5]


@pytest.mark.parametrize("spelled", ["tab", "\\t", "\t"])
def test_the_tabulator_can_be_spelled(spelled):
    table = read_table(b"a,b\tc\n1,2\t3\n4,5\t6\n", separator=spelled)
    assert table.schema.names == ("a,b", "c")
    assert table.reading.separator == "\t"


def test_blanks_separate_if_so_said():
    table = read_table(b'  name   "first name"  spend\n  Ann "a  b" 3\n  Bob x 5  \n', separator="blank")
    assert table.schema.names == ("name", "first name", "spend")
    assert table.frame["first name"].tolist() == ["a  b", "x"]


def test_two_words_a_line_are_no_two_columns():
    assert read_table(b"full name\nAnn Lee\nBob Ray\nEve Poe\nIda Roy\n").schema.names == ("full name",)


def test_the_decimal_mark_can_be_chosen():
    data = b"name;amount\nA;1.234\nB;2.500\n"
    assert read_table(data).frame["amount"].tolist() == [1.234, 2.5]
    table = read_table(data, decimal=",")
    assert table.frame["amount"].tolist() == [1234, 2500]
    assert table.reading.decimal == ","
    assert read_table(b'[{"a": "1.234"}, {"a": "2.500"}]', decimal=",").frame["a"].tolist() == [1234, 2500]


def test_the_order_of_day_and_month_can_be_chosen():
    data = b"id,when\n1,1/2/2024\n2,3/4/2024\n"
    table = read_table(data)
    assert days(table, "when") == ["2024-01-02", "2024-03-04"]
    assert (table.reading.ambiguous, table.reading.day_first) == (("when",), False)
    assert any("when" in note and "month first" in note for note in table.reading.notes)
    table = read_table(data, day_first=True)
    assert days(table, "when") == ["2024-02-01", "2024-04-03"]
    assert (table.reading.ambiguous, table.reading.day_first) == (("when",), True)
    assert "day first" in table.schema["when"].evidence


def test_a_column_that_tells_is_not_overruled():
    table = read_table(b"id,when\n1,13/2/2024\n2,3/4/2024\n", day_first=False)
    assert days(table, "when") == ["2024-02-13", "2024-04-03"]
    assert (table.reading.ambiguous, table.reading.day_first) == ((), None)


def test_another_column_tells_the_order():
    table = read_table(b"since,when\n1/2/2024,25/12/2023\n3/4/2024,1/1/2024\n")
    assert days(table, "since") == ["2024-02-01", "2024-04-03"]
    assert table.reading.ambiguous == ("since",)
    assert any("when" in note for note in table.reading.notes)


def test_decimal_commas_tell_the_order():
    assert days(read_table(b"spend;when\n1,5;1/2/2024\n2,5;3/4/2024\n"), "when") == ["2024-02-01", "2024-04-03"]


def test_one_cell_decides_for_a_european_file():
    rows = "".join(f"{i},{1 + i % 12}/{1 + i % 12}/2024\n" for i in range(400)) + "400,31/1/2024\n"
    table = read_table(f"id,when\n{rows}".encode())
    assert days(table, "when")[-1] == "2024-01-31"
    assert table.frame["when"].notna().all()


@pytest.mark.parametrize(
    "text", ["2024-3-1", "1.3.2024", "2024/3/1", "3/1/2024 5:30 PM", "2024年3月1日 17:30", "Mar 1, 2024"]
)
def test_more_spellings_of_dates(text):
    table = read_table(f"id\twhen\n1\t{text}\n2\t{text}\n".encode())
    assert table.schema["when"].kind is Kind.DATE
    assert days(table, "when") == ["2024-03-01"] * 2


def test_time_zones_become_utc_and_are_told():
    table = read_table(b"id,at\n1,2024-03-01T08:00:00+08:00\n2,2024-03-01T08:00:00Z\n3,2024-03-01T08:00:00\n")
    assert table.frame["at"].dt.hour.tolist() == [0, 8, 8]
    assert any("UTC" in note and "at" in note for note in table.reading.notes)
    late = (
        "id,at\n" + "".join(f"{i},2024-03-01T08:00:{i % 60:02}\n" for i in range(300)) + "x,2024-03-01T08:00:00+08:00\n"
    )
    assert read_table(late.encode()).frame["at"].iloc[-1] == pd.Timestamp("2024-03-01")


def test_time_zones_of_parquet():
    content = io.BytesIO()
    pd.DataFrame({"at": pd.to_datetime(["2024-03-01T08:00+08:00"] * 3)}).to_parquet(content)
    table = read_table(content.getvalue())
    assert table.frame["at"].tolist() == [pd.Timestamp("2024-03-01")] * 3
    assert any("UTC" in note for note in table.reading.notes)


def test_days_as_excel_counts_them():
    table = read_table(b"id,signup_date,amount\n1,45352,45352\n2,N/A,45353\n3,45353.5,45352\n")
    assert table.schema["signup_date"].kind is Kind.DATE
    assert table.frame["signup_date"].iloc[0] == pd.Timestamp("2024-03-01")
    assert table.frame["signup_date"].iloc[2] == pd.Timestamp("2024-03-02 12:00")
    assert table.schema["amount"].kind is Kind.NUMBER
    assert any("Excel counts days" in note and "signup_date" in note for note in table.reading.notes)
    assert table.reading.blanked == {"signup_date": 1}


@pytest.mark.parametrize(("name", "first"), [("signup_date", 7), ("date", 2011), ("date", 20240301), ("time", 45352)])
def test_other_numbers_are_no_excel_days(name, first):
    table = read_table(f"id,{name}\n1,{first}\n2,{first + 1}\n3,{first}\n".encode())
    assert not any("Excel counts" in note for note in table.reading.notes)


def test_a_header_of_two_rows():
    table = read_table(b"shop,2024,2024,2023\n,sales,returns,sales\nA,3,1,2\nB,5,0,4\n")
    assert table.schema.names == ("shop", "2024 sales", "2024 returns", "2023 sales")
    assert (len(table), table.reading.header) == (2, 2)
    assert any("rows 1 and 2" in note for note in table.reading.notes)
    assert read_table(b"2024,2024,2023\nsales,returns,sales\n3,1,2\n5,0,4\n").schema.names[0] == "2024 sales"


def test_one_row_is_enough_if_so_said():
    data = b"shop,2024,2024\n,sales,returns\nA,3,1\nB,5,0\n"
    assert read_table(data, header=1).schema.names == ("shop", "2024", "2024 (2)")
    assert read_table(data, header=2).schema.names[1:] == ("sales", "returns")


@pytest.mark.parametrize(
    "data",
    [b"id,score,score\n1,5,6\n2,7,8\n", b"id,score,score\nA1,N/A,N/A\nA2,5,6\n", b"id,city,city\na,b,c\nd,e,f\n"],
)
def test_a_first_customer_is_no_second_header(data):
    assert len(read_table(data)) == 2


def test_merged_cells_of_a_header():
    rows = [
        ["shop", "2024", None, "2023", None],
        [None, "sales", "returns", "sales", "returns"],
        ["A", 3, 1, 2, 1],
        ["B", 5, 0, 4, 2],
    ]
    table = read_table(workbook(*rows, merged=["A1:A2", "B1:C1", "D1:E1"]))
    assert table.schema.names == ("shop", "2024 sales", "2024 returns", "2023 sales", "2023 returns")
    assert table.frame["2023 sales"].tolist() == [2, 4]


def test_a_merged_title_is_no_header():
    rows = [["Customers of 2024"], ["name", "spend", "calls"], ["Ann", 3, 1], ["Bob", 5, 2]]
    assert read_table(workbook(*rows, merged=["A1:C1"])).schema.names == ("name", "spend", "calls")


@pytest.mark.parametrize(
    ("footer", "left_out"),
    [
        (b"Total,8,10\n", 1),
        (b",\xe5\x90\x88\xe8\xae\xa1,10\n", 1),
        (b"Total: 2 customers\n", 1),
        (b"Exported by the CRM on 2024-04-01\n", 1),
        (b"Total,8,10\n\nExported by the CRM on 2024-04-01,,\n", 2),
        (b"Total,8,10\n,,\nPage 1 of 1\nExported by the CRM on 2024-04-01\n", 4),
    ],
)
def test_what_stands_below_the_table_is_left_out_and_told(footer, left_out):
    table = read_table(b"name,calls,spend\nAnn,3,4\nBob,5,6\n" + footer)
    assert table.frame["name"].tolist() == ["Ann", "Bob"]
    assert table.frame["calls"].tolist() == [3, 5]
    assert any("left out" in note for note in table.reading.notes)


def test_footers_of_a_sheet():
    table = read_table(
        workbook(
            ["name", "calls", "spend"], ["Ann", 3, 4], ["Bob", 5, 6], [None, "合计", 10], [], ["Exported by the CRM"]
        )
    )
    assert table.frame["spend"].tolist() == [4, 6]


def test_a_customer_of_whom_only_the_name_is_known_stays():
    assert len(read_table(b"name,calls,spend\nAnn,3,4\nBob,5,6\nCarl,,\n")) == 3
    assert len(read_table(b"name,calls,spend\nAnn Lee,3,4\nBob Montgomery,5,6\nCarl Ray,,\n")) == 3


def test_a_longer_name_is_no_footer():
    rows = "".join(f"row {i},{i}\n" for i in range(1, 10))
    assert len(read_table(f"name,calls\n{rows}row 10,\n".encode())) == 10


def test_empty_rows_are_left_out_and_told():
    table = read_table(b"name,calls\nAnn,3\n,\n,\nBob,5\n")
    assert len(table) == 2
    assert any("2 empty rows" in note for note in table.reading.notes)


@pytest.mark.parametrize("data", [b"\r;\r", b"a;b\n;\n;\n", b";;\n;;\n"])
def test_only_empty_rows_are_no_table(data):
    with pytest.raises(ReadError):
        read_table(data)


def test_what_has_no_meaning_for_a_file_is_told():
    assert any("sheet" in note for note in read_table(PLAIN, sheet="June").reading.notes)
    assert any(
        "header row" in note for note in read_table(b'[{"a": 1}, {"a": 2}]', name="a.json", header=1).reading.notes
    )


def test_tables_of_an_archive_are_listed():
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("small.csv", "a,b\n1,2\n")
        archive.writestr("large.csv", "a,b\n" + "1,2\n" * 50)
    assert read_table(content.getvalue()).reading.tables == ("small.csv", "large.csv")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "json"])
def test_progress_grows_and_can_end_the_reading(kind):
    frame = pd.DataFrame({"name": ["Ann", "Bob"], "since": ["2024-01-01", "2024-01-02"]})
    content = io.BytesIO()
    if kind == "csv":
        content.write(frame.to_csv(index=False).encode())
    elif kind == "xlsx":
        frame.to_excel(content, index=False)
    elif kind == "parquet":
        frame.to_parquet(content)
    else:
        content.write(frame.to_json(orient="records").encode())
    told = []
    read_table(content.getvalue(), progress=lambda share, what: told.append((share, what)))
    shares = [share for share, _what in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert all(what for _share, what in told)

    class Stopped(Exception):
        pass

    for stop in range(len(told)):
        calls = iter(range(len(told)))

        def progress(share, what, calls=calls, stop=stop):
            if next(calls) == stop:
                raise Stopped

        with pytest.raises(Stopped):
            read_table(content.getvalue(), progress=progress)


def test_the_command_line_passes_everything_on(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_bytes(b"made by;CRM\nname;when;spend\nAnn;1/2/2024;1.234\nBob;3/4/2024;2.500\n")
    words = ["inspect", str(path), "--json", "--header", "2", "--decimal", ",", "--day-first", "--separator", ";"]
    assert run_command(words) == 0
    told = json.loads(capsys.readouterr().out)
    want = read_table(path, header=2, decimal=",", day_first=True, separator=";")
    assert told["digest"] == want.digest
    assert want.frame["spend"].tolist() == [1234, 2500]
    assert run_command(["inspect", str(path), "--header", "9"]) == 1
    assert "row 9" in capsys.readouterr().err


def test_a_few_damaged_letters_are_told():
    data = ("name,city\n" + "张伟,北京\n" * 100).encode()
    table = read_table(data.replace("张".encode(), "张".encode() + b"\xff", 1))
    assert table.reading.encoding == "utf-8"
    assert any("1 letters are damaged" in note for note in table.reading.notes)
    assert read_table(data[:-2]).frame["name"].iloc[0] == "张伟"


def test_rows_that_do_not_fit_are_repaired_at_their_place():
    lines = [f"{i},x{i},{i % 7}" for i in range(30_000)]
    lines[5], lines[15_000], lines[29_999] = "5,x5", '15000,"a\nb"', "29999,x29999,4,,"
    lines[7] = "7,x7,0,9,9"
    table = read_table(("id,b,c\n" + "\n".join(lines) + "\n").encode())
    assert len(table) == 29_999
    assert table.frame["b"].tolist() == [f"x{i}" if i != 15_000 else "a\nb" for i in range(30_000) if i != 7]
    assert table.frame["c"].isna().sum() == 2
