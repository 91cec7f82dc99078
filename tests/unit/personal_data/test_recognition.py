"""How often the recogniser is right, on cells that were made apart from it."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.personal_data import Sensitive, recognise
from tests.unit.personal_data.labelled_cells import Cell, labelled_cells
from tests.unit.personal_data.labelled_words import SILENT


def found(cells: list[Cell], what: Sensitive) -> np.ndarray:
    marks = np.zeros(len(cells), dtype=bool)
    for header in {cell.header for cell in cells}:
        places = [place for place, cell in enumerate(cells) if cell.header == header]
        marks[places] = recognise(pa.array([cells[place].text for place in places]), what, context=header)
    return marks


def precision_and_recall(truth: np.ndarray, marks: np.ndarray) -> tuple[float, float]:
    right = (truth & marks).sum()
    return float(right / max(1, marks.sum())), float(right / truth.sum())


@pytest.mark.parametrize("what", Sensitive)
def test_precision_and_recall_on_labelled_cells(what):
    cells = labelled_cells(what.value)
    truth = np.asarray([cell.positive for cell in cells])
    marks = found(cells, what)
    precision, recall = precision_and_recall(truth, marks)
    parts = []
    for language in ("en", "zh"):
        here = np.asarray([cell.language == language for cell in cells])
        parts.append("{}: {:.3f} {:.3f}".format(language, *precision_and_recall(truth[here], marks[here])))
    silent = np.asarray([cell.header in SILENT for cell in cells])
    parts.append("silent header: {:.3f} {:.3f}".format(*precision_and_recall(truth[silent], marks[silent])))
    print(  # noqa: T201 - the figures are the point
        f"\n{what.value}: precision {precision:.3f}, recall {recall:.3f} on {truth.sum()} cells "
        f"and {(~truth).sum()} others ({'; '.join(parts)})"
    )
    assert truth.sum() >= 400
    assert (~truth).sum() >= 400
    assert precision >= 0.95
    assert recall >= 0.95


@pytest.mark.parametrize(
    ("text", "what", "context", "expected"),
    [
        ("１３８００１３８０００", Sensitive.TELEPHONE, "", True),
        ("13800138000", Sensitive.TELEPHONE, "订单号", False),
        ("20240517", Sensitive.TELEPHONE, "phone", True),
        ("2024-05-17", Sensitive.TELEPHONE, "phone", False),
        ("3.14.159.26", Sensitive.IP_ADDRESS, "app_version", False),
        ("3.14.159.26", Sensitive.IP_ADDRESS, "client ip", True),
        ("6222021234567890123", Sensitive.BANK_CARD, "", False),
        ("1985-03-12", Sensitive.BIRTH_DATE, "注册日期", False),
        ("2999-03-12", Sensitive.BIRTH_DATE, "birthday", False),
        ("City Bike", Sensitive.NAME, "customer name", False),
        ("Month-to-month", Sensitive.NAME, "", False),
        ("是", Sensitive.NAME, "姓名", False),
        ("杭州", Sensitive.NAME, "姓名", False),
        ("阿依古丽·买买提", Sensitive.NAME, "", True),
        ("O'Brien, Mary-Ann", Sensitive.NAME, "", True),
        ("", Sensitive.NAME, "姓名", False),
        ("a" * 100_000, Sensitive.EMAIL, "email", False),
        ("1 " * 50_000, Sensitive.ADDRESS, "address", False),
    ],
)
def test_single_cells(text, what, context, expected):
    assert recognise(pa.array([text]), what, context=context).tolist() == [expected]


def test_series_numbers_labels_and_missing_cells_are_all_taken():
    texts = pd.Series(["ann@example.com", None, "no"])
    assert recognise(texts, Sensitive.EMAIL).tolist() == [True, False, False]
    assert recognise(texts.astype("category"), Sensitive.EMAIL).tolist() == [True, False, False]
    assert recognise(pd.Series([13800138000, 5]), Sensitive.TELEPHONE).tolist() == [True, False]
    assert recognise(pd.Series([None, None], dtype="str"), Sensitive.NAME).tolist() == [False, False]


@given(st.lists(st.text(max_size=40), max_size=10), st.text(max_size=20))
@settings(max_examples=80, deadline=None)
def test_no_text_whatever_makes_it_fail(texts, context):
    for what in Sensitive:
        marks = recognise(pa.array(texts, pa.string()), what, context=context)
        assert marks.dtype == bool
        assert len(marks) == len(texts)
