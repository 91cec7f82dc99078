"""JSON of strangers, read strictly: no NaN, no field twice, no depth that overflows."""

from __future__ import annotations

import json
from typing import Any

from crm_ai.deployment.api_errors import ApiError
from crm_ai.words import _


def strict_json(body: bytes) -> Any:
    """Read a request's body.

    Parameters
    ----------
    body : bytes
        UTF-8.

    Returns
    -------
    object
        What it says.

    Raises
    ------
    ApiError
        Status 400 if it is no JSON, or says something in two ways; the sentence says what and where.

    Examples
    --------
    >>> strict_json(b'{"tenure": 3}')
    {'tenure': 3}
    >>> strict_json(b'{"tenure": 3, "tenure": 4}')
    Traceback (most recent call last):
    ...
    crm_ai.deployment.api_errors.ApiError: The field “tenure” stands twice in one object.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ApiError(400, _("The body is not written in UTF-8.")) from error
    if not text.strip():
        raise ApiError(400, _("The body is empty; send a JSON object."))
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except ApiError:
        raise
    except RecursionError as error:
        raise ApiError(400, _("The JSON is nested too deeply.")) from error
    except json.JSONDecodeError as error:
        what = _("The body is no JSON: {reason} (line {line}, column {column}).")
        raise ApiError(400, what.format(reason=error.msg, line=error.lineno, column=error.colno)) from error
    except ValueError as error:
        raise ApiError(400, _("The body holds a number with too many digits.")) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _cell in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ApiError(400, _("The field “{name}” stands twice in one object.").format(name=_whole(twice)[:100]))
    return found


def _refuse(constant: str) -> Any:
    raise ApiError(400, _("{constant} is no JSON; give null if a number is not known.").format(constant=constant))


def _whole(text: str) -> str:
    """Without halves of characters, which no answer could hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
