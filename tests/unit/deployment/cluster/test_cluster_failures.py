"""Workers, clients and schedulers that die, and clusters that are not what they should be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from crm_ai.deployment import Wishes, explain_table, file_sink, save_model, score_stream
from crm_ai.deployment.cluster import (
    ReasonWishes,
    connected,
    examine_on_cluster,
    explain_on_cluster,
    mapping,
    score_on_cluster,
)
from crm_ai.errors import CrmAiError
from crm_ai.fairness import examine
from crm_ai.modeling import Segment
from crm_ai.table import open_stream, read_table

ROOT = Path(__file__).parents[4]
ROWS, FILES = 16_000, 16
CLOSE = 1e-9


@pytest.fixture
def new(new_customers, write_folder, tmp_path):
    frame = new_customers(ROWS, 7)
    frame.to_parquet(tmp_path / "one.parquet", index=False)
    write_folder(frame, tmp_path / "new", FILES)
    return frame


class Killing:
    """Kills a process as soon as the first partition is done, and remembers what was done by then."""

    def __init__(self, process):
        self.process, self.share = process, None

    def __call__(self, share, rows):
        if self.share is None:
            self.share = share
            self.process.kill()
            self.process.wait()


def test_a_worker_killed_in_mid_run_loses_nothing(own_scheduler, churn, new, tmp_path):
    stream, workers = open_stream(tmp_path / "new"), own_scheduler.add_workers(2)
    with connected(own_scheduler.address, seconds=60) as cluster:
        cluster.client.wait_for_workers(2, timeout=60)

        killing = Killing(workers[0])
        wishes = Wishes(reasons=3)
        found = score_on_cluster(cluster, churn, stream, tmp_path / "scored", wishes=wishes, progress=killing)
        assert killing.share < 1
        assert len(cluster.client.nthreads()) == 1
        assert found == score_stream(churn, stream, file_sink(tmp_path / "local.parquet"), wishes=wishes)
        scored, local = (pd.read_parquet(tmp_path / name) for name in ("scored", "local.parquet"))
        pd.testing.assert_frame_equal(scored, local, rtol=CLOSE)
        assert scored["id"].tolist() == new["id"].tolist()

        killing = Killing(own_scheduler.workers[1])
        own_scheduler.add_workers(1)
        cluster.client.wait_for_workers(2, timeout=60)
        slow = ReasonWishes(scale="probability")
        explain_on_cluster(cluster, churn, stream, tmp_path / "reasons", wishes=slow, progress=killing)
        assert killing.share < 1
        wanted = explain_table(churn, read_table(tmp_path / "one.parquet"), scale="probability").to_frame()
        found = pd.read_parquet(tmp_path / "reasons")
        pd.testing.assert_frame_equal(found, wanted, rtol=CLOSE, atol=CLOSE, check_dtype=False)

        killing = Killing(own_scheduler.workers[2])
        own_scheduler.add_workers(1)
        cluster.client.wait_for_workers(2, timeout=60)
        segments = [Segment(("plan",)), Segment(("months",))]
        audits = examine_on_cluster(cluster, churn, stream, segments, progress=killing).audits
        assert killing.share < 1
        wanted = examine(churn, read_table(tmp_path / "one.parquet"), segments).audits
        for one, other in zip(audits, wanted, strict=True):
            pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), rtol=CLOSE)
    assert not list(tmp_path.glob(".*"))


def test_a_client_killed_in_mid_run_leaves_no_folder(own_scheduler, churn, new, tmp_path, wait_until):
    own_scheduler.add_workers(2)
    save_model(churn, tmp_path / "churn.crm")
    words = [sys.executable, "-m", "crm_ai", "explain", "churn.crm", "new", "-o", "out", "--scale", "probability"]
    environ = os.environ | {"CRM_AI_DASK": own_scheduler.address, "PYTHONPATH": str(ROOT), "CRM_AI_LANGUAGE": "en"}
    process = subprocess.Popen(words, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: list(tmp_path.glob(".out.*.part/part-*")), process)
    finally:
        process.kill()
        process.wait()
    assert not (tmp_path / "out").exists()
    with connected(own_scheduler.address, seconds=60) as cluster:
        stream = open_stream(tmp_path / "new")
        found = explain_on_cluster(cluster, churn, stream, tmp_path / "out")
    assert found.drivers.customers == ROWS
    assert pd.read_parquet(tmp_path / "out")["row"].tolist() == list(range(1, ROWS + 1))


def test_all_workers_gone_and_the_scheduler_gone(own_scheduler, churn, new, tmp_path, monkeypatch):
    stream = open_stream(tmp_path / "new")
    monkeypatch.setattr(mapping, "PATIENCE", 2.0)
    (worker,) = own_scheduler.add_workers(1)
    slow = ReasonWishes(scale="probability")
    with connected(own_scheduler.address, seconds=60) as cluster:
        with pytest.raises(CrmAiError, match="All workers of the cluster are gone"):
            explain_on_cluster(cluster, churn, stream, tmp_path / "out", wishes=slow, progress=Killing(worker))
        own_scheduler.add_workers(1)
        cluster.client.wait_for_workers(1, timeout=60)
        with pytest.raises(CrmAiError, match="The connection to the cluster was lost"):
            explain_on_cluster(
                cluster, churn, stream, tmp_path / "out", wishes=slow, progress=Killing(own_scheduler.scheduler)
            )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:8786", "tcp://127.0.0.1", "10.0.0.5:8786"])
def test_what_is_no_address(address):
    pytest.importorskip("distributed", reason="Dask is not installed (requirements-dask.txt)")
    with pytest.raises(CrmAiError, match="This is no address of a Dask scheduler"), connected(address):
        pass


def test_nobody_answers():
    pytest.importorskip("distributed", reason="Dask is not installed (requirements-dask.txt)")
    with (
        pytest.raises(CrmAiError, match=r"tcp://127\.0\.0\.1:9: No Dask scheduler answers"),
        connected("tcp://127.0.0.1:9", seconds=0.5),
    ):
        pass


def test_nobody_works_then_somebody_with_other_versions_then_somebody_without_crm_ai(own_scheduler):
    address = own_scheduler.address
    with pytest.raises(CrmAiError, match=f"dask worker {address}"), connected(address, seconds=1):
        pass
    other = "import crm_ai; crm_ai.__version__ = '0.0.1'"
    (worker,) = own_scheduler.add_workers(1, "--preload", other)
    with (
        pytest.raises(CrmAiError, match=r"other versions than this machine: crm_ai 0\.0\.1 ≠"),
        connected(address, seconds=60),
    ):
        pass
    worker.kill()
    worker.wait()
    own_scheduler.add_workers(1, environ={"PYTHONPATH": ""})
    with pytest.raises(CrmAiError, match="Workers of the cluster have no crm_ai"), connected(address, seconds=60):
        pass


def test_a_worker_that_comes_later_with_other_versions(own_scheduler, churn, new_customers, tmp_path):
    new_customers(50, 3).to_parquet(tmp_path / "new.parquet")
    (worker,) = own_scheduler.add_workers(1)
    with connected(own_scheduler.address, seconds=60) as cluster:
        worker.kill()
        worker.wait()
        own_scheduler.add_workers(1, "--preload", "import crm_ai; crm_ai.__version__ = '0.0.1'")
        with pytest.raises(CrmAiError, match=r"other versions than this machine: crm_ai 0\.0\.1 ≠"):
            score_on_cluster(cluster, churn, open_stream(tmp_path / "new.parquet"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_dask_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CrmAiError, match=r"pip install -r requirements-dask\.txt"), connected("tcp://127.0.0.1:8786"):
        pass


def test_commands_import_dask_only_where_it_is_asked_for():
    code = "import sys, crm_ai.command_line.on_cluster, crm_ai.deployment.cluster; print('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
