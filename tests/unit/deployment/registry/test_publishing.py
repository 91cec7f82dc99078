"""Publishing to a real MLflow server, which serves the model with the very same scores."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment import save_model, score
from crm_ai.deployment.api import make_api
from crm_ai.deployment.mlflow_model import _load_pyfunc
from crm_ai.deployment.model_source import FileSource
from crm_ai.deployment.registry import (
    PublishingStep,
    approve,
    find_faults,
    mlflow_folder,
    mlflow_server,
    open_registry,
    promote,
    publish,
    publishing_step,
    read_log,
    register,
    withdraw,
)
from crm_ai.deployment.registry.mlflow_folder import name_there
from crm_ai.deployment.registry.mlflow_server import Published, find_python, place_of
from crm_ai.deployment.registry.registry import Registry
from crm_ai.deployment.registry.versions import Version
from crm_ai.errors import DatabaseError, RegistryError
from crm_ai.modeling import Run
from crm_ai.table import table_from_frame
from tests.unit.deployment.registry.conftest import TICKED, customers, trained

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ROOT = Path(__file__).parents[4]
STARTS_WITHIN = 120  # seconds
THRESHOLD = 0.35


def approved(registry, run, model="decision_tree", **more):
    version = register(run, model, registry, name="流失/churn", note="try", **more)
    return approve(registry, version, why="ok", checklist=TICKED)


@pytest.fixture
def obliging(tmp_path):
    """A Python that takes anything, and keeps what it was given."""
    program = tmp_path / "python"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, os, shutil, sys\n"
        f"shutil.copytree(sys.argv[-1], {str(tmp_path / 'given')!r})\n"
        f"open({str(tmp_path / 'environ.json')!r}, 'w').write(json.dumps(dict(os.environ)))\n"
        'print(\'{"name": "n", "version": 3, "run": "r"}\')\n'
    )
    program.chmod(0o755)
    return program


@pytest.fixture
def refusing(tmp_path):
    program = tmp_path / "refusing"
    program.write_text("#!/bin/sh\necho 'no entry for ann:s3cret at http://ann:s3cret@h' >&2\nexit 1\n")
    program.chmod(0o755)
    return program


def test_what_is_handed_over(tmp_path, registry, run, obliging):
    version = promote(registry, approved(registry, run, threshold=0.3), why="go")
    done = publish(registry, version, "http://ann:s3cret@h:1/x", why="for sales", python=obliging)
    assert done.address == "models:/n/3"
    given = json.loads((tmp_path / "given" / "request.json").read_text())
    assert given["aliases"] == ["champion"]
    assert given["metrics"]["roc_auc"] == version.metrics["roc_auc"].value
    assert ["months", "double"] in given["inputs"]
    assert ["plan", "string"] in given["inputs"]
    assert given["tags"]["crm_ai.digest"] == version.digest
    opened = _load_pyfunc(str(tmp_path / "given" / "data"))
    table = run.table
    assert opened.predict(table.frame).equals(score(run.model("decision_tree"), table, threshold=0.3).frame)
    code = tmp_path / "given" / "code" / "crm_ai"
    assert not (code / "app").exists()
    entry = read_log(registry)[-1]
    assert (entry.act, entry.after) == ("publish", "http://h:1/x models:/n/3")
    assert find_faults(registry) == ()


def test_the_code_that_goes_along_suffices(tmp_path, registry, run, obliging):
    """Opened where neither this project nor the packages of screens and databases are there."""
    publish(registry, approved(registry, run), "http://h", why="try", python=obliging)
    run.table.frame.drop(columns="Churn").to_csv(tmp_path / "rows.csv", index=False)
    program = (
        "import sys\n"
        "for name in ('streamlit', 'sqlalchemy', 'alembic', 'fsspec', 'plotly', 'openpyxl', 'phonenumbers', 'shap', "
        "'lime', 'yaml', 'rapidfuzz', 'numba'): sys.modules[name] = None\n"
        f"sys.path.insert(0, {str(tmp_path / 'given' / 'code')!r})\n"
        "import pandas as pd\nfrom crm_ai.deployment.mlflow_model import _load_pyfunc\n"
        "import crm_ai\n"
        f"assert crm_ai.__file__.startswith({str(tmp_path)!r})\n"
        f"model = _load_pyfunc({str(tmp_path / 'given' / 'data')!r})\n"
        f"found = model.predict(pd.read_csv({str(tmp_path / 'rows.csv')!r}))\n"
        f"found.to_json({str(tmp_path / 'found.json')!r}, double_precision=15)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    found = pd.read_json(tmp_path / "found.json")["score"].to_numpy()
    assert found == pytest.approx(score(run.model("decision_tree"), run.table).frame["score"].to_numpy(), abs=1e-12)


def test_a_server_that_refuses(registry, run, refusing):
    version = approved(registry, run)
    before = len(read_log(registry))
    with pytest.raises(RegistryError, match="It says: no entry") as caught:
        publish(registry, version, "http://ann:s3cret@h", why="try", python=refusing)
    assert "s3cret" not in str(caught.value)
    assert caught.value.where == "http://h"
    told = read_log(registry)[before:]
    assert [(entry.before, entry.after) for entry in told] == [
        ("", "begun http://h"), ("begun http://h", "refused http://h"),
    ]  # fmt: skip
    assert [publishing_step(entry) for entry in told] == [
        (PublishingStep.BEGUN, "http://h"), (PublishingStep.REFUSED, "http://h"),
    ]  # fmt: skip


def test_a_server_that_does_not_answer_may_have_taken_it(tmp_path, registry, run, monkeypatch):
    monkeypatch.setattr(mlflow_server, "SECONDS", 0.5)
    program = tmp_path / "silent"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    with pytest.raises(RegistryError, match="whether it has taken the model is not known"):
        publish(registry, approved(registry, run), "http://h", why="try", python=program)
    assert publishing_step(read_log(registry)[-1]) == (PublishingStep.UNKNOWN, "http://h")


def test_withdrawn_meanwhile(registry, run, monkeypatch, obliging):
    version = approved(registry, run)
    handed_over = mlflow_server.hand_over

    def slowly(*said):
        withdraw(registry, version, why="a column came too late")
        return handed_over(*said)

    monkeypatch.setattr(mlflow_server, "hand_over", slowly)
    with pytest.raises(RegistryError, match="is published as models:/n/3, but became withdrawn meanwhile"):
        publish(registry, version, "http://h", why="try", python=obliging)
    assert [entry.act for entry in read_log(registry)][-3:] == ["publish", "withdraw", "publish"]
    assert publishing_step(read_log(registry)[-1]) == (PublishingStep.PUBLISHED, "http://h models:/n/3")
    assert find_faults(registry) == ()


def test_withdrawn_before_it_is_handed_over(registry, run, monkeypatch, obliging):
    version = approved(registry, run)
    prepare = mlflow_folder.prepare

    def slowly(*said):
        withdraw(registry, version, why="a column came too late")
        prepare(*said)

    monkeypatch.setattr(mlflow_folder, "prepare", slowly)
    monkeypatch.setattr(mlflow_server, "hand_over", lambda *_said: pytest.fail("it was handed over"))
    with pytest.raises(RegistryError, match="is withdrawn, not approved"):
        publish(registry, version, "http://h", why="try", python=obliging)
    assert read_log(registry)[-1].act == "withdraw"


def test_a_log_that_cannot_be_written_afterwards_is_told(registry, run, monkeypatch, obliging):
    version = approved(registry, run)

    @contextmanager
    def full(*_said):
        raise DatabaseError("The disk is full.")
        yield

    handed_over = mlflow_server.hand_over

    def then_full(*said):
        done = handed_over(*said)
        monkeypatch.setattr("crm_ai.deployment.registry.database.writing", full)
        return done

    monkeypatch.setattr(mlflow_server, "hand_over", then_full)
    with pytest.raises(RegistryError, match=r"is published as models:/n/3, but .* The disk is full"):
        publish(registry, version, "http://h", why="try", python=obliging)
    assert publishing_step(read_log(registry)[-1]) == (PublishingStep.BEGUN, "http://h")


@pytest.mark.parametrize(("to", "theirs"), [("http://h/", True), ("http://elsewhere", False)])
def test_credentials_go_to_the_configured_server_only(tmp_path, registry, run, monkeypatch, obliging, to, theirs):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://h")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("MLFLOW_TRACKING_TOKEN", "AWS_SECRET_ACCESS_KEY", "CRM_AI_REGISTRY_PASSWORD"):
        monkeypatch.setenv(name, "s3cret")
    publish(registry, approved(registry, run), to, why="try", python=obliging)
    known = json.loads((tmp_path / "environ.json").read_text())
    assert known["MLFLOW_TRACKING_URI"] == to
    assert ("MLFLOW_TRACKING_TOKEN" in known, "AWS_SECRET_ACCESS_KEY" in known) == (theirs, theirs)
    assert (known["HOME"] == str(tmp_path / "home")) == theirs
    assert "CRM_AI_REGISTRY_PASSWORD" not in known


@pytest.mark.parametrize("to", ["http://[x", "http://h:port"])
def test_an_address_that_cannot_be_read(registry, run, obliging, to):
    with pytest.raises(RegistryError, match="not the address of a server"):
        publish(registry, approved(registry, run), to, why="try", python=obliging)
    assert read_log(registry)[-1].act == "approve"


def test_what_is_not_published(tmp_path, registry, run, obliging, monkeypatch):
    version = register(run, "decision_tree", registry, name="churn", note="try")
    with pytest.raises(RegistryError, match="is registered, not approved"):
        publish(registry, version, "http://h", why="try", python=obliging)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(RegistryError, match="which MLflow server"):
        publish(registry, version, why="try", python=obliging)
    with pytest.raises(RegistryError, match="MLflow is not installed") as caught:
        publish(registry, version, "http://h", why="try", python=tmp_path / "nowhere")
    assert "requirements-mlflow.txt" in caught.value.next_step


def test_names_that_mlflow_takes():
    assert name_there("流失 churn_1-a") == "流失 churn_1-a"
    assert len({name_there(name) for name in ("a/b", "a:b", "a.b", "a_b", "../a")}) == 5
    assert not set("/:.\"'%") & set(name_there("../a:b\"'%"))
    assert place_of("databricks") == "://databricks"


# From here on with a real server.


def mlflow_python():
    try:
        program = find_python(os.environ)
    except RegistryError as error:
        if os.environ.get("CI"):
            pytest.fail(f"{error.what} In CI models must be published to a real server. {error.next_step}")
        pytest.skip(f"{error.what} ({error.where}); set CRM_AI_MLFLOW_PYTHON to a Python of an environment that has it")
    return Path(program)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def started(words, folder, environ):
    """Address of a server; words are put together for a port, and another one is tried if somebody else was faster."""
    for _turn in range(3):
        port = free_port()
        log = folder / f"{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                words(port), stdout=output, stderr=subprocess.STDOUT, cwd=folder, env=environ, start_new_session=True
            )
        try:
            if answers(process, port):
                yield f"http://127.0.0.1:{port}"
                return
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with all that it has started
            process.wait()
    pytest.fail(log.read_text(errors="replace"))


def answers(process, port):
    deadline = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
        except OSError:
            time.sleep(0.3)
        else:
            return process.poll() is None
    return False


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture(scope="module")
def environ():
    # Programs of that environment are looked for in PATH by MLflow; nothing of this project may help it.
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CRM_AI"))}
    path = f"{mlflow_python().parent}{os.pathsep}{os.environ['PATH']}"
    return plain | {"PATH": path, "MLFLOW_DISABLE_TELEMETRY": "true", "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def server(folder, environ):
    words = [str(mlflow_python()), "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]
    stores = ["--backend-store-uri", f"sqlite:///{folder}/m.db", "--artifacts-destination", str(folder / "artifacts")]
    with started(lambda port: [*words, *stores, "--port", str(port)], folder, environ) as address:
        yield address


def ask(address, content):
    request = urllib.request.Request(
        f"{address}/invocations", json.dumps(content).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return pd.DataFrame(json.load(answer)["predictions"])


@dataclass(frozen=True)
class Served:
    """A published model at work, and what it was made of."""

    address: str
    run: Run
    registry: Registry
    version: Version
    published: Published

    @property
    def model(self):
        return self.run.model("logistic_regression")


@pytest.fixture(scope="module")
def served(server, folder, environ):
    frame = customers(500)
    frame.loc[::7, "months"] = np.nan
    frame.loc[::11, "plan"] = None
    frame["visits"] = np.arange(len(frame)) % 9
    run = trained(frame, "logistic_regression")
    registry = open_registry(folder / "registry.db", folder / "files", four_eyes=False)
    version = promote(registry, approved(registry, run, "logistic_regression", threshold=THRESHOLD), why="go")
    done = publish(registry, version, server, why="for the call centre", python=mlflow_python())
    words = [str(mlflow_python()), "-m", "mlflow", "models", "serve", "-m", done.address, "--env-manager", "local"]
    where = ["-h", "127.0.0.1", "--workers", "1", "-p"]
    environ = environ | {"MLFLOW_TRACKING_URI": server}
    with started(lambda port: [*words, *where, str(port)], folder, environ) as address:
        yield Served(address, run, registry, version, done)


def test_it_is_served_with_the_same_scores(served):
    assert served.published.name == name_there("流失/churn")
    asked = served.run.table.frame[list(served.run.problem.features)]
    expected = score(served.model, served.run.table, threshold=THRESHOLD).frame
    rows = asked.astype(object).where(asked.notna(), None)
    found = ask(served.address, {"dataframe_split": {"columns": list(rows), "data": rows.to_numpy().tolist()}})
    assert np.array_equal(found["score"], expected["score"])
    assert found["decision"].tolist() == expected["decision"].tolist()
    shuffled = ask(served.address, {"dataframe_records": rows[list(rows)[::-1]].tail(3).to_dict("records")})
    assert shuffled["score"].tolist() == expected["score"].tail(3).tolist()
    with pytest.raises(urllib.error.HTTPError, match="400"):
        ask(served.address, {"dataframe_records": rows.drop(columns="months").head(1).to_dict("records")})
    assert find_faults(served.registry) == ()


def test_all_ways_give_the_same_scores(served, tmp_path):
    """Fifty customers by Python, by the command line, by the service and by MLflow."""
    frame = customers(50, 9).drop(columns="Churn").assign(visits=np.arange(50) % 12)
    frame.loc[[0, 20], "months"] = np.nan
    frame.loc[[1, 20], "plan"] = None
    frame.loc[2, "城市"] = "广州"
    expected = score(served.model, table_from_frame(frame), threshold=THRESHOLD).frame
    frame.to_csv(tmp_path / "new.csv", index=False)
    save_model(served.model, tmp_path / "model.crm")
    words = ["score", str(tmp_path / "model.crm"), str(tmp_path / "new.csv"), "--threshold", str(THRESHOLD)]
    done = subprocess.run(
        [sys.executable, "-m", "crm_ai", *words, "-o", str(tmp_path / "scored.csv")], cwd=ROOT, check=False
    )
    assert done.returncode == 0
    rows = frame[list(served.run.problem.features)]
    records = rows.astype(object).where(rows.notna(), None).to_dict("records")
    with TestClient(make_api(FileSource(tmp_path / "model.crm", threshold=THRESHOLD))) as client:
        answered = client.post("/v1/score", json={"records": records}).json()["scores"]
    found = {
        "command line": pd.read_csv(tmp_path / "scored.csv", float_precision="round_trip"),
        "service": pd.DataFrame(answered),
        "MLflow": ask(served.address, {"dataframe_records": records}),
    }
    for way, scored in found.items():
        assert scored["score"].to_numpy() == pytest.approx(expected["score"].to_numpy(), rel=0, abs=1e-12), way
        assert scored["decision"].tolist() == expected["decision"].tolist(), way
    assert {"Yes", "No"} == set(expected["decision"])


@pytest.mark.parametrize("task", ["regression", "multiclass"])
def test_other_questions_are_taken(registry, server, task):
    frame = customers()
    frame["Churn"] = (
        frame["months"] * 2
        if task == "regression"
        else np.where(frame["months"] < 15, "soon", np.where(frame["months"] < 25, "later", "never"))
    )
    version = approved(registry, trained(frame, "decision_tree", task=task))
    assert publish(registry, version, server, why="try", python=mlflow_python()).version >= 1


def test_a_server_that_is_not_there(registry, run):
    program = mlflow_python()
    version = approved(registry, run)
    with pytest.raises(RegistryError, match="did not take the model"):
        publish(registry, version, "nonsense://h", why="try", python=program)
