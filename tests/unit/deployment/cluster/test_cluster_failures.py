"""Clients and schedulers that die, and clusters that are not what they should be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.deployment import save_model
from crm_ai.deployment.cluster import (
    Cluster,
    ReasonWishes,
    connected,
    explain_on_cluster,
    mapping,
    score_on_cluster,
)
from crm_ai.deployment.cluster.parts import check_seen, check_whole, part_name
from crm_ai.errors import CrmAiError
from crm_ai.table import open_stream

ROOT = Path(__file__).parents[4]


def test_a_client_killed_in_mid_run_leaves_no_folder(own_scheduler, churn, many, tmp_path, wait_until):
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
    assert found.drivers.customers == len(many)
    assert pd.read_parquet(tmp_path / "out")["row"].tolist() == list(range(1, len(many) + 1))


def test_all_workers_gone_and_the_scheduler_gone(killing, own_scheduler, churn, many, tmp_path, monkeypatch, capfd):
    stream = open_stream(tmp_path / "new")
    monkeypatch.setattr(mapping, "PATIENCE", 2.0)
    (worker,) = own_scheduler.add_workers(1)
    slow = ReasonWishes(scale="probability")
    with connected(own_scheduler.address, seconds=60) as cluster:
        with pytest.raises(CrmAiError, match="All workers of the cluster are gone"):
            explain_on_cluster(cluster, churn, stream, tmp_path / "out", wishes=slow, progress=killing(worker))
        own_scheduler.add_workers(1)
        cluster.client.wait_for_workers(1, timeout=60)
        with pytest.raises(CrmAiError, match="The connection to the cluster was lost"):
            explain_on_cluster(
                cluster, churn, stream, tmp_path / "out", wishes=slow, progress=killing(own_scheduler.scheduler)
            )
    assert not (tmp_path / "out").exists()
    assert "Traceback" not in capfd.readouterr().err


def test_a_partition_that_kills_workers(killing, unforgiving_scheduler, churn, many, tmp_path):
    workers = unforgiving_scheduler.add_workers(2)
    with connected(unforgiving_scheduler.address, seconds=60) as cluster:
        cluster.client.wait_for_workers(2, timeout=60)
        with pytest.raises(CrmAiError, match="Several workers died one after the other"):
            explain_on_cluster(
                cluster,
                churn,
                open_stream(tmp_path / "new"),
                tmp_path / "out",
                wishes=ReasonWishes(scale="probability"),
                progress=killing(workers[0]),
            )
    assert not (tmp_path / "out").exists()


def test_a_worker_that_sees_other_files(tmp_path):
    class Client:
        def run(self, ask, paths):
            return {"tcp://10.0.0.6:40111": [], "tcp://10.0.0.7:40111": ask([*paths, "/nowhere/part.0.parquet"])}

    (tmp_path / "seen").touch()
    with pytest.raises(CrmAiError, match=r"tcp://10\.0\.0\.7:40111 does not see /nowhere/part\.0\.parquet"):
        check_seen(Cluster(Client(), "tcp://10.0.0.5:8786", 2), [tmp_path / "seen"])


def test_parts_that_are_not_there_or_too_many(tmp_path):
    pd.DataFrame({"score": [0.5, 0.25]}).to_parquet(tmp_path / part_name(0))
    check_whole(tmp_path, [2, 0], seconds=0)
    for rows in ([2, 1], [3], [0]):
        with pytest.raises(CrmAiError, match="What the workers wrote is not whole"):
            check_whole(tmp_path, rows, seconds=0.3)


def test_the_command_line_says_what_is_wrong_with_the_address(churn, many, tmp_path, monkeypatch, capsys):
    pytest.importorskip("distributed", reason="Dask is not installed (requirements-dask.txt)")
    save_model(churn, tmp_path / "churn.crm")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRM_AI_DASK", "localhost")
    for words in (["score", "-o", "out"], ["explain", "-o", "out"], ["audit", "--segments", "plan"]):
        assert run_command([words[0], "churn.crm", "new", *words[1:]]) == 1
        assert "CRM_AI_DASK=localhost: This is no address of a Dask scheduler." in capsys.readouterr().err
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
