"""The workspace: uploaded tables and the recipes of runs, kept on this machine for whoever holds their link.

A table lives in a folder whose name is a random token that cannot be guessed; there is no list of them. Nothing that is
stored once is ever changed: a corrected schema with the repairs agreed upon, and a run's recipe, are further files
beside the table. The file as it was uploaded is kept beside it, so that it can be read otherwise, unless personal data
was taken out of the table.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_ai.app.workspace import PROJECT, read_json, workspace, write, write_json
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.fairness import Adoption
    from crm_ai.modeling import Plan
    from crm_ai.table import Repair, Schema, Table

SAMPLES = PROJECT / "sample_data"
SAMPLE_MARK = "sample:"
KEEP_DAYS = "CRM_AI_KEEP_DAYS"


def put_table(table: Table, original: bytes | None = None) -> str:
    """Keep an uploaded table.

    Parameters
    ----------
    table : Table
        As it was read.
    original : bytes, optional
        The file; never where personal data was taken out of the table.

    Returns
    -------
    str
        Its reference: whoever knows it can open the table.
    """
    token = secrets.token_urlsafe(16)
    folder = _folder(token)
    folder.mkdir(mode=0o700, parents=True)
    write(folder / "table.parquet", lambda file: table.frame.to_parquet(file, index=False))
    if original is not None:
        write(folder / "original", lambda file: file.write(original))
    about = {
        "source": table.source,
        "digest": table.digest,
        "customers": len(table),
        "reading": asdict(table.reading),
        "columns": _columns(table.schema),
    }
    write_json(folder / "table.json", about)  # last: a folder with it is complete
    delete_expired()
    return token


def delete_expired() -> None:
    """Delete tables that were uploaded longer ago than ``CRM_AI_KEEP_DAYS`` days; without it they are kept for good."""
    days = os.environ.get(KEEP_DAYS, "")
    if not days.isdigit():
        return
    oldest = time.time() - int(days) * 86_400
    for known in (workspace() / "tables").glob("*/table.json"):
        if known.stat().st_mtime < oldest:
            shutil.rmtree(known.parent, ignore_errors=True)


def open_table(reference: str) -> Table:
    """Open a table, with the schema and the repairs that the reference asks for.

    Parameters
    ----------
    reference : str
        From ``put_table`` or ``put_schema``, or ``sample:`` and the name of a sample.

    Returns
    -------
    Table
        The same customers as were stored.

    Raises
    ------
    CrmAiError
        If there is no such table, any more.
    """
    from crm_ai.cleaning import accept

    return accept(open_unrepaired(reference), repairs_of(reference))


def open_unrepaired(reference: str) -> Table:
    """Open a table with the schema that the reference asks for, and without any repair.

    Parameters
    ----------
    reference : str
        As ``open_table`` takes it.

    Returns
    -------
    Table
        The same customers as were stored.
    """
    base, _mark, name = reference.partition("~")
    table = _open_sample(base) if is_sample(base) else _open_upload(base)
    return table.with_schema(_schema(_preparation(reference))) if name else table


def repairs_of(reference: str) -> tuple[Repair, ...]:
    """Repairs that were agreed upon.

    Parameters
    ----------
    reference : str
        The table's reference.

    Returns
    -------
    tuple of Repair
        In order.
    """
    from crm_ai.table import Repair

    if "~" not in reference:
        return ()
    said = _preparation(reference).get("repairs", ())
    return tuple(Repair(entry["step"], tuple(entry["columns"]), dict(entry["settings"])) for entry in said)


def original(reference: str) -> bytes | None:
    """The file as it was uploaded.

    Parameters
    ----------
    reference : str
        The table's reference.

    Returns
    -------
    bytes or None
        None if it was not kept.
    """
    base = reference.partition("~")[0]
    path = _sample_path(base) if is_sample(base) else _folder(base) / "original"
    return path.read_bytes() if path.is_file() else None


def _preparation(reference: str) -> dict[str, Any]:
    base, _mark, name = reference.partition("~")
    known: dict[str, Any] = _read_json(_folder(base) / "schemas" / f"{name}.json")
    return known


def exists(reference: str) -> bool:
    """Whether a table is here.

    Parameters
    ----------
    reference : str
        The table's reference.

    Returns
    -------
    bool
        False if it was deleted, or its link was not copied whole.
    """
    base, _mark, schema = reference.partition("~")
    known = _sample_path(base) if is_sample(base) else _folder(base) / "table.json"
    return known.is_file() and (not schema or (_folder(base) / "schemas" / f"{schema}.json").is_file())


def about(reference: str) -> tuple[str, int]:
    """Name of a table and number of its customers, without opening it.

    Parameters
    ----------
    reference : str
        The table's reference.

    Returns
    -------
    name : str
        Name of the file.
    customers : int
        Their number.
    """
    base = reference.partition("~")[0]
    if is_sample(base):
        with _sample_file(base).open(encoding="utf-8") as file:
            return f"{base.removeprefix(SAMPLE_MARK)}.csv", sum(1 for _line in file) - 1
    known = _read_json(_folder(base) / "table.json")
    prepared = _preparation(reference) if "~" in reference else {}
    return str(known["source"]), int(prepared.get("customers", known["customers"]))


def put_preparation(reference: str, schema: Schema, repairs: Sequence[Repair], *, customers: int | None = None) -> str:
    """Keep what the user has decided of a table: what its columns are, and which repairs are made.

    Parameters
    ----------
    reference : str
        The table.
    schema : Schema
        What its columns are before any repair.
    repairs : sequence of Repair
        In order.
    customers : int, optional
        How many are left, if a repair takes rows away.

    Returns
    -------
    str
        Reference of the table prepared so.
    """
    content = {"columns": _columns(schema), "repairs": [asdict(repair) for repair in repairs]}
    name = hashlib.blake2b(json.dumps(content).encode(), digest_size=6).hexdigest()
    content |= {} if customers is None else {"customers": customers}
    base = reference.partition("~")[0]
    write_json(_folder(base) / "schemas" / f"{name}.json", content)
    return f"{base}~{name}"


def put_plan(reference: str, run: str, plan: Plan, adoptions: Sequence[Adoption] = ()) -> None:
    """Keep what a run is made of.

    Parameters
    ----------
    reference : str
        The table.
    run : str
        The run's digest.
    plan : Plan
        What was trained.
    adoptions : sequence of Adoption, default ()
        Fairer models that were taken among its models afterwards, in order.
    """
    from crm_ai.fairness import adoption_as_json
    from crm_ai.modeling import plan_as_json

    recipes = [adoption_as_json(adoption) for adoption in adoptions]
    write_json(_plan_file(reference, run), plan_as_json(plan) | ({"adoptions": recipes} if recipes else {}))


def open_plan(reference: str, run: str) -> Plan:
    """Read what a run is made of.

    Parameters
    ----------
    reference : str
        The table.
    run : str
        The run's digest.

    Returns
    -------
    Plan
        What was trained.

    Raises
    ------
    CrmAiError
        If it is not known here.
    """
    from crm_ai.modeling import plan_from_json

    return plan_from_json(_read_json(_plan_file(reference, run)))


def open_adoptions(reference: str, run: str) -> tuple[Adoption, ...]:
    """Read which fairer models were taken among a run's models.

    Parameters
    ----------
    reference : str
        The table.
    run : str
        The run's digest.

    Returns
    -------
    tuple of Adoption
        In order; empty for a run as it was trained, and for one that is not known here.
    """
    from crm_ai.fairness import adoption_from_json

    known = read_json(_plan_file(reference, run)) or {}
    return tuple(adoption_from_json(said) for said in known.get("adoptions", ()))


def delete_table(reference: str) -> None:
    """Delete an uploaded table and all that was made of it.

    Parameters
    ----------
    reference : str
        The table; samples stay.
    """
    base = reference.partition("~")[0]
    if not is_sample(base):
        shutil.rmtree(_folder(base), ignore_errors=True)


def folder_of(reference: str) -> Path:
    """Folder of what is kept beside a table.

    Parameters
    ----------
    reference : str
        The table.

    Returns
    -------
    Path
        The same for all ways to prepare it; deleted with it. That of a sample is everybody's.
    """
    return _folder(reference.partition("~")[0])


def is_sample(reference: str) -> bool:
    """Whether a reference is of a sample.

    Parameters
    ----------
    reference : str
        A table's reference.

    Returns
    -------
    bool
        True for samples, which anybody may open.
    """
    return reference.startswith(SAMPLE_MARK)


def _read_json(path: Path) -> Any:
    content = read_json(path)
    if content is None:
        raise gone()
    return content


def gone() -> CrmAiError:
    """Error for a link that leads nowhere.

    Returns
    -------
    CrmAiError
        To be raised or shown.
    """
    return CrmAiError(
        _("What this link leads to is not here any more, or the link was not copied whole."),
        next_step=_("Ask for the link again, or upload the table on the Home page."),
    )


def _folder(base: str) -> Path:
    if is_sample(base):
        return workspace() / "samples" / base.removeprefix(SAMPLE_MARK)
    return workspace() / "tables" / base


def _plan_file(reference: str, run: str) -> Path:
    return _folder(reference.partition("~")[0]) / "runs" / f"{run}.json"


def _sample_path(base: str) -> Path:
    return SAMPLES / f"{base.removeprefix(SAMPLE_MARK)}.csv"


def _sample_file(base: str) -> Path:
    path = _sample_path(base)
    if not path.is_file():
        raise gone()
    return path


def _open_sample(base: str) -> Table:
    from crm_ai.table import read_table

    return read_table(_sample_file(base))


def _open_upload(base: str) -> Table:
    import pandas as pd

    from crm_ai.table import Reading, Table

    folder = _folder(base)
    known = _read_json(folder / "table.json")
    reading: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in known["reading"].items()}
    frame = pd.read_parquet(folder / "table.parquet")
    return Table(frame, _schema(known), known["source"], known["digest"], Reading(**reading))


def _columns(schema: Schema) -> list[list[str]]:
    return [[column.name, column.kind.value, column.role.value, column.evidence] for column in schema]


def _schema(known: dict[str, Any]) -> Schema:
    from crm_ai.table import Column, Kind, Role, Schema

    return Schema(tuple(Column(name, Kind(kind), Role(role), why) for name, kind, role, why in known["columns"]))
