"""Publish an approved version to the organisation's own MLflow server.

MLflow asks for older versions of packages that crm_ai uses, so it may live in a virtual environment of its own: the
folder is prepared here, and handed over by a Python that has MLflow (see ``crm_ai.deployment.mlflow_log``).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crm_ai.deployment import mlflow_log
from crm_ai.deployment.mlflow_model import ABOUT, MODEL
from crm_ai.deployment.registry.audit_log import add_entry, reason
from crm_ai.deployment.registry.roles import LOCAL_USER, Act, Person, require
from crm_ai.deployment.registry.tables import APPROVED
from crm_ai.deployment.registry.versions import Version, current
from crm_ai.deployment.registry.vocabulary import state_in_words
from crm_ai.errors import RegistryError
from crm_ai.files import PROJECT
from crm_ai.modeling import Problem, Task, problem_from_json
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from crm_ai.deployment.registry.registry import Registry

TRACKING_URI = "MLFLOW_TRACKING_URI"
PYTHON = "CRM_AI_MLFLOW_PYTHON"
SECONDS = 600
# What a published model does not need to score, and what would keep its code from being read elsewhere.
LEFT_OUT = ("__pycache__", "__main__.py", "app", "command_line", "charts", "reporting", "registry", "mlflow_log.py")
DECIDING = ("numpy", "pandas", "scikit-learn", "scipy", "skops")


@dataclass(frozen=True, slots=True)
class Published:
    """Where a version is on an MLflow server.

    Parameters
    ----------
    name : str
        Name of the registered model there.
    version : int
        Its version there.
    run : str
        Identifier of the run there.
    """

    name: str
    version: int
    run: str

    @property
    def address(self) -> str:
        """As ``mlflow models serve -m`` takes it."""
        return f"models:/{self.name}/{self.version}"


def publish(
    registry: Registry,
    version: Version,
    tracking_uri: str | None = None,
    *,
    by: Person = LOCAL_USER,
    why: str,
    python: str | Path | None = None,
) -> Published:
    """Publish a version.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        An approved one.
    tracking_uri : str, optional
        Address of the MLflow server; by default ``MLFLOW_TRACKING_URI``.
    by : Person, default LOCAL_USER
        Who publishes it.
    why : str
        In this person's words.
    python : str or Path, optional
        A Python that has MLflow; by default this one, else ``CRM_AI_MLFLOW_PYTHON``, else the one in ``.venv-mlflow``
        beside the project.

    Returns
    -------
    Published
        Where it is now.

    Raises
    ------
    RegistryError
        If the version is not approved, MLflow is not installed, or the server does not take it.
    ModelFileError
        If the version's file is gone or was changed.
    """
    require(by, Act.PUBLISH)
    why = reason(why)
    uri = tracking_uri or os.environ.get(TRACKING_URI, "")
    if not uri:
        raise RegistryError(
            _("It is not said which MLflow server is meant."), next_step=_("Set MLFLOW_TRACKING_URI to its address.")
        )
    program = find_python(os.environ, python)
    with registry.reading() as connection:
        known = current(connection, version)
    if known.state != APPROVED:
        raise RegistryError(
            _("{version} is {state}, not approved.").format(version=known.label, state=state_in_words(known.state)),
            next_step=_("Approve it first."),
        )
    content = registry.artifacts.get(known.artifact)
    with tempfile.TemporaryDirectory(prefix="crm_ai_publish_") as name:
        folder = Path(name)
        _prepare(folder, known, content)
        published = _hand_over(program, folder, uri)
    with registry.writing() as connection:
        add_entry(
            connection,
            registry,
            Act.PUBLISH,
            by=by,
            model=known.name,
            version=known.number,
            why=why,
            after=f"{place_of(uri)} {published.address}",
        )
    return published


def find_python(environ: Mapping[str, str], python: str | Path | None = None) -> str:
    """Find a Python that has MLflow.

    Parameters
    ----------
    environ : mapping of str to str
        Environment variables.
    python : str or Path, optional
        The one that is meant.

    Returns
    -------
    str
        Its path.

    Raises
    ------
    RegistryError
        If there is none.
    """
    own = PROJECT / ".venv-mlflow" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    meant = python or environ.get(PYTHON)
    if meant is None and importlib.util.find_spec("mlflow") is not None:
        return sys.executable
    program = Path(meant or own)
    if not program.is_file():
        raise RegistryError(
            _("MLflow is not installed."),
            where=str(program),
            next_step=_(
                "Install it into an environment of its own: python3 -m venv .venv-mlflow && "
                ".venv-mlflow/bin/pip install -r requirements-mlflow.txt"
            ),
        )
    return str(program)


def place_of(uri: str) -> str:
    """Where a server is, without user, password and whatever else may be secret.

    Parameters
    ----------
    uri : str
        Its address.

    Returns
    -------
    str
        Scheme, host, port and path.

    Examples
    --------
    >>> place_of("https://ann:secret@mlflow.example.com:8080/team?token=x")
    'https://mlflow.example.com:8080/team'
    """
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def name_there(name: str) -> str:
    """Name of a model on an MLflow server, which does not take every sign.

    Parameters
    ----------
    name : str
        Name in the registry.

    Returns
    -------
    str
        The same if it can be taken; else with a mark of its own, so that two names do not become one.

    Examples
    --------
    >>> name_there("churn 2026")
    'churn 2026'
    >>> name_there("a/b") == name_there("a:b")
    False
    """
    plain = re.sub(r"[^\w\- ]", "_", name)
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def requirements(packages: Mapping[str, str]) -> list[str]:
    """Packages that a published model needs, as it was registered with them.

    Parameters
    ----------
    packages : mapping of str to str
        Versions by package.

    Returns
    -------
    list of str
        As pip takes them.
    """
    return [f"{name}=={packages[name]}" for name in DECIDING if name in packages] + ["pyarrow"]


def _prepare(folder: Path, version: Version, content: bytes) -> None:
    (folder / "data").mkdir()
    (folder / "data" / MODEL).write_bytes(content)
    about = {
        "name": version.name,
        "version": version.number,
        "threshold": version.threshold,
        "sha256": version.artifact,
    }
    (folder / "data" / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    ignored = shutil.ignore_patterns(*LEFT_OUT)
    shutil.copytree(Path(mlflow_log.__file__).parents[1], folder / "code" / "crm_ai", ignore=ignored)
    (folder / "request.json").write_text(json.dumps(_request(version)), encoding="utf-8")


def _request(version: Version) -> dict[str, Any]:
    facts = version.facts
    problem = problem_from_json(facts["problem"])
    plain = {"task": problem.task.value, "target": problem.target, "model_type": version.model_type}
    tags = {
        "crm_ai.name": version.name,
        "crm_ai.version": str(version.number),
        "crm_ai.digest": version.digest,
        "crm_ai.state": version.state,
        "crm_ai.data": facts["data"]["digest"],
        "crm_ai.registered_by": version.registered_by,
    }
    settings = {f"setting.{name}": value for name, value in facts["settings"].items()}
    params = plain | {"threshold": version.threshold, "sha256": version.artifact} | settings
    return {
        "experiment": name_there(version.name),
        "run_name": f"{name_there(version.name)} v{version.number}",
        "name": name_there(version.name),
        "aliases": list(version.aliases),
        "tags": tags,
        "params": {name: str(value)[:500] for name, value in params.items()},
        "metrics": {name: e.value for name, e in version.metrics.items() if e.known},
        "inputs": [[column["name"], _mlflow_type(column["kind"])] for column in facts["signature"]],
        "outputs": _outputs(problem, ranges=bool(facts.get("ranges"))),
        "example": facts["example"],
        "card": version.card,
        "facts": dict(facts),
        "requirements": requirements(facts["packages"]),
    }


def _mlflow_type(kind: str) -> str:
    """Numbers as double, for whole ones may be missing; everything else as text."""
    return "double" if kind == "number" else "string"


def _outputs(problem: Problem, *, ranges: bool) -> list[list[str]]:
    if problem.task is Task.BINARY:
        return [["score", "double"], ["decision", "string"]]
    if problem.task is Task.REGRESSION:
        ends = [["low_95", "double"], ["high_95", "double"]] if ranges else []
        return [["prediction", "double"], *ends]
    return [["prediction", "string"], *([f"probability of {label}", "double"] for label in problem.labels)]


def _hand_over(program: str, folder: Path, uri: str) -> Published:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environ |= {TRACKING_URI: uri, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "TQDM_DISABLE": "1"}
    words = [program, "-I", mlflow_log.__file__, str(folder)]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, env=environ, cwd=folder, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _refused(uri, type(error).__name__) from error
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"name"')]
    if done.returncode or not lines:
        told = [line for line in done.stderr.splitlines() if line.strip()]
        raise _refused(uri, told[-1] if told else "–")
    return Published(**json.loads(lines[-1]))


def _refused(uri: str, said: str) -> RegistryError:
    secret = urlsplit(uri).netloc.rpartition("@")[0]
    for part in {secret, *secret.split(":")} - {""}:
        said = said.replace(part, "…")
    return RegistryError(
        _("The MLflow server did not take the model. It says: {words}").format(words=shorten(said, 300)),
        where=place_of(uri),
        next_step=_("Look whether the address is right and the server runs; nothing was changed here."),
    )
