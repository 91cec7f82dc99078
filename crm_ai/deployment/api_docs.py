"""The service's description: OpenAPI of the model at work, and a page to read it without any other server."""

from __future__ import annotations

from typing import Any

from crm_ai.deployment.serving import Ready, answer_schema
from crm_ai.words import _

SCHEMES: tuple[dict[str, list[str]], ...] = ({"key": []}, {"bearer": []})
REFUSALS = {
    "400": "The body is no JSON, or not the object that is asked for.",
    "401": "No valid key.",
    "403": "The key has no right to this.",
    "404": "There is nothing here.",
    "405": "Not by this method.",
    "413": "The body is too large, or there are too many records.",
    "415": "The body is not application/json.",
    "422": "A field does not fit; the answer names record, field and problem.",
    "429": "Too many requests with this key.",
}


def openapi(now: Ready, *, version: str, most: int, has_keys: bool) -> dict[str, Any]:
    """Describe the service as OpenAPI does.

    Parameters
    ----------
    now : Ready
        The model at work.
    version : str
        Of crm_ai.
    most : int
        Records that one request may hold.
    has_keys : bool
        Whether keys are asked for.

    Returns
    -------
    dict
        Plain values.
    """
    customer = now.reader.one.json_schema()
    definitions = {"Customer": {"type": "object"} | {k: v for k, v in customer.items() if k != "title"}}
    reference = {"$ref": "#/components/schemas/Customer"}
    body = {
        "oneOf": [
            {
                "type": "object",
                "properties": {"record": reference},
                "required": ["record"],
                "not": {"required": ["records"]},
            },
            {
                "type": "object",
                "properties": {"records": {"type": "array", "items": reference, "minItems": 1, "maxItems": most}},
                "required": ["records"],
                "not": {"required": ["record"]},
            },
        ]
    }  # fmt: skip
    security = list(SCHEMES) if has_keys else []
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": f"crm_ai: {now.facts['name']}", "version": version, "description": _about(now)},
        "paths": {
            "/v1/score": {"post": _score(body, security)},
            "/v1/model": {
                "get": _get("The model at work: question, columns, threshold.", "Model", ("401", "429"), security)
            },
            "/health": {"get": _get("Whether the service runs.", "State", (), [])},
            "/ready": {"get": _get("Whether the newest model is at work.", "State", (), [])},
        },
        "components": {
            "schemas": definitions | {
                "Scores": _scores(now),
                "Error": _error(),
                "Model": {"type": "object", "required": ["name", "version", "question", "columns"]},
                "State": {"type": "object", "required": ["status"]},
            }
        },
    }  # fmt: skip
    if has_keys:
        found["components"]["securitySchemes"] = {
            "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            "bearer": {"type": "http", "scheme": "bearer"},
        }
    return found


def _about(now: Ready) -> str:
    return _("Predicts {question} (version {version}).").format(
        question=now.facts["question"], version=now.facts["version"]
    )


def _score(body: dict[str, Any], security: list[Any]) -> dict[str, Any]:
    refused = ("400", "401", "403", "413", "415", "422", "429") if security else ("400", "413", "415", "422", "429")
    return {
        "summary": "Score one customer or several",
        "operationId": "score",
        "parameters": [
            {
                "name": "reasons",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 0, "maximum": 3, "default": 0},
                "description": "Reasons in words that are told of each customer.",
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _answers("Scores", refused),
        "security": security,
    }


def _get(summary: str, schema: str, refused: tuple[str, ...], security: list[Any]) -> dict[str, Any]:
    refused = tuple(status for status in refused if security or status != "401")
    return {"summary": summary, "responses": _answers(schema, refused), "security": security}


def _answers(schema: str, refused: tuple[str, ...]) -> dict[str, Any]:
    def content(name: str) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}

    answers = {"200": {"description": "Done.", "content": content(schema)}}
    return answers | {status: {"description": REFUSALS[status], "content": content("Error")} for status in refused}


def _scores(now: Ready) -> dict[str, Any]:
    text = {"type": "string"}
    warning = {"field": text, "records": {"type": "integer"}, "what": text}
    return {
        "type": "object",
        "required": ["request_id", "model", "scores", "warnings"],
        "properties": {
            "request_id": text,
            "model": {"type": "object", "properties": {"name": text, "version": text}, "required": ["name", "version"]},
            "scores": {"type": "array", "items": answer_schema(now.facts)},
            "warnings": {"type": "array", "items": {"type": "object", "properties": warning}},
        },
    }


def _error() -> dict[str, Any]:
    text = {"type": "string"}
    problem = {
        "type": "object",
        "required": ["field", "problem"],
        "properties": {"record": {"type": "integer"}, "field": text, "problem": text},
    }
    error = {
        "type": "object",
        "required": ["status", "what", "request_id"],
        "properties": {
            "status": {"type": "integer"},
            "what": text,
            "request_id": text,
            "problems": {"type": "array", "items": problem},
            "more_problems": {"type": "integer"},
        },
    }
    return {"type": "object", "required": ["error"], "properties": {"error": error}}


# Everything that comes from a model is set as text, never as HTML; nothing is loaded from elsewhere.
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>crm_ai service</title>
<style nonce="{nonce}">
body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}}
table{{border-collapse:collapse;width:100%}}
td,th{{text-align:left;border-bottom:1px solid #ccc;padding:.3rem;vertical-align:top;overflow-wrap:anywhere}}
textarea{{width:100%;height:14rem;font:14px monospace}} pre{{background:#f3f3f3;padding:1rem;overflow:auto}}
label{{display:block;margin:.5rem 0}} button,input{{font:inherit;padding:.3rem .8rem}}
</style></head><body>
<h1 id="title">crm_ai service</h1><p id="about"></p>
<form id="show"><label>Key, if the service asks for one: <input id="key" type="password" autocomplete="off"></label>
<button>Show the model</button></form>
<h2>Requests</h2><table id="paths"><tbody></tbody></table>
<h2>Fields of a customer</h2><table id="fields"><tbody></tbody></table>
<h2>Try it</h2><form id="try"><label>Body<textarea id="body" spellcheck="false"></textarea></label>
<label>Reasons <input id="reasons" type="number" min="0" max="3" value="0"></label><button>Score</button></form>
<pre id="answer" aria-live="polite"></pre>
<p>The whole description: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1)</p>
<script nonce="{nonce}">
const at = id => document.getElementById(id);
const headers = () => at("key").value ? {{"X-API-Key": at("key").value}} : {{}};
function row(table, cells) {{
  const line = table.tBodies[0].insertRow();
  for (const cell of cells) line.insertCell().textContent = cell;
}}
async function show() {{
  const answer = await fetch("openapi.json", {{headers: headers()}});
  const api = await answer.json();
  if (!answer.ok) {{ at("about").textContent = api.error.what; return; }}
  at("title").textContent = api.info.title; at("about").textContent = api.info.description;
  for (const id of ["paths", "fields"]) at(id).tBodies[0].replaceChildren();
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, entry] of Object.entries(methods))
      row(at("paths"), [method.toUpperCase() + " " + path, entry.summary]);
  const fields = api.components.schemas.Customer.properties, record = {{}};
  for (const [name, field] of Object.entries(fields)) {{
    row(at("fields"), [name, field.description, (field.examples || []).slice(0, 20).join(" · ")]);
    record[name] = (field.examples || [field.example ?? null])[0];
  }}
  at("body").value = JSON.stringify({{record}}, null, 1);
}}
at("show").addEventListener("submit", event => {{ event.preventDefault(); show(); }});
at("try").addEventListener("submit", async event => {{
  event.preventDefault();
  const url = "v1/score?reasons=" + encodeURIComponent(at("reasons").value);
  const kind = {{"Content-Type": "application/json"}};
  const sent = {{method: "POST", body: at("body").value, headers: {{...headers(), ...kind}}}};
  at("answer").textContent = JSON.stringify(await (await fetch(url, sent)).json(), null, 1);
}});
show();
</script></body></html>
"""
