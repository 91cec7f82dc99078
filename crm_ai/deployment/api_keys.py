"""Keys of a service: who may ask what. Only their digests are kept."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from crm_ai.errors import CrmAiError
from crm_ai.files import write_atomically
from crm_ai.words import _

RIGHTS = ("score", "reasons")
BEGINNING = "crm"
LONGEST_NAME = 100
LONGEST_KEY = 200
NOBODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key.

    Parameters
    ----------
    name : str
        Whose it is; nobody else has a key of this name.
    prefix : str
        The key's beginning, by which it is found.
    sha256 : str
        Digest of the whole key. It holds 256 random bits, so that nobody can guess it from the digest.
    rights : tuple of str
        Of ``RIGHTS``.
    created : str
        Day and time, in UTC.
    """

    name: str
    prefix: str
    sha256: str
    rights: tuple[str, ...]
    created: str


class KeyRing:
    """The keys of a file, which is looked at again whenever it has changed.

    Parameters
    ----------
    path : str or Path
        The file; it need not be there yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, Key] = {}

    def all(self) -> tuple[Key, ...]:
        """All keys.

        Returns
        -------
        tuple of Key
            In the order in which they were made.

        Raises
        ------
        CrmAiError
            If the file is damaged.
        """
        self._refresh()
        return tuple(self._keys.values())

    def add(self, name: str, rights: Sequence[str] = RIGHTS, *, now: datetime | None = None) -> str:
        """Make a key.

        Parameters
        ----------
        name : str
            Whose it is.
        rights : sequence of str
            Of ``RIGHTS``.
        now : datetime, optional
            When.

        Returns
        -------
        str
            The key; it is not kept anywhere and cannot be shown again.

        Raises
        ------
        CrmAiError
            If there is a key of this name, or no such right.
        """
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise CrmAiError(
                _("A key needs a name of 1 to 100 letters."), next_step=_("Name the program that uses it.")
            )
        if any(key.name == name for key in self.all()):
            raise CrmAiError(
                _("There is a key called “{name}” already.").format(name=name),
                next_step=_("Choose another name, or revoke that key first."),
            )
        unknown = [right for right in rights if right not in RIGHTS]
        if unknown or not rights:
            raise CrmAiError(
                _("There is no right called “{name}”.").format(name=", ".join(unknown)),
                next_step=_("Choose of: {names}.").format(names=", ".join(RIGHTS)),
            )
        prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        whole = f"{BEGINNING}_{prefix}_{secret}"
        created = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        self._write([*self.all(), Key(name, prefix, _digest(whole), tuple(rights), created)])
        return whole

    def revoke(self, name: str) -> None:
        """Take a key away; services notice it at once.

        Parameters
        ----------
        name : str
            Whose it is.

        Raises
        ------
        CrmAiError
            If there is none of this name.
        """
        left = [key for key in self.all() if key.name != name]
        if len(left) == len(self._keys):
            raise CrmAiError(
                _("There is no key called “{name}”.").format(name=name),
                next_step=_("Known are: {names}.").format(names=", ".join(key.name for key in left) or _("none")),
            )
        self._write(left)

    def find(self, presented: str) -> Key | None:
        """Look up a key that somebody shows; takes as long whether it is right or wrong.

        Parameters
        ----------
        presented : str
            The key.

        Returns
        -------
        Key or None
            None if it is no valid one.
        """
        self._refresh()
        parts = presented[:LONGEST_KEY].split("_", 2)
        known = self._keys.get(parts[1]) if len(parts) == 3 and parts[0] == BEGINNING else None
        is_right = hmac.compare_digest(_digest(presented), known.sha256 if known else NOBODY)
        return known if is_right and known is not None else None

    def _refresh(self) -> None:
        try:
            there = self.path.stat()
        except FileNotFoundError:
            self._seen, self._keys = None, {}
            return
        seen = (there.st_mtime_ns, there.st_size, there.st_ino)
        if seen == self._seen:
            return
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
            keys = [replace(Key(**entry), rights=tuple(entry["rights"])) for entry in said["keys"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CrmAiError(
                _("The file of keys is damaged."),
                where=str(self.path),
                next_step=_("Bring back a copy of it, or delete it and make new keys."),
            ) from error
        self._seen, self._keys = seen, {key.prefix: key for key in keys}

    def _write(self, keys: Sequence[Key]) -> None:
        content = json.dumps({"keys": [asdict(key) for key in keys]}, ensure_ascii=False, indent=1)
        write_atomically(self.path, lambda file: file.write(content.encode()), mode=0o600)
        self._refresh()


def _digest(whole: str) -> str:
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()
