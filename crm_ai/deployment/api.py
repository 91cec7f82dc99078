"""A model as a service: scores by HTTP, exchanged for another model while it runs.

``make_api`` makes the application; ``python -m crm_ai serve`` starts it.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm_ai.deployment.api_errors import ApiError
from crm_ai.deployment.api_keys import KeyRing
from crm_ai.deployment.api_limits import Limits
from crm_ai.deployment.api_log import Log, request_id
from crm_ai.deployment.api_routes import ROUTES, add_routes, written
from crm_ai.deployment.api_service import Service
from crm_ai.deployment.model_source import ModelSource
from crm_ai.deployment.serving import Serving
from crm_ai.errors import CrmAiError
from crm_ai.words import _

PATHS = frozenset(path for _method, path, _answer in ROUTES)
UNANSWERED, GONE = 0, 499
GUARDED = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


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
    add_routes(app)
    return app


async def _watch(serving: Serving, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await to_thread.run_sync(serving.poll)


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
        written(error.as_json(name)), status_code=error.status, media_type="application/json", headers=error.headers
    )
