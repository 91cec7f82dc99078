"""A file that is gone through part by part leaves the very batch that it leaves as a whole."""

from datetime import date

import numpy as np
import pytest

from crm_ai.deployment.watching import FolderStore, profile_of, read_outcomes, record
from crm_ai.errors import CrmAiError, ProblemError
from crm_ai.modeling import Segment
from crm_ai.table import open_stream, read_table, table_from_frame

from .conftest import customers

SECRET = b"sixteen bytes or more"
SEGMENTS = ["plan", "spend", Segment(("calls",), {"calls": (1, 3)}), Segment(("城市", "senior"))]


def kept(folder, model, source, **options):
    store = FolderStore(folder)
    options = {"keep_keys": True, "key": "客户号", "secret": SECRET, "segments": SEGMENTS} | options
    batch = record(store, model, source, name="march", day=date(2026, 3, 2), version="m1", **options)
    return batch, store.keyed(batch), store.outcomes()


def assert_alike(one, two):
    assert one[0] == two[0]
    assert one[2] == two[2]
    first, second = one[1], two[1]
    np.testing.assert_array_equal(first.codes, second.codes)
    np.testing.assert_array_equal(first.said, second.said)
    assert first.unnamed == second.unnamed
    assert list(first.segments) == list(second.segments)
    for name, (codes, names) in first.segments.items():
        np.testing.assert_array_equal(
            np.array(names)[codes], np.array(second.segments[name][1])[second.segments[name][0]]
        )


@pytest.fixture
def frame():
    found = customers(70, 3_000, new=0.02)
    found.loc[found.index[::50], "客户号"] = None
    found.loc[2_900:, "plan"] = "only at the end"
    return found


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_parts_and_the_whole_are_the_same(tmp_path, model, frame, ending):
    path = tmp_path / f"march.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    stream = open_stream(path, block=20_000 if ending == "csv" else 700)
    assert sum(1 for _each in stream.pieces()) > 3
    assert_alike(kept(tmp_path / "parts", model, stream), kept(tmp_path / "whole", model, read_table(path)))


def test_outcomes_that_are_known_already(tmp_path, model, frame):
    path = tmp_path / "march.csv"
    frame.to_csv(path, index=False)
    outcomes = read_outcomes(table_from_frame(frame), key="客户号", profile=profile_of(model), secret=SECRET)
    options = {"outcomes": outcomes, "known": date(2026, 5, 1), "keep_keys": False}
    parts = kept(tmp_path / "parts", model, open_stream(path, block=20_000), **options)
    assert_alike(parts, kept(tmp_path / "whole", model, read_table(path), **options))
    (judged,) = parts[2]
    assert (judged.joined.matched, judged.joined.without_key, judged.known) == (2_940, 60, date(2026, 5, 1))


def test_later_rows_that_contradict_the_first_ones(tmp_path, model, frame):
    path = tmp_path / "march.csv"
    frame = frame.astype({"spend": object})
    frame.loc[2_000:, "spend"] = "unknown?"
    frame.to_csv(path, index=False)
    stream = open_stream(path, block=20_000)
    parts, whole = (kept(tmp_path / at, model, source, segments=["plan"]) for at, source in
                    (("parts", stream), ("whole", read_table(path))))  # fmt: skip
    assert_alike(parts, whole)
    assert parts[0].unreadable == 1_000


def test_nobody_and_columns_that_are_not_there(tmp_path, model, frame):
    table = table_from_frame(frame)
    with pytest.raises(ProblemError, match="no column “nobody”"):
        kept(tmp_path, model, table, segments=["plan", "nobody"])
    with pytest.raises(ProblemError, match="no column “nobody”"):
        kept(tmp_path, model, table, key="nobody")
    with pytest.raises(CrmAiError, match="no customers"):
        kept(tmp_path, model, type(table)(table.frame.head(0), table.schema, "none", ""))
    assert FolderStore(tmp_path).batches() == ()
