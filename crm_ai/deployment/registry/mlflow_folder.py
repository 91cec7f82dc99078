"""What an MLflow server is given of a version: model file, code, figures, card and facts, in a folder."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_ai.deployment import mlflow_log
from crm_ai.deployment.mlflow_model import ABOUT, MODEL
from crm_ai.modeling import Problem, Task, problem_from_json

if TYPE_CHECKING:
    from crm_ai.deployment.registry.versions import Version

# What a published model does not need to score, and what would keep its code from being read elsewhere.
LEFT_OUT = ("__pycache__", "__main__.py", "app", "command_line", "charts", "reporting", "registry", "mlflow_log.py")
DECIDING = ("numpy", "pandas", "scikit-learn", "scipy", "skops")


def prepare(folder: Path, version: Version, content: bytes) -> None:
    """Write what is handed over, see ``crm_ai.deployment.mlflow_log``.

    Parameters
    ----------
    folder : Path
        Empty.
    version : Version
        The version.
    content : bytes
        Its model file.
    """
    (folder / "data").mkdir()
    (folder / "data" / MODEL).write_bytes(content)
    about = {"name": version.name, "version": version.number}
    about |= {"threshold": version.threshold, "sha256": version.artifact}
    (folder / "data" / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    ignored = shutil.ignore_patterns(*LEFT_OUT)
    shutil.copytree(Path(mlflow_log.__file__).parents[1], folder / "code" / "crm_ai", ignore=ignored)
    (folder / "request.json").write_text(json.dumps(_request(version)), encoding="utf-8")


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
    params = plain | {"threshold": version.threshold} | settings
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
