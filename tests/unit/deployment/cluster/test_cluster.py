"""What a cluster says is what one machine says: a real scheduler and two worker processes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.deployment import Wishes, explain_table, file_sink, save_model, score_stream
from crm_ai.deployment.cluster import (
    ReasonWishes,
    connected,
    examine_on_cluster,
    explain_on_cluster,
    score_on_cluster,
)
from crm_ai.errors import CrmAiError, ProblemError, ScoringError
from crm_ai.fairness import examine
from crm_ai.modeling import Segment
from crm_ai.table import open_stream, partitions, read_table

ROWS, FILES = 2_600, 5
CLOSE = 1e-9


@pytest.fixture(scope="module")
def cluster(two_workers):
    with connected(two_workers.address, seconds=60) as found:
        found.client.wait_for_workers(2, timeout=60)
        yield found


@pytest.fixture
def new(new_customers, write_folder, tmp_path, monkeypatch):
    """The same customers as a folder and as one file; some have labels and numbers that nobody had in training."""
    monkeypatch.setattr(partitions, "PARTITION_ROWS", 1_000)
    frame = new_customers(ROWS, 7)
    frame.loc[frame.index[-40:], "plan"] = "weekly"
    frame.loc[frame.index[::500], "months"] = 1_000.0
    frame.loc[frame.index[::9], ["Churn", "offer"]] = None
    frame.to_parquet(tmp_path / "one.parquet", index=False, row_group_size=500)
    write_folder(frame, tmp_path / "new", FILES)
    return frame


def model_of(models, question, kind=None):
    return next(model for (target, name), model in models.items() if target == question and kind in (None, name))


def same(found, wanted):
    pd.testing.assert_frame_equal(found, wanted, check_exact=False, rtol=CLOSE, atol=CLOSE, check_dtype=False)


@pytest.mark.parametrize("question", ["Churn", "offer", "months"])
@pytest.mark.parametrize("source", ["new", "one.parquet"])
def test_scores_are_those_of_one_machine(cluster, models, new, tmp_path, question, source):
    model, stream = model_of(models, question), open_stream(tmp_path / source)
    wishes = Wishes(0.4, reasons=2, priority=question != "offer")
    told = []
    found = score_on_cluster(
        cluster, model, stream, tmp_path / "out", wishes=wishes, progress=lambda share, rows: told.append((share, rows))
    )
    wanted = score_stream(model, stream, file_sink(tmp_path / "local.parquet"), wishes=wishes)
    assert found == wanted
    assert {mismatch.column for mismatch in found.mismatches} >= {"plan"}
    same(pd.read_parquet(tmp_path / "out"), pd.read_parquet(tmp_path / "local.parquet"))
    assert len(stream.partitions) == (FILES if source == "new" else 3)
    assert told[-1] == (1.0, ROWS)
    assert len(list((tmp_path / "out").iterdir())) == len(stream.partitions)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("question", "kind", "wishes"),
    [
        ("Churn", "logistic_regression", ReasonWishes()),
        ("Churn", "decision_tree", ReasonWishes(label="No", long=True)),
        ("Churn", "decision_tree", ReasonWishes(scale="probability")),
        ("offer", None, ReasonWishes(label="b")),
        ("months", None, ReasonWishes()),
    ],
    ids=str,
)
def test_reasons_are_those_of_one_machine(cluster, models, new, tmp_path, question, kind, wishes):
    model = model_of(models, question, kind)
    found = explain_on_cluster(cluster, model, open_stream(tmp_path / "new"), tmp_path / "out", wishes=wishes)
    wanted = explain_table(model, read_table(tmp_path / "one.parquet"), label=wishes.label, scale=wishes.scale)
    same(pd.read_parquet(tmp_path / "out"), wanted.to_long_frame() if wishes.long else wanted.to_frame())
    assert found.mismatches == wanted.mismatches
    reasons = wanted.at_once().reasons
    assert found.drivers.customers == ROWS
    sizes = dict(found.drivers.strongest())
    for place, name in enumerate(reasons.columns):
        assert sizes[name] == pytest.approx(np.abs(reasons.values[:, place]).mean(), rel=CLOSE, abs=1e-12)


def test_some_customers_are_explained_and_all_are_looked_over(cluster, churn, new, tmp_path):
    rows = np.array([0, 3, 519, 520, 1_100, ROWS - 1])
    found = explain_on_cluster(cluster, churn, open_stream(tmp_path / "new"), tmp_path / "out", rows=rows)
    wanted = explain_table(churn, read_table(tmp_path / "one.parquet"), rows=rows)
    same(pd.read_parquet(tmp_path / "out"), wanted.to_frame())
    assert (found.drivers.customers, found.mismatches) == (len(rows), wanted.mismatches)
    assert len(list((tmp_path / "out").iterdir())) == 4


SEGMENTS = [
    Segment(("plan",)),
    Segment(("months",)),
    Segment(("months",), {"months": (10.0, 25.0)}),
    Segment(("senior", "plan")),
    Segment(("since",)),
    Segment(("id",)),
]


@pytest.mark.parametrize(("question", "label"), [("Churn", None), ("offer", "c"), ("months", None)])
def test_an_audit_is_that_of_one_machine(cluster, models, new, tmp_path, question, label):
    model = model_of(models, question)
    stream, table = open_stream(tmp_path / "new"), read_table(tmp_path / "one.parquet")
    found = examine_on_cluster(cluster, model, stream, SEGMENTS, threshold=0.305, label=label)
    wanted = examine(model, table, SEGMENTS, threshold=0.305, label=label)
    assert (found.customers, found.unknown) == (wanted.customers, wanted.unknown)
    assert found.unknown > 100
    for one, other in zip(found.audits, wanted.audits, strict=True):
        assert (one.segment, one.sizes, one.verdict) == (other.segment, other.sizes, other.verdict)
        same(one.to_frame(), other.to_frame())
    for one, other in zip(found.calibrations, wanted.calibrations, strict=True):
        assert one.verdict == other.verdict
        for name, estimate in one.error.items():
            assert estimate.value == pytest.approx(other.error[name].value, rel=CLOSE, abs=1e-12, nan_ok=True)
    assert [len(each) for each in found.conflicts] == [len(each) for each in wanted.conflicts]


def test_partitions_without_a_known_outcome_or_a_segment(cluster, churn, new_customers, write_folder, tmp_path):
    frame = new_customers(900, 5).assign(note=[f"wrote about {i % 7}, and {i}" for i in range(900)])
    frame.loc[:299, "Churn"] = None
    frame.loc[600:, ["plan", "note"]] = None
    write_folder(frame, tmp_path / "new", 3)
    frame.to_parquet(tmp_path / "one.parquet", index=False)
    segments = [Segment(("plan",)), Segment(("note",)), Segment(("plan", "senior"))]
    found = examine_on_cluster(cluster, churn, open_stream(tmp_path / "new"), segments)
    wanted = examine(churn, read_table(tmp_path / "one.parquet"), segments)
    assert (found.customers, found.unknown) == (600, 300)
    for one, other in zip(found.audits, wanted.audits, strict=True):
        assert one.sizes == other.sizes
        same(one.to_frame(), other.to_frame())


def test_later_partitions_that_contradict_the_first_one(cluster, churn, new_customers, write_folder, tmp_path):
    frame = new_customers(1_000, 9)
    late = frame.index >= 600
    frame["paid"] = np.arange(1_000) + np.where(late, 0.5, 0.0)
    frame["day"] = np.where(late, "13/4/2024", "1/2/2024")
    frame["branch"] = np.where(late, "00017", "17")
    write_folder(frame, tmp_path / "new", 5)
    stream = open_stream(tmp_path / "new")
    assert stream.schema["branch"].kind.value == "number"
    found = score_on_cluster(cluster, churn, stream, tmp_path / "out")
    assert found == score_stream(churn, stream, file_sink(tmp_path / "local.parquet"))
    out = pd.read_parquet(tmp_path / "out")
    same(out, pd.read_parquet(tmp_path / "local.parquet"))
    assert out["branch"].tolist() == frame["branch"].tolist()
    assert out["paid"].tolist() == frame["paid"].tolist()
    assert set(out["day"]) == {pd.Timestamp("2024-02-01"), pd.Timestamp("2024-04-13")}
    assert not list(tmp_path.glob(".*"))


def test_folders_whose_names_hold_a_column(cluster, churn, new_customers, tmp_path):
    frame = new_customers(600, 4)
    frame.to_parquet(tmp_path / "new", index=False, partition_cols=["plan"])
    found = score_on_cluster(cluster, churn, open_stream(tmp_path / "new"), tmp_path / "out")
    out = pd.read_parquet(tmp_path / "out").set_index("id").loc[frame["id"]]
    frame.to_parquet(tmp_path / "one.parquet", index=False)
    score_stream(churn, open_stream(tmp_path / "one.parquet"), file_sink(tmp_path / "local.parquet"))
    assert found.rows == 600
    assert np.abs(out["score"].to_numpy() - pd.read_parquet(tmp_path / "local.parquet")["score"]).max() < CLOSE


def test_what_does_not_fit_is_said_before_anything_is_written(cluster, models, churn, new, tmp_path):
    stream = open_stream(tmp_path / "new")
    new.drop(columns="months").to_parquet(tmp_path / "less.parquet")
    with pytest.raises(ScoringError, match="columns that are not there: months"):
        score_on_cluster(cluster, churn, open_stream(tmp_path / "less.parquet"), tmp_path / "out")
    with pytest.raises(CrmAiError, match="A cluster writes a folder of Parquet files"):
        score_on_cluster(cluster, churn, stream, tmp_path / "out.csv")
    with pytest.raises(CrmAiError, match="something of this name already"):
        score_on_cluster(cluster, churn, stream, tmp_path / "new")
    with pytest.raises(CrmAiError, match="The folder cannot be written"):
        score_on_cluster(cluster, churn, stream, tmp_path / "nowhere" / "out")
    with pytest.raises(ScoringError, match="cannot be numbered by priority"):
        score_on_cluster(cluster, model_of(models, "offer"), stream, tmp_path / "out", wishes=Wishes(priority=True))
    with pytest.raises(ProblemError, match="none of the answers"):
        explain_on_cluster(cluster, churn, stream, tmp_path / "out", wishes=ReasonWishes(label="Maybe"))
    new.drop(columns="Churn").to_parquet(tmp_path / "blind.parquet")
    with pytest.raises(ProblemError, match="There is no column “Churn”"):
        examine_on_cluster(cluster, churn, open_stream(tmp_path / "blind.parquet"), SEGMENTS[:1])
    new.assign(Churn=pd.Series([None] * ROWS, dtype="str")).to_parquet(tmp_path / "blind.parquet")
    with pytest.raises(ProblemError, match="No customer has a known “Churn”"):
        examine_on_cluster(cluster, churn, open_stream(tmp_path / "blind.parquet"), SEGMENTS[:1])
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_damaged_partition_leaves_nothing_behind(cluster, churn, new, tmp_path):
    stream = open_stream(tmp_path / "new")
    last = tmp_path / "new" / f"part.{FILES - 1}.parquet"
    content = bytearray(last.read_bytes())
    content[10:2_000] = bytes(1_990)
    last.write_bytes(content)
    with pytest.raises(CrmAiError, match=rf"part\.{FILES - 1}\.parquet: This Parquet file is damaged"):
        score_on_cluster(cluster, churn, stream, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_words_are_in_the_language_of_whoever_asks(cluster, churn, new, tmp_path):
    from crm_ai.words import use_language

    stream = open_stream(tmp_path / "one.parquet")
    use_language("zh")
    try:
        wishes = Wishes(reasons=1)
        found = score_on_cluster(cluster, churn, stream, tmp_path / "out", wishes=wishes)
        assert found == score_stream(churn, stream, file_sink(tmp_path / "local.parquet"), wishes=wishes)
        same(pd.read_parquet(tmp_path / "out"), pd.read_parquet(tmp_path / "local.parquet"))
    finally:
        use_language("en")


@pytest.fixture
def command(two_workers, cluster, churn, new, tmp_path, monkeypatch, capsys):
    """Run a command with and without the cluster; give exit code, what it printed and what it told beside."""
    save_model(churn, tmp_path / "churn.crm")
    monkeypatch.chdir(tmp_path)

    def run(*words, on_cluster=True):
        monkeypatch.setenv("CRM_AI_DASK", two_workers.address if on_cluster else "")
        code = run_command([words[0], "churn.crm", *words[1:]])
        return code, *capsys.readouterr()

    return run


def test_the_command_line_scores_on_the_cluster_and_says_so(command, tmp_path):
    code, out, err = command("score", "new", "-o", "there.parquet", "--reasons", "1", "--priority")
    assert (code, out) == (0, f"{ROWS:,} customers scored, written to there.parquet\n")
    assert "2 worker processes, 5 partitions" in err
    assert "plan: 40 customers have a label that was not there in training" in err
    assert command("score", "new", "-o", "here.parquet", "--reasons", "1", "--priority", on_cluster=False)[0] == 0
    same(pd.read_parquet(tmp_path / "there.parquet"), pd.read_parquet(tmp_path / "here.parquet"))
    code, _out, err = command("score", "new", "-o", "there.parquet")
    assert (code, "something of this name already" in err) == (1, True)


def test_what_a_cluster_cannot_do_is_done_here_and_told(command, new, tmp_path):
    code, _out, err = command("score", "new", "-o", "scored.csv")
    assert (code, "on this machine: only folders of Parquet files are written there" in err) == (0, True)
    assert len(pd.read_csv("scored.csv", encoding="utf-8-sig")) == ROWS
    new.to_csv("new.csv", index=False)
    code, _out, err = command("score", "new.csv", "-o", "scored.parquet")
    assert (code, "only Parquet files, and folders of them, are read there" in err) == (0, True)
    assert (tmp_path / "scored.parquet").is_file()
    code, _out, err = command("explain", "one.parquet", "-o", "two.parquet", "--ids", "K00001,#7")
    assert (code, "--ids is not known there" in err) == (0, True)
    new.rename(columns={"plan": "tariff"}).to_parquet("renamed.parquet", index=False)
    code, _out, err = command("score", "renamed.parquet", "-o", "three.parquet", "--rename", "tariff=plan")
    assert (code, "--rename is not known there" in err) == (0, True)


def test_the_command_line_explains_and_audits_there_as_here(command, tmp_path):
    words = ("explain", "one.parquet", "--rows", "300", "--json", "-o")
    code, there, err = command(*words, "there")
    assert (code, "on the cluster at tcp://" in err) == (0, True)
    _code, here, _err = command(*words, "here.parquet", on_cluster=False)
    there, here = json.loads(there), json.loads(here)
    assert {driver["column"] for driver in there["drivers"]} == {driver["column"] for driver in here["drivers"]}
    for one, other in zip(there.pop("drivers"), here.pop("drivers"), strict=True):
        assert one["mean_absolute"] == pytest.approx(other["mean_absolute"], rel=CLOSE)
    different = {"digest", "output"}
    assert {k: v for k, v in there.items() if k not in different} == {
        k: v for k, v in here.items() if k not in different
    }
    same(pd.read_parquet(tmp_path / "there"), pd.read_parquet(tmp_path / "here.parquet"))
    words = ("audit", "one.parquet", "--segments", "plan,months=10,25,senior+plan", "--threshold", "0.4")
    code, there, err = command(*words)
    assert (code, "on the cluster at tcp://" in err) == (0, True)
    assert there == command(*words, on_cluster=False)[1]
