"""What the routes of a service share: the model at work, and who may ask how much."""

from __future__ import annotations

from dataclasses import dataclass, field

from anyio import CapacityLimiter
from fastapi import Request

from crm_ai.deployment.api_errors import ApiError
from crm_ai.deployment.api_keys import Key, KeyRing
from crm_ai.deployment.api_limits import Buckets, Limits, check_rate
from crm_ai.deployment.api_log import Log
from crm_ai.deployment.serving import Serving
from crm_ai.words import _

AT_ONCE = 2  # threads of large bodies; more only get into each other's way. Reasons, which take longer, have others


@dataclass(slots=True)
class Service:
    """All that the routes share.

    Parameters
    ----------
    serving : Serving
        The model at work.
    keys : KeyRing, optional
        Who may ask; None if anybody may.
    limits : Limits
        What one client may do.
    log : Log
        Where requests are written down.
    buckets : Buckets
        How often each client has asked.
    at_once : CapacityLimiter
        How many large bodies are worked on at the same time.
    """

    serving: Serving
    keys: KeyRing | None
    limits: Limits
    log: Log
    buckets: Buckets = field(init=False)
    at_once: CapacityLimiter = field(init=False)

    def __post_init__(self) -> None:
        self.buckets = Buckets(self.limits.rate, self.limits.burst)
        self.at_once = CapacityLimiter(AT_ONCE)

    def admit(self, request: Request, *, right: str = "") -> None:
        """Let a client in.

        Parameters
        ----------
        request : Request
            What it asks.
        right : str, optional
            What it needs a right for.

        Raises
        ------
        ApiError
            Status 401, 403 or 429.
        """
        if self.keys is None:
            check_rate(self.buckets, "")
            return
        key = self._key(request)
        request.scope["crm_ai_key"], request.scope["crm_ai_rights"] = key.name, key.rights
        check_rate(self.buckets, key.prefix)
        if right:
            self.check_right(request, right)

    def check_right(self, request: Request, right: str) -> None:
        """Make sure that a client that was let in may ask for something.

        Parameters
        ----------
        request : Request
            What it asks.
        right : str
            What it needs a right for.

        Raises
        ------
        ApiError
            Status 403 if it has none.
        """
        if self.keys is not None and right not in request.scope["crm_ai_rights"]:
            raise ApiError(403, _("This key has no right to ask for {what}.").format(what=right))

    def _key(self, request: Request) -> Key:
        presented = request.headers.get("x-api-key", "")
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        presented = presented or (token.strip() if scheme.lower() == "bearer" else "")
        key = self.keys.find(presented) if self.keys is not None and presented else None
        if key is None:
            what = _("This key is not valid.") if presented else _("Send a key in the header X-API-Key.")
            raise ApiError(401, what, headers={"WWW-Authenticate": "Bearer"})
        return key
