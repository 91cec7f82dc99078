"""What can be asked of a service by HTTP, one function a route."""

from __future__ import annotations

import json
import secrets
from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request, Response

from crm_ai.deployment.api_docs import PAGE, openapi
from crm_ai.deployment.api_errors import ApiError, Problem, unfit
from crm_ai.deployment.api_json import strict_json
from crm_ai.deployment.api_limits import limited_body
from crm_ai.deployment.api_service import Service
from crm_ai.words import _

SMALL = 64 << 10  # bodies up to here are answered at once; larger ones in a thread, so that they hold up nobody
MOST_REASONS = 3


def add_routes(app: FastAPI) -> None:
    """Give an application its routes.

    Parameters
    ----------
    app : fastapi.FastAPI
        With the ``Service`` as its state's ``service``.
    """
    for method, path, answer in ROUTES:
        app.add_api_route(path, answer, methods=[method])


async def score(request: Request) -> Response:
    """Score the records of the body, with reasons if they are asked for."""
    service = _service(request)
    service.admit(request, right="score")
    reasons = _reasons(request)
    if reasons:
        service.check_right(request, "reasons")
    _check_type(request)
    announced = request.headers.get("content-length")
    body = await limited_body(request.stream(), announced=announced, most=service.limits.body)
    now = service.serving.now

    def work() -> tuple[bytes, int]:
        answer = now.answer(strict_json(body), reasons=reasons)
        answer = {"request_id": request.scope["crm_ai_id"]} | answer
        return written(answer), len(answer["scores"])

    limiter = None if reasons else service.at_once
    small = len(body) <= SMALL and not reasons
    content, records = work() if small else await to_thread.run_sync(work, limiter=limiter)
    request.scope["crm_ai_facts"] = {"records": records, "reasons": reasons, "model": now.served.version}
    return Response(content, media_type="application/json")


async def model(request: Request) -> Response:
    """Say which model is at work."""
    service = _service(request)
    service.admit(request)
    return _json(service.serving.now.facts)


async def health() -> Response:
    """Say that the process lives."""
    return _json({"status": "ok"})


async def is_ready(request: Request) -> Response:
    """Say that there is a model, and whether a newer one cannot be used."""
    serving = _service(request).serving
    served = serving.now.served
    state = {"status": "ready", "model": served.name, "version": served.version}
    if serving.trouble:
        state["trouble"] = _("No newer model can be used, the one before goes on: {reason}").format(
            reason=serving.trouble
        )
    return _json(state)


async def description(request: Request) -> Response:
    """Describe the service as OpenAPI."""
    from crm_ai import __version__

    service = _service(request)
    service.admit(request)
    most, has_keys = service.limits.records, service.keys is not None
    return _json(openapi(service.serving.now, version=__version__, most=most, has_keys=has_keys))


async def docs() -> Response:
    """Describe the service as a page that loads nothing from elsewhere."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return Response(PAGE.format(nonce=nonce), media_type="text/html", headers={"Content-Security-Policy": policy})


ROUTES = (
    ("POST", "/v1/score", score),
    ("GET", "/v1/model", model),
    ("GET", "/health", health),
    ("GET", "/ready", is_ready),
    ("GET", "/openapi.json", description),
    ("GET", "/docs", docs),
)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


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
    return Response(written(content), media_type="application/json")


def written(content: Any) -> bytes:
    """Write an answer as JSON.

    Parameters
    ----------
    content : object
        Plain numbers, texts, lists and dictionaries.

    Returns
    -------
    bytes
        In UTF-8, as short as can be.
    """
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
