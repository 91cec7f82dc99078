"""Segmentations that were saved with a table: kept in the workspace as recipes, and added to runs."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_ai.app import segmented, state, store, visitors
from crm_ai.app.workspace import read_json, write_json
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm_ai.modeling import Run
    from crm_ai.segmentation import Segmentation
    from crm_ai.table import Table

    Said = Mapping[str, Any]

LONGEST_NAME = 60
MOST_SAVED = 30


def saved() -> tuple[Said, ...]:
    """Segmentations that were saved with the table that is looked at.

    Returns
    -------
    tuple of mapping
        Each as ``Segmentation.as_json`` wrote it; the oldest first.
    """
    if not state.value("data"):
        return ()
    known = [content for path in _folder().glob("*.json") if (content := read_json(path)) is not None]
    return tuple(sorted(known, key=lambda said: str(said.get("saved", ""))))


def save(segmentation: Segmentation, *, instead_of: str = "") -> None:
    """Save a segmentation with the table that is looked at.

    Parameters
    ----------
    segmentation : Segmentation
        One that can be made again from its recipe: of clusters, bands or rules.
    instead_of : str, default ""
        Name of a saved one that this one replaces.

    Raises
    ------
    CrmAiError
        If its name is empty, too long or taken, or too many are saved.
    """
    table, known = state.table(), {str(said["name"]): said for said in saved()}
    name = segmentation.name
    before = known.pop(instead_of, None)
    if table is not None:
        _check_name(name, table)
    if name in known:
        raise CrmAiError(
            _("There are saved segments of this name already."),
            where=name,
            next_step=_("Choose another name, or delete the others first."),
        )
    if len(known) >= MOST_SAVED:
        raise CrmAiError(
            _("{n} segmentations are saved with this table already.").format(n=len(known)),
            next_step=_("Delete those that nobody needs."),
        )
    when = datetime.now(UTC).isoformat() if before is None else str(before.get("saved", ""))
    write_json(_path(name), segmentation.as_json() | {"saved": when})
    if instead_of and instead_of != name:
        delete(instead_of)


def delete(name: str) -> None:
    """Delete a saved segmentation.

    Parameters
    ----------
    name : str
        Its name.
    """
    _path(name).unlink(missing_ok=True)


def is_saved(segmentation: Segmentation) -> bool:
    """Whether just this segmentation is saved.

    Parameters
    ----------
    segmentation : Segmentation
        Any.

    Returns
    -------
    bool
        True if one of the same name and recipe is.
    """
    said = json.loads(json.dumps(segmentation.as_json()))
    return any(all(one.get(part) == said[part] for part in ("name", "groups", "recipe")) for one in saved())


def restored(table: Table, said: Said) -> Segmentation:
    """Make a saved segmentation again.

    Parameters
    ----------
    table : Table
        The customers.
    said : mapping
        One of ``saved``.

    Returns
    -------
    Segmentation
        Of this table's customers.

    Raises
    ------
    CrmAiError
        If it does not fit the table any more, for instance after a column was corrected.
    """
    return segmented.restored(table, _text(said))


def run_with_segments(run: Run) -> Run:
    """A run that can also be explained and audited by the segmentations saved with its table.

    Nothing is trained anew. Segmentations that do not fit the table any more are left out.

    Parameters
    ----------
    run : Run
        The run that is looked at.

    Returns
    -------
    Run
        Its table has a column for each saved segmentation, and its question names them among the segments; the same
        run if nothing is saved.
    """
    texts = tuple(_text(said) for said in saved())
    return segmented.with_segments(run, texts) if texts else run


def _text(said: Said) -> str:
    return json.dumps({name: said.get(name) for name in ("name", "groups", "made", "recipe")}, sort_keys=True)


def _check_name(name: str, table: Table) -> None:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise CrmAiError(
            _("Saved segments need a name of at most {n} characters.").format(n=LONGEST_NAME),
            next_step=_("Write a name."),
        )
    if name in table.schema:
        raise CrmAiError(
            _("A column of the table is called so already."), where=name, next_step=_("Choose another name.")
        )


def mark(name: str) -> str:
    """Tell a saved segmentation apart where its name cannot stand: in a file's name, or in that of a control.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    str
        The same for equal names.
    """
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _path(name: str) -> Path:
    return _folder() / f"{mark(name)}.json"


def _folder() -> Path:
    """Beside the table; samples are everybody's, what a visitor makes of them is not."""
    reference = state.value("data")
    folder = store.folder_of(reference) / "segments"
    return folder / visitors.visitor() if store.is_sample(reference) else folder
