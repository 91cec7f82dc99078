"""A worker process that is killed in mid-run loses nothing: every customer is there once, with the same numbers."""

from __future__ import annotations

import os
import signal

import pandas as pd
import pytest

from crm_ai.deployment import Wishes, explain_table, file_sink, score_stream
from crm_ai.deployment.cluster import (
    ReasonWishes,
    auditing,
    connected,
    examine_on_cluster,
    explain_on_cluster,
    score_on_cluster,
    scoring,
)
from crm_ai.fairness import examine
from crm_ai.modeling import Segment
from crm_ai.table import open_stream, read_table

CLOSE = 1e-9


@pytest.fixture
def cluster(own_scheduler):
    own_scheduler.add_workers(2)
    with connected(own_scheduler.address, seconds=60) as found:
        found.client.wait_for_workers(2, timeout=60)
        yield found


def stop_before(monkeypatch, module, name, processes, wait_until, kill):
    """Stop a worker just before the work is handed out: whatever it gets is under way until it is killed.

    It is not the worker that holds the model, for which the other one would wait.
    """
    real = getattr(module, name)

    def stopping(cluster, *call):
        client = cluster.client
        wait_until(lambda: any(client.who_has().values()))
        (holder,) = {worker for workers in client.who_has().values() for worker in workers}
        numbers = {worker: number for worker, number in client.run(os.getpid).items() if worker != holder}
        (kill.process,) = (process for process in processes if process.pid in numbers.values())
        kill.process.send_signal(signal.SIGSTOP)
        return real(cluster, *call)

    monkeypatch.setattr(module, name, stopping)


def under_way(cluster):
    """Make sure that both workers have something to do right now."""

    def check():
        given = cluster.client.processing()
        assert len(given) == 2
        assert all(given.values()), given

    return check


def test_scoring(own_scheduler, cluster, churn, many, tmp_path, killing, wait_until, monkeypatch):
    stream, wishes = open_stream(tmp_path / "new"), Wishes(reasons=3)
    kill = killing(None, under_way(cluster))
    stop_before(monkeypatch, scoring, "do", own_scheduler.workers, wait_until, kill)
    found = score_on_cluster(cluster, churn, stream, tmp_path / "scored", wishes=wishes, progress=kill)
    assert len(cluster.client.nthreads()) == 1
    assert found == score_stream(churn, stream, file_sink(tmp_path / "local.parquet"), wishes=wishes)
    scored = pd.read_parquet(tmp_path / "scored")
    pd.testing.assert_frame_equal(scored, pd.read_parquet(tmp_path / "local.parquet"), rtol=CLOSE)
    assert scored["id"].tolist() == many["id"].tolist()
    assert not list(tmp_path.glob(".*"))


def test_reasons(own_scheduler, cluster, churn, many, tmp_path, killing):
    stream, wishes = open_stream(tmp_path / "new"), ReasonWishes(scale="probability")
    kill = killing(own_scheduler.workers[1], under_way(cluster))
    done = explain_on_cluster(cluster, churn, stream, tmp_path / "reasons", wishes=wishes, progress=kill)
    assert len(cluster.client.nthreads()) == 1
    assert done.drivers.customers == len(many)
    wanted = explain_table(churn, read_table(tmp_path / "one.parquet"), scale="probability").to_frame()
    found = pd.read_parquet(tmp_path / "reasons")
    pd.testing.assert_frame_equal(found, wanted, rtol=CLOSE, atol=CLOSE, check_dtype=False)
    assert not list(tmp_path.glob(".*"))


def test_an_audit(own_scheduler, cluster, churn, many, tmp_path, killing, wait_until, monkeypatch):
    stream, segments = open_stream(tmp_path / "new"), [Segment(("plan",)), Segment(("months",))]
    kill = killing(None, under_way(cluster))
    stop_before(monkeypatch, auditing, "start", own_scheduler.workers, wait_until, kill)
    found = examine_on_cluster(cluster, churn, stream, segments, progress=kill)
    assert len(cluster.client.nthreads()) == 1
    wanted = examine(churn, read_table(tmp_path / "one.parquet"), segments)
    assert found.customers == wanted.customers == len(many)
    for one, other in zip(found.audits, wanted.audits, strict=True):
        pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), rtol=CLOSE)


def test_an_audit_whose_worker_dies_with_what_it_has_kept(own_scheduler, cluster, churn, many, tmp_path, monkeypatch):
    stream, segments = open_stream(tmp_path / "new"), [Segment(("plan",)), Segment(("months",))]
    real, victim = auditing.do, own_scheduler.workers[0]

    def killing_first(*call):
        assert all(cluster.client.has_what().values())
        victim.kill()
        victim.wait()
        return real(*call)

    monkeypatch.setattr(auditing, "do", killing_first)
    found = examine_on_cluster(cluster, churn, stream, segments)
    wanted = examine(churn, read_table(tmp_path / "one.parquet"), segments)
    for one, other in zip(found.audits, wanted.audits, strict=True):
        pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), rtol=CLOSE)
