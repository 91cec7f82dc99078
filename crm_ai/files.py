"""Where files are kept, and writing them whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from crm_ai.errors import CrmAiError
from crm_ai.words import _

PROJECT = Path(__file__).parents[1]
WORKSPACE = "CRM_AI_WORKSPACE"
LAST_LOOKS, MOMENT = 100, 0.1  # how often, and after how many seconds, a folder is deleted once more


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


def check_new_folder(path: str | Path) -> Path:
    """Refuse a folder that is to be written but holds something already, before any work is done.

    Parameters
    ----------
    path : str or Path
        Where the folder shall be.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    CrmAiError
        If there is a file of this name, or the folder is not empty.
    """
    path = Path(path)
    if path.is_dir() and not any(path.iterdir()):
        return path
    if path.exists():
        raise CrmAiError(
            _("There is something of this name already, and a whole folder is not replaced."),
            where=str(path),
            next_step=_("Name another folder, or delete this one first."),
        )
    return path


@contextmanager
def folder_at_once(path: str | Path) -> Iterator[Path]:
    """Write a folder so that nobody ever sees half of it.

    Parameters
    ----------
    path : str or Path
        Where the folder shall be; it must not be there, or be empty.

    Yields
    ------
    Path
        A hidden folder to write into. It takes its name at the very end, and is deleted if something goes wrong;
        whatever in it is still hidden then, half-written files of processes that were killed, is deleted too.

    Raises
    ------
    CrmAiError
        If the folder around it does not exist or cannot be written to, or something of this name has appeared.
    """
    path = check_new_folder(path)
    try:
        hidden = Path(tempfile.mkdtemp(dir=path.absolute().parent, prefix=f".{path.name}.", suffix=".part"))
        os.chmod(hidden, 0o777 & ~_umask())
    except OSError as error:
        raise CrmAiError(
            _("The folder cannot be written: {reason}.").format(reason=error.strerror or error),
            where=str(path),
            next_step=_("Choose a folder that exists and that you may write to."),
        ) from error
    try:
        yield hidden
        for unfinished in hidden.glob(".*"):
            unfinished.unlink(missing_ok=True)
        _rename(hidden, path)
    except BaseException:
        _remove(hidden)
        raise


def _remove(folder: Path) -> None:
    """Delete a folder that others, who have not noticed yet that all is over, may still be writing into."""
    for _turn in range(LAST_LOOKS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(MOMENT)


def _rename(hidden: Path, path: Path) -> None:
    try:
        os.replace(hidden, path)
    except OSError as error:
        check_new_folder(path)
        raise CrmAiError(
            _("The folder cannot be written: {reason}.").format(reason=error.strerror or error), where=str(path)
        ) from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
