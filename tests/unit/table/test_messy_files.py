"""Files as customers really send them, each with the table that a careful person reads from it."""

import importlib.util
import json

import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.errors import ReadError
from crm_ai.table import read_table

NAMES = (
    "gbk.csv gb18030_rare.csv utf8_bom.csv utf16.csv latin1.csv semicolon_decimal_comma.csv tabs.tsv pipes.txt "
    "windows_lines.csv old_mac_lines.csv currency.csv yuan.csv dates_us.csv dates_eu.csv dates_zh.csv na_words.csv "
    "title_rows.csv totals_row.csv duplicate_names.csv empty_columns.csv blank_lines.csv embedded_newlines.csv "
    "leading_zeros.csv long_ids.csv thousands_of_labels.csv quoted_everything.csv gzip.csv.gz zipped.zip records.json "
    "lines.jsonl formula_cells.csv html_names.csv empty.csv only_header.csv binary.csv fake.xlsx truncated.parquet "
    "broken.json broken.zip empty.zip title_and_two_sheets.xlsx"
)
CASES = [*NAMES.split()]

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="session")
def messy(real_data, tmp_path_factory):
    """Folder with the files, and what is expected of each."""
    script = importlib.util.spec_from_file_location("make_messy", real_data("make_messy.py"))
    module = importlib.util.module_from_spec(script)
    script.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("messy")
    module.main(folder)
    return folder, json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def test_every_case_is_known(messy):
    assert sorted(messy[1]) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_it_is_read_as_a_careful_person_would(messy, name):
    folder, expected = messy
    want = expected[name]
    if want.get("error"):
        with pytest.raises(ReadError) as refusal:
            read_table(folder / name)
        assert (refusal.value.where, bool(refusal.value.what), bool(refusal.value.next_step)) == (name, True, True)
        return
    table = read_table(folder / name)
    assert (len(table), len(table.schema)) == (want["rows"], want["columns"])
    assert table.reading.sheet == want.get("sheet", table.reading.sheet)
    for row, column, value in want["cells"]:
        cell = table.frame[column].iloc[row]
        if value is None:
            assert pd.isna(cell), (row, column)
        elif isinstance(cell, pd.Timestamp):
            assert cell.date().isoformat() == value, (row, column)
        else:
            assert type(cell)(value) == cell, (row, column)


@pytest.mark.parametrize("name", CASES)
def test_the_command_line_reads_it_too(messy, name, capsys):
    folder, expected = messy
    want = expected[name]
    code = run_command(["inspect", str(folder / name), "--json"])
    printed = capsys.readouterr()
    if want.get("error"):
        assert code == 1
        assert printed.err.startswith(f"error: {name}: ")
        assert "Traceback" not in printed.err
        assert not printed.out
        return
    assert code == 0
    told = json.loads(printed.out)
    assert (told["rows"], len(told["columns"])) == (want["rows"], want["columns"])
    assert {column for _row, column, _value in want["cells"]} <= {column["name"] for column in told["columns"]}
    assert told["digest"] == read_table(folder / name).digest


def test_blanks_between_the_cells(real_data):
    table = read_table(real_data("cdnow_master.zip"))
    assert (len(table), table.schema.names) == (69_659, ("customer_id", "date", "number_of_cds", "dollar_value"))
    assert table.reading.separator == "blank"
    assert table.frame["customer_id"].nunique() == 23_570
    assert table.frame["customer_id"].iloc[0] == "00001"
    assert table.frame["date"].min() == pd.Timestamp("1997-01-01")
    assert (table.frame["dollar_value"] == 0).sum() == 80
