"""What a service lets one client do: so much in a body, so many records, so often."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import monotonic

from crm_ai.deployment.api_errors import ApiError
from crm_ai.words import _

MOST_CLIENTS = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may do.

    Parameters
    ----------
    body : int, default 16 MiB
        Bytes of a request's body.
    records : int, default 10,000
        Records of a request.
    rate : float, default 100
        Requests a second that each key may send for long.
    burst : int, default 200
        Requests that it may send at once.
    """

    body: int = 16 << 20
    records: int = 10_000
    rate: float = 100.0
    burst: int = 200


class Buckets:
    """A bucket of tokens for each client: a request takes one, time puts them back.

    Parameters
    ----------
    rate : float
        Tokens a second.
    burst : int
        Tokens that a bucket holds.
    clock : callable, optional
        Seconds that only grow.

    Examples
    --------
    >>> time = [0.0]
    >>> buckets = Buckets(1.0, 2, clock=lambda: time[0])
    >>> [buckets.take("a"), buckets.take("a"), buckets.take("a"), buckets.take("b")]
    [0.0, 0.0, 1.0, 0.0]
    >>> time[0] = 1.0
    >>> buckets.take("a")
    0.0
    """

    def __init__(self, rate: float, burst: int, *, clock: Callable[[], float] = monotonic) -> None:
        self.rate, self.burst, self._clock = rate, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Take a token.

        Parameters
        ----------
        client : str
            Whose.

        Returns
        -------
        float
            0 if there was one, else the seconds until there is.
        """
        now = self._clock()
        tokens, then = self._left.pop(client, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - then) * self.rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self.rate
        self._left[client] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        return wait


def check_rate(buckets: Buckets, client: str) -> None:
    """Refuse a client that asks too often.

    Parameters
    ----------
    buckets : Buckets
        Of all clients.
    client : str
        Who asks.

    Raises
    ------
    ApiError
        Status 429, with the seconds to wait.
    """
    wait = buckets.take(client)
    if wait:
        seconds = max(1, math.ceil(wait))
        raise ApiError(
            429,
            _("Too many requests with this key; try again in {n} s.").format(n=seconds),
            headers={"Retry-After": str(seconds)},
        )


async def limited_body(chunks: AsyncIterator[bytes], *, announced: str | None, most: int) -> bytes:
    """Read a body that may not be larger than allowed; what is too large is not read.

    Parameters
    ----------
    chunks : async iterator of bytes
        The body.
    announced : str, optional
        Its length, as the client says.
    most : int
        Bytes that are allowed.

    Returns
    -------
    bytes
        The body.

    Raises
    ------
    ApiError
        Status 413 if it is larger.
    """
    too_large = ApiError(413, _("The body is larger than {n} MiB.").format(n=round(most / (1 << 20), 1)))
    if announced is not None and announced.isdecimal() and int(announced[:20]) > most:
        raise too_large
    parts, size = [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise too_large
        parts.append(chunk)
    return b"".join(parts)
