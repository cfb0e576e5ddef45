"""The description of the API (OpenAPI 3.1) and the page made of it; written by hand, for what is promised must not change by accident."""

import html
from collections.abc import Mapping
from typing import Any

from connectors.partners.http.problems import KINDS, PROBLEM_JSON

Json = dict[str, Any]
_POST_PROBLEMS = (400, 401, 403, 408, 409, 413, 415, 422, 429, 503)
_GET_PROBLEMS = (401, 403, 404, 410)


def document() -> Json:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Transfers",
            "version": "1",
            "description": "Send transfers and read whether they could be taken in. An answer says nothing but whether a transfer could be read.",
        },
        "security": [{"key": []}],
        "paths": {
            "/v1/transfers": {"post": _post()},
            "/v1/receipts/{id}": {"get": _receipt()},
            "/v1/openapi.json": {"get": _open("This description")},
            "/v1/schemas/transfer.json": {"get": _open("JSON Schema of a transfer in strgw.transfer/1")},
            "/v1/schemas/transfer.avsc": {"get": _open("Avro schema of the same")},
            "/health": {"get": _open("Whether transfers can be stored (200) or not (503)")},
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Received": _RECEIVED, "Transfer": _TRANSFER, "Receipt": _RECEIPT, "Problem": _PROBLEM},
        },
    }


def page(described: Mapping[str, Any]) -> str:
    """The description for people: plain HTML, nothing to fetch."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Transfers over HTTP</title>",
        f"<h1>{_text(described['info']['title'])} over HTTP</h1><p>{_text(described['info']['description'])}</p>",
        "<p>Send your key as <code>Authorization: Bearer KEY</code>. The same as a file: <a href=/v1/openapi.json>openapi.json</a>.</p>",
    ]
    for path, methods in described["paths"].items():
        for method, said in methods.items():
            parts.append(f"<h2><code>{method.upper()} {_text(path)}</code></h2><p>{_text(said['summary'])}</p>")
            if "parameters" in said:
                rows = "".join(
                    f"<tr><td><code>{_text(one['name'])}</code><td>{_text(one['description'])}" for one in said["parameters"]
                )
                parts.append(f"<table>{rows}</table>")
            rows = "".join(f"<tr><td>{status}<td>{_text(answer['description'])}" for status, answer in said["responses"].items())
            parts.append(f"<table>{rows}</table>")
    return "".join(parts) + "</html>"


def _text(text: str) -> str:
    return html.escape(text, quote=False)


def _post() -> Json:
    return {
        "summary": "Sends one record in your own format, or a batch: one JSON record a line. Answered when the broker has every valid transfer.",
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 255},
                "description": "A new one for each request, the same when you repeat it: within a day it is answered and not posted again.",
            },
            {
                "name": "Content-Encoding",
                "in": "header",
                "required": False,
                "schema": {"enum": ["gzip", "identity"]},
                "description": "gzip, where the body is packed.",
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "/v1/schemas/transfer.json"}},
                "application/x-ndjson": {"schema": {"type": "string", "description": "one record a line"}},
                "application/xml": {"schema": {"type": "string"}},
                "text/plain": {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
                "application/octet-stream": {"schema": {"type": "string"}},
            },
        },
        "responses": {"202": _answer("Every valid transfer is stored; each has its id or its error.", "Received")}
        | _problems(_POST_PROBLEMS),
    }


def _receipt() -> Json:
    return {
        "summary": "Says what became of a transfer: 202 as long as it waits, then accepted, or refused with the reason.",
        "parameters": [
            {
                "name": "id",
                "in": "path",
                "required": True,
                "schema": {"type": "string"},
                "description": "From the answer to your transfers.",
            }
        ],
        "responses": {"200": _answer("accepted or refused", "Receipt"), "202": _answer("received", "Receipt")}
        | _problems(_GET_PROBLEMS),
    }


def _open(summary: str) -> Json:
    return {"summary": summary, "security": [], "responses": {"200": {"description": "as said"}}}


def _answer(description: str, schema: str) -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _problems(statuses: tuple[int, ...]) -> Json:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found = {}
    for status in statuses:
        titles = [f"{kind.title} (`{code}`)" for code, kind in KINDS.items() if kind.status == status]
        found[str(status)] = {"description": "; ".join(titles), "content": content}
    return found


_WORD: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_TRANSFER: Json = {
    "type": "object",
    "required": ["line", "status"],
    "properties": {
        "line": {"type": "integer", "minimum": 1, "description": "of the body, where it is a batch"},
        "index": {"type": "integer", "minimum": 0, "description": "in a record that holds several transfers"},
        "transfer_id": _WORD,
        "status": {"enum": ["accepted", "refused"]},
        "receipt": {"type": "string", "description": "for GET /v1/receipts/{id}"},
        "code": {"type": "string", "description": "what is wrong, as in the table of reason codes"},
        "detail": {"type": "string", "description": "one sentence that says what to mend"},
        "field": {"type": "string", "description": "the field at fault"},
    },
}
_RECEIVED: Json = {
    "type": "object",
    "required": ["accepted", "refused", "transfers"],
    "properties": {
        "accepted": _COUNT,
        "refused": _COUNT,
        "transfers": {"type": "array", "items": {"$ref": "#/components/schemas/Transfer"}},
    },
}
_RECEIPT: Json = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": _WORD,
        "status": {"enum": ["received", "accepted", "refused"]},
        "transfer_id": _WORD,
        "code": _WORD,
        "detail": _WORD,
    },
}
_PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _WORD,
        "status": {"type": "integer"},
        "detail": _WORD,
        "code": {"enum": sorted(KINDS)},
        "transfers": {"type": "array", "items": {"$ref": "#/components/schemas/Transfer"}},
    },
}
