"""The folder where the app keeps what it must not forget, and how files get into it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from crm_ai.files import PROJECT, workspace, write_atomically

__all__ = ["PROJECT", "read_json", "workspace", "write", "write_json"]


def read_json(path: Path) -> Any:
    """Read a file of the workspace.

    Parameters
    ----------
    path : Path
        Below the workspace.

    Returns
    -------
    object
        Its content; None if there is no such file.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_json(path: Path, content: Any) -> None:
    """Write a file of the workspace, whole or not at all.

    Parameters
    ----------
    path : Path
        Below the workspace; folders are made, for this user only.
    content : object
        What ``json`` can write.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False)
    write(path, lambda file: file.write(text.encode("utf-8", "surrogatepass")))


def write(path: Path, content: Callable[[BinaryIO], object]) -> None:
    """Write a file of the workspace, whole or not at all.

    Parameters
    ----------
    path : Path
        Below the workspace, in a folder that exists.
    content : callable
        Writes into the open file that it is given.
    """
    write_atomically(path, content, mode=0o600)
