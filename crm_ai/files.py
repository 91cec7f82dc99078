"""Where files are kept, and writing them whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from crm_ai.errors import CrmAiError
from crm_ai.words import _

PROJECT = Path(__file__).parents[1]
WORKSPACE = "CRM_AI_WORKSPACE"


def workspace() -> Path:
    """Folder where everything is kept that must not be forgotten; only this user may look into it.

    Returns
    -------
    Path
        ``CRM_AI_WORKSPACE``, or ``.workspace`` in the project's root.
    """
    folder = Path(os.environ.get(WORKSPACE) or PROJECT / ".workspace")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_atomically(path: str | Path, write: Callable[[BinaryIO], object], *, mode: int | None = None) -> None:
    """Write a file so that nobody ever sees half of it.

    Parameters
    ----------
    path : str or Path
        Where the file shall be; an existing one is replaced at the very end.
    write : callable
        Writes the content into the open binary file that it is given.
    mode : int, optional
        Who may read and write it, as ``os.chmod`` takes it; by default what is usual for new files.

    Raises
    ------
    CrmAiError
        If the folder does not exist or cannot be written to.
    """
    path = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent or Path(), prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise CrmAiError(
            _("The file cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(path),
            next_step=_("Choose a folder that exists and that you may write to."),
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask() if mode is None else mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
