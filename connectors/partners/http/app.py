"""The door's application: which path is answered by what."""

import json
import traceback
from collections.abc import Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.partners.http import openapi
from connectors.partners.http.problems import Problem
from connectors.partners.http.requests import LOG, Door, DoorMeters, Handler, ReceiptDesk, answered, problem_response
from connectors.partners.http.taking import JSON

# Labels under which requests are counted.
TRANSFERS, RECEIPTS, DOCUMENTS, HEALTH, OTHER = "transfers", "receipts", "documents", "health", "other"
ROUTES = (TRANSFERS, RECEIPTS, DOCUMENTS, HEALTH, OTHER)
_LOCKED = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}


def application(door: Door, desk: ReceiptDesk, meters: DoorMeters, is_healthy: Callable[[], bool]) -> Starlette:
    """The application; it holds no state of its own."""
    described = openapi.document()
    documents = {
        "/v1/openapi.json": (json.dumps(described, indent=1).encode(), JSON),
        "/docs": (openapi.page(described).encode(), "text/html"),
        "/v1/schemas/transfer.json": (_packaged("native.schema.json"), "application/schema+json"),
        "/v1/schemas/transfer.avsc": (_packaged("avro/transfer.avsc"), JSON),
    }
    routes = [
        Route("/v1/transfers", answered(TRANSFERS, door.post, meters), methods=["POST"]),
        Route("/v1/receipts/{id}", answered(RECEIPTS, desk.get, meters), methods=["GET"]),
        Route("/health", answered(HEALTH, _health(is_healthy), meters), methods=["GET"]),
        *(Route(path, answered(DOCUMENTS, _document(*found), meters), methods=["GET"]) for path, found in documents.items()),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _unrouted(meters), Exception: _fault(meters)})


def _health(is_healthy: Callable[[], bool]) -> Handler:
    async def health(_: Request) -> Response:
        return (
            Response(b'{"status":"ok"}', media_type=JSON)
            if is_healthy()
            else Response(b'{"status":"down"}', 503, media_type=JSON)
        )

    return health


def _document(content: bytes, media_type: str) -> Handler:
    async def document(_: Request) -> Response:
        return Response(content, headers=_LOCKED, media_type=media_type)

    return document


def _unrouted(meters: DoorMeters) -> Callable[[Request, Exception], Response]:
    def answer(_: Request, error: Exception) -> Response:
        code = "method" if isinstance(error, HTTPException) and error.status_code == 405 else "not_found"
        response = problem_response(Problem(code, "GET /docs says which paths and methods there are."))
        response.headers["Connection"] = "close"
        meters.request(OTHER, response.status_code)
        return response

    return answer


def _fault(meters: DoorMeters) -> Callable[[Request, Exception], Response]:
    def answer(_: Request, error: Exception) -> Response:
        # Where, but not what it says: a message may quote a partner's data.
        LOG.error("a request ended in %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        response = problem_response(Problem("fault", "Send the request again later; what was stored is recognised."))
        meters.request(OTHER, response.status_code)
        return response

    return answer


def _packaged(name: str) -> bytes:
    return files("schemas").joinpath(name).read_bytes()
