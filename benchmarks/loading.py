"""Many clients that ask a service at once, each on a connection of its own, and how long they wait."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

WITHIN = 60  # seconds, after which a request counts as lost
VERSION = re.compile(rb'"version":"(\w+)"')
BEGINNING = 500


@dataclass(frozen=True, slots=True)
class Load:
    """What became of the requests of some clients.

    Parameters
    ----------
    waits : list of float
        Seconds from asking to the whole answer, of the requests that were answered, in rising order.
    lost : int
        Requests that got no answer, or another one than status 200.
    seconds : float
        How long it took until the last client had its last answer.
    versions : frozenset of bytes
        Versions of the model that answered, where answers tell them.
    """

    waits: list[float]
    lost: int
    seconds: float
    versions: frozenset[bytes]

    def wait(self, share: float) -> float:
        """Milliseconds within which a share of the requests was answered; NaN if none was."""
        if not self.waits:
            return float("nan")
        return 1000 * self.waits[min(int(len(self.waits) * share), len(self.waits) - 1)]


def load(port: int, path: str, bodies: Sequence[bytes], *, clients: int, seconds: float) -> Load:
    """Have clients ask again as soon as they are answered.

    Parameters
    ----------
    port : int
        Of the service on this machine.
    path : str
        Where bodies are sent.
    bodies : sequence of bytes
        JSON, in turns.
    clients : int
        How many at once.
    seconds : float
        How long they go on asking.

    Returns
    -------
    Load
        What became of the requests.
    """
    begins = time.monotonic()
    ends = begins + seconds

    def ask(turn: int) -> tuple[list[float], int, set[bytes]]:
        waits: list[float] = []
        lost, versions = 0, set()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
        while time.monotonic() < ends:
            turn += 1
            start = time.perf_counter()
            try:
                connection.request("POST", path, bodies[turn % len(bodies)], {"Content-Type": "application/json"})
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                lost += 1
                connection.close()
                continue
            if answer.status != 200:
                lost += 1
                continue
            waits.append(time.perf_counter() - start)
            told = VERSION.search(body[:BEGINNING])
            if told:
                versions.add(told[1])
        connection.close()
        return waits, lost, versions

    with ThreadPoolExecutor(clients) as pool:
        done = list(pool.map(ask, range(clients)))
    return Load(
        sorted(wait for waits, _lost, _versions in done for wait in waits),
        sum(lost for _waits, lost, _versions in done),
        time.monotonic() - begins,
        frozenset().union(*(versions for _waits, _lost, versions in done)),
    )
