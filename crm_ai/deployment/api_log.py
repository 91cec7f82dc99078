"""What a service writes down of each request: nothing that a customer could be known by."""

from __future__ import annotations

import json
import re
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Write = Callable[[str], object]
USUAL_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Log:
    """Writes one line of JSON for each thing that happens.

    Parameters
    ----------
    write : callable, optional
        Takes a line; by default it goes to standard error.
    """

    def __init__(self, write: Write | None = None) -> None:
        self._write = write or _to_stderr

    def __call__(self, event: str, **facts: Any) -> None:
        """Write a line.

        Parameters
        ----------
        event : str
            What happened.
        **facts : object
            Plain values. Neither bodies nor addresses nor anything of a customer.
        """
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._write(json.dumps({"time": time, "event": event} | facts, ensure_ascii=False, default=str))


def request_id(given: str) -> str:
    """Tell a request from others.

    Parameters
    ----------
    given : str
        What the client calls it; empty if it does not.

    Returns
    -------
    str
        The same if it looks like a name, else a random one.

    Examples
    --------
    >>> request_id("order-17"), len(request_id("Ann <ann@example.com>"))
    ('order-17', 16)
    """
    return given if USUAL_ID.fullmatch(given) else secrets.token_hex(8)


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
