"""Files of the registry, named by what is in them: written whole, checked whenever they are read."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_ai.errors import ModelFileError, RegistryError
from crm_ai.words import _

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

DIGEST = re.compile(r"[0-9a-f]{64}\Z")
UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class Artifacts:
    """A folder, here or elsewhere, of files named by their SHA-256.

    Parameters
    ----------
    system : fsspec.AbstractFileSystem
        Where the folder is.
    folder : str
        Its path there.
    """

    system: AbstractFileSystem
    folder: str

    def put(self, content: bytes) -> str:
        """Keep a file: it has its name only once it is whole.

        Parameters
        ----------
        content : bytes
            What is in it.

        Returns
        -------
        str
            Its SHA-256, by which it is found again.

        Raises
        ------
        RegistryError
            If it cannot be written.
        """
        digest = hashlib.sha256(content).hexdigest()
        temporary = f"{self.folder}/{secrets.token_hex(16)}{UNFINISHED}"
        try:
            self.system.makedirs(self.folder, exist_ok=True)
            with self.system.open(temporary, "wb") as file:
                file.write(content)
                file.flush()
                with suppress(AttributeError, OSError, ValueError):  # only files of this machine have a number
                    os.fsync(file.fileno())
            self.system.mv(temporary, self._path(digest))
        except OSError as error:
            raise _unreachable(error) from error
        return digest

    def get(self, digest: str) -> bytes:
        """Read a file.

        Parameters
        ----------
        digest : str
            Its SHA-256.

        Returns
        -------
        bytes
            What was put into it, and nothing else.

        Raises
        ------
        ModelFileError
            If it is gone or was changed.
        RegistryError
            If the folder cannot be reached.
        """
        try:
            content: bytes = self.system.cat_file(self._path(digest))
        except FileNotFoundError:
            raise ModelFileError(
                _("The file of this version is not there any more."),
                where=digest[:12],
                next_step=_("Bring it back from a backup, or register the model again."),
            ) from None
        except OSError as error:
            raise _unreachable(error) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise ModelFileError(
                _("The file of this version was changed after it was registered."),
                where=digest[:12],
                next_step=_("Do not use it. Find out who changed it, and register the model again."),
            )
        return content

    def has(self, digest: str) -> bool:
        """Whether a file is there.

        Parameters
        ----------
        digest : str
            Its SHA-256.

        Returns
        -------
        bool
            True if it is; its content is not read.
        """
        return bool(self.system.exists(self._path(digest)))

    def remove_all_but(self, kept: Collection[str], *, grace: float) -> tuple[str, ...]:
        """Delete files that nobody refers to, and those that were never finished.

        Parameters
        ----------
        kept : collection of str
            Digests that are referred to.
        grace : float
            Seconds for which a file is left alone: somebody may be about to refer to it.

        Returns
        -------
        tuple of str
            Names of the files that were deleted.
        """
        if not self.system.exists(self.folder):
            return ()
        self.system.invalidate_cache(self.folder)
        gone = []
        for entry in self.system.ls(self.folder, detail=True):
            name = str(entry["name"]).rstrip("/").rpartition("/")[2]
            ours = name.endswith(UNFINISHED) or DIGEST.match(name)
            if ours and name not in kept and _age(entry) >= grace:
                with suppress(FileNotFoundError):
                    self.system.rm_file(f"{self.folder}/{name}")
                    gone.append(name)
        return tuple(sorted(gone))

    def _path(self, digest: str) -> str:
        if not DIGEST.match(digest):
            raise ModelFileError(_("This is not the name of a file of the registry."))
        return f"{self.folder}/{digest}"


def open_artifacts(place: str) -> Artifacts:
    """Prepare a folder for the registry's files.

    Parameters
    ----------
    place : str
        A folder, or an address that fsspec understands.

    Returns
    -------
    Artifacts
        The folder.

    Raises
    ------
    RegistryError
        If the address is of a kind that is not understood, or needs a package that is not installed.
    """
    import fsspec

    try:
        system, folder = fsspec.core.url_to_fs(place)
    except (ImportError, ValueError) as error:
        raise RegistryError(
            _("This is no place where the registry's files can be kept: {reason}.").format(reason=error),
            next_step=_("Set CRM_AI_REGISTRY_ARTIFACTS to a folder."),
        ) from error
    return Artifacts(system, str(folder).rstrip("/"))


def _age(entry: dict[str, Any]) -> float:
    changed = entry.get("mtime") or entry.get("LastModified") or entry.get("updated") or entry.get("created")
    moment = getattr(changed, "timestamp", lambda: changed)()
    return time.time() - float(moment) if isinstance(moment, int | float) else 0.0


def _unreachable(error: OSError) -> RegistryError:
    return RegistryError(
        _("The folder of the registry's files cannot be used: {reason}.").format(
            reason=error.strerror or type(error).__name__
        ),
        next_step=_("Look whether it exists, may be written to, and has room left."),
    )
