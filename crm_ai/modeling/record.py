"""A run written down: what it was made of and what came out, so that anybody can make it again and compare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from crm_ai.errors import CrmAiError
from crm_ai.files import write_atomically
from crm_ai.modeling.model_types import BASELINE
from crm_ai.modeling.plan import plan_as_json, plan_from_json
from crm_ai.modeling.progress import Progress
from crm_ai.modeling.run import Run
from crm_ai.modeling.training import carry_out, package_versions
from crm_ai.table import Table
from crm_ai.words import _

FORMAT = "crm_ai run"


def run_record(run: Run) -> dict[str, Any]:
    """Write a run down: no customer's data, but all that is needed to make it again from the same table.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    dict
        As JSON keeps it.
    """
    scores = run.cross_validation
    return {
        "format": FORMAT,
        "digest": run.digest,
        "table": {"source": run.table.source, "digest": run.table.digest, "customers": len(run.table)},
        "plan": plan_as_json(run.plan),
        "settings": {name: dict(values) for name, values in run.settings.items()},
        "versions": dict(run.versions),
        "seconds": {stage: round(took, 3) for stage, took in run.seconds.items()},
        "model_seconds": {name: round(took, 3) for name, took in run.model_seconds.items()},
        "cross_validation": {
            name: {metric: group["value"].tolist() for metric, group in mine.groupby("metric", sort=False)}
            for name, mine in scores.groupby("model", sort=False)
        },
        "results": results_digests(run),
    }


def results_digests(run: Run) -> dict[str, str]:
    """Digest of all that each model has said, bit for bit.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    dict of str to str
        By model type of the plan.
    """
    found = {}
    for name, said in run.predictions.items():
        if name not in (BASELINE, *run.plan.model_types):
            continue  # adopted after training: the plan does not make it again
        digest = hashlib.blake2b(np.ascontiguousarray(said).tobytes(), digest_size=12)
        digest.update(np.ascontiguousarray(run.out_of_fold[name]).tobytes())
        found[name] = digest.hexdigest()
    return found


def save_record(run: Run, path: str | Path) -> None:
    """Write a run's record into a file.

    Parameters
    ----------
    run : Run
        The run.
    path : str or Path
        Where; an existing file is replaced, whole or not at all.
    """
    content = json.dumps(run_record(run), ensure_ascii=False, indent=1, allow_nan=True).encode()
    write_atomically(path, lambda file: file.write(content))


def read_record(path: str | Path) -> dict[str, Any]:
    """Read a run's record.

    Parameters
    ----------
    path : str or Path
        A file written by ``save_record``.

    Returns
    -------
    dict
        As ``run_record`` has made it.

    Raises
    ------
    CrmAiError
        If the file cannot be read, or is none.
    """
    try:
        record = json.loads(Path(path).read_bytes())
        if record["format"] != FORMAT:
            raise ValueError
        plan_from_json(record["plan"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CrmAiError(
            _("This is not the record of a run, or it is damaged."),
            where=str(path),
            next_step=_("Choose a file that was written with --record."),
        ) from error
    return dict(record)


def repeat(
    table: Table, record: Mapping[str, Any], *, progress: Callable[[Progress], None] | None = None
) -> tuple[Run, tuple[str, ...]]:
    """Make a run again.

    Parameters
    ----------
    table : Table
        The same customers.
    record : mapping
        From ``run_record`` or ``read_record``.
    progress : callable, optional
        See ``train``.

    Returns
    -------
    run : Run
        The run.
    differences : tuple of str
        What is not as it was, in words; empty if every prediction is the same, bit for bit.

    Raises
    ------
    CrmAiError
        If the customers are not the same.
    """
    plan = plan_from_json(record["plan"])
    if table.digest != record["table"]["digest"]:
        raise CrmAiError(
            _("These are not the customers that the run was made of."),
            where=table.source,
            next_step=_("Open “{source}” as it was then.").format(source=record["table"]["source"]),
        )
    run = carry_out(table, plan, progress=progress)
    before, now = record["results"], results_digests(run)
    other = [name for name, digest in before.items() if now.get(name) != digest]
    if not other:
        return run, ()
    versions = package_versions()
    changed = [
        _("{package} was {before}, is {now}").format(package=package, before=version, now=versions.get(package, "–"))
        for package, version in record["versions"].items()
        if versions.get(package) != version
    ]
    return run, (_("other predictions: {models}").format(models=_(", ").join(other)), *changed)
