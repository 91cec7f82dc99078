"""A model as a service: scores by HTTP, exchanged for another model while it runs.

``make_api`` makes the application; ``python -m crm_ai serve`` starts it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm_ai.deployment.api_docs import PAGE, openapi
from crm_ai.deployment.api_errors import ApiError, Problem, unfit
from crm_ai.deployment.api_json import strict_json
from crm_ai.deployment.api_keys import Key, KeyRing
from crm_ai.deployment.api_limits import Buckets, Limits, check_rate, limited_body
from crm_ai.deployment.api_log import Log, request_id
from crm_ai.deployment.model_source import ModelSource
from crm_ai.deployment.serving import Serving
from crm_ai.errors import CrmAiError
from crm_ai.words import _

SMALL = 64 << 10  # bodies up to here are answered at once; larger ones in a thread, so that they hold up nobody
AT_ONCE = 2  # such threads; more of them only get into each other's way. Reasons, which take longer, have others
MOST_REASONS = 3
PATHS = frozenset({"/v1/score", "/v1/model", "/health", "/ready", "/openapi.json", "/docs"})
UNANSWERED, GONE = 0, 499
GUARDED = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


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
    """

    serving: Serving
    keys: KeyRing | None
    limits: Limits
    log: Log
    buckets: Buckets = field(init=False)

    def __post_init__(self) -> None:
        self.buckets = Buckets(self.limits.rate, self.limits.burst)

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


def make_api(
    source: ModelSource,
    *,
    keys: KeyRing | None = None,
    limits: Limits | None = None,
    log: Log | None = None,
    poll_seconds: float = 5.0,
) -> FastAPI:
    """Make the application of a service.

    Parameters
    ----------
    source : ModelSource
        Where the model comes from; asked again every few seconds.
    keys : KeyRing, optional
        Who may ask; by default anybody who can reach the service.
    limits : Limits, optional
        What one client may do.
    log : Log, optional
        Where requests are written down; by default standard error.
    poll_seconds : float, default 5
        How often the source is asked.

    Returns
    -------
    fastapi.FastAPI
        To be run by any ASGI server.

    Raises
    ------
    CrmAiError
        If there is no model to begin with.
    """
    limits, log = limits or Limits(), log or Log()
    service = Service(Serving(source, most=limits.records, log=log), keys, limits, log)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(_watch(service.serving, poll_seconds))
        log("started", model=service.serving.now.served.name, version=service.serving.now.served.version)
        yield
        watching.cancel()
        log("stopped")

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.service = service
    app.add_middleware(_Frame, log=log, service=service)
    app.add_exception_handler(HTTPException, _plain_refusal)
    _add_routes(app, service)
    return app


async def _watch(serving: Serving, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await to_thread.run_sync(serving.poll)


def _add_routes(app: FastAPI, service: Service) -> None:
    from crm_ai import __version__

    serving = service.serving
    at_once = CapacityLimiter(AT_ONCE)

    @app.post("/v1/score")
    async def score(request: Request) -> Response:
        service.admit(request, right="score")
        reasons = _reasons(request)
        if reasons:
            service.check_right(request, "reasons")
        _check_type(request)
        body = await limited_body(
            request.stream(), announced=request.headers.get("content-length"), most=service.limits.body
        )
        now = serving.now

        def work() -> tuple[bytes, int]:
            answer = now.answer(strict_json(body), reasons=reasons)
            answer = {"request_id": request.scope["crm_ai_id"]} | answer
            return _written(answer), len(answer["scores"])

        small = len(body) <= SMALL and not reasons
        content, records = work() if small else await to_thread.run_sync(work, limiter=None if reasons else at_once)
        request.scope["crm_ai_facts"] = {"records": records, "reasons": reasons, "model": now.served.version}
        return Response(content, media_type="application/json")

    @app.get("/v1/model")
    async def model(request: Request) -> Response:
        service.admit(request)
        return _json(serving.now.facts)

    @app.get("/health")
    async def health() -> Response:
        return _json({"status": "ok"})

    @app.get("/ready")
    async def is_ready() -> Response:
        served = serving.now.served
        state = {"status": "ready", "model": served.name, "version": served.version}
        if serving.trouble:
            state["trouble"] = _("The newest model cannot be used, the one before goes on: {reason}").format(
                reason=serving.trouble
            )
        return _json(state)

    @app.get("/openapi.json")
    async def description(request: Request) -> Response:
        service.admit(request)
        described = openapi(
            serving.now, version=__version__, most=service.limits.records, has_keys=service.keys is not None
        )
        return _json(described)

    @app.get("/docs")
    async def docs() -> Response:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        return Response(PAGE.format(nonce=nonce), media_type="text/html", headers={"Content-Security-Policy": policy})


def _reasons(request: Request) -> int:
    strange = [name for name in request.query_params if name != "reasons"]
    given = request.query_params.getlist("reasons")
    if strange or len(given) > 1:
        name = strange[0][:100] if strange else "reasons"
        problem = _("is no parameter; only reasons is") if strange else _("is given twice")
        raise unfit([Problem(name.encode("utf-8", "replace").decode(), problem)])
    if given and (not given[0].isascii() or not given[0].isdecimal() or int(given[0][:9]) > MOST_REASONS):
        raise unfit([Problem("reasons", _("must be a whole number from 0 to 3"))])
    return int(given[0]) if given else 0


def _check_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise ApiError(415, _("Send the body as Content-Type: application/json."))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiError(415, _("Send the body as it is, not compressed."))


def _json(content: Any) -> Response:
    return Response(_written(content), media_type="application/json")


def _written(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")


async def _plain_refusal(_request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 400)
    words = {404: _("There is nothing here."), 405: _("This cannot be asked by this method.")}
    raise ApiError(status, words.get(status, _("This cannot be answered."))) from None


class _Frame:
    """Around every request: its id, its line in the log, and words instead of a traceback."""

    def __init__(self, app: ASGIApp, log: Log, service: Service) -> None:
        self._app, self._log, self._service = app, log, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), UNANSWERED
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        scope["crm_ai_id"] = request_id(given)

        async def remember(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                more = {"X-Request-ID": scope["crm_ai_id"], **GUARDED}
                message["headers"] = [
                    *message["headers"], *((name.lower().encode(), text.encode()) for name, text in more.items())
                ]  # fmt: skip
            await send(message)

        try:
            await self._app(scope, receive, remember)
        except ApiError as error:
            await _refused(error, scope["crm_ai_id"])(scope, receive, remember)
        except ClientDisconnect:
            status = GONE
        except CrmAiError as error:
            self._log("failed", request_id=scope["crm_ai_id"], reason=error.what)
            await _refused(ApiError(503, str(error)), scope["crm_ai_id"])(scope, receive, remember)
        except Exception as error:  # a mistake of ours: its words might quote a cell, so only its place is told
            self._log("failed", request_id=scope["crm_ai_id"], reason=type(error).__name__, place=_place(error))
            if status == UNANSWERED:
                await _refused(ApiError(500, _("Something went wrong here.")), scope["crm_ai_id"])(
                    scope, receive, remember
                )
        path = scope["path"] if scope["path"] in PATHS else "other"
        facts = {"path": path, "status": status, "ms": round(1000 * (perf_counter() - start), 2)}
        key = {"key": scope["crm_ai_key"]} if "crm_ai_key" in scope else {}
        self._log(
            "request",
            request_id=scope["crm_ai_id"],
            method=scope["method"] if len(scope["method"]) < 10 else "other",
            **facts,
            **key,
            **scope.get("crm_ai_facts", {}),
        )


def _place(error: BaseException) -> str:
    trace = traceback.extract_tb(error.__traceback__)
    return f"{Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""


def _refused(error: ApiError, name: str) -> Response:
    return Response(
        _written(error.as_json(name)), status_code=error.status, media_type="application/json", headers=error.headers
    )
