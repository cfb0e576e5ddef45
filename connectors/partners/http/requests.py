"""The door's requests: who is asking, what is asked, and the answer; every problem ends here as a problem document."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from connectors.partners.http import media
from connectors.partners.http.bodies import Bounds, read_body
from connectors.partners.http.idempotency import key_in
from connectors.partners.http.judge import Body, Headers
from connectors.partners.http.limits import Admission, Pool, Share
from connectors.partners.http.problems import PROBLEM_JSON, Problem
from connectors.partners.http.receipts import ACCEPTED, GONE, RECEIVED, Outcomes, ReceiptIds, Refusal
from connectors.partners.http.taking import JSON, Taking, TakingMeters
from connectors.partners.keys import Keys
from schemas.registry import Partner
from schemas.yaml_rows import RegistryError

LOG = logging.getLogger("strgw.http")
_BEARER = "bearer "
_ATTRIBUTES = ("date", "ce-")  # headers that formats read beside the content type: Mojaloop's Date, a CloudEvent's attributes
LEFTOVER_BYTES, LEFTOVER_S = 64 * 1024 * 1024, 2.0  # DEF of a body that is read only to be dropped
Handler = Callable[[Request], Awaitable[Response]]


class DoorMeters(TakingMeters, Protocol):
    """What is counted of requests. Labels are closed sets: the routes of this file, classes of status."""

    def request(self, route: str, status: int) -> None:
        """A request was answered."""


class Callers:
    """Tells whose request it is; `keys` gives the keys as they are now, `is_off` says whether a partner's feed is switched off now."""

    def __init__(self, partners: Mapping[str, Partner], keys: Callable[[], Keys], is_off: Callable[[str], bool]) -> None:
        self._partners, self._keys, self._is_off = partners, keys, is_off

    def of(self, request: Request) -> Partner:
        """The partner whose key the request carries. Raises Problem (unauthorized, partner_disabled, busy)."""
        given = request.headers.get("authorization", "")
        presented = given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else ""
        try:
            identity = self._keys().partner_of(presented, datetime.now(UTC))
        except (RegistryError, OSError) as error:  # nobody is let in by keys that cannot be read
            LOG.error("the file of API keys cannot be read: %s", error)
            raise Problem("busy", "No key can be checked now; send the request again later.", 30) from error
        partner = self._partners.get(identity) if identity else None
        if partner is None:
            raise Problem("unauthorized", "Send your API key as `Authorization: Bearer KEY`; ask the operator for a new one.")
        if self._is_off(partner.id):
            raise Problem("partner_disabled", "Your feed is switched off at present; ask the operator.")
        return partner


class Door:
    """Answers POST /v1/transfers."""

    def __init__(self, callers: Callers, taking: Taking, admission: Admission, pool: Pool, meters: DoorMeters) -> None:
        self._callers, self._taking = callers, taking
        self._admission, self._pool, self._meters = admission, pool, meters
        self.bounds = Bounds()

    async def post(self, request: Request) -> Response:
        """Takes the transfers of one request in."""
        partner = self._callers.of(request)
        with self._admission.request(partner.id), Share(self._pool) as share:
            shape = media.shape(partner.format, request.headers.get("content-type", ""))
            key = key_in(request.headers.get("idempotency-key"))
            raw = await read_body(_chunks(request), request.headers, share, self.bounds)
            request.state.is_read = True
            body = Body(raw, shape, _kept_headers(request, shape), time.time_ns() // 1_000_000)
            answer = await self._taking.answer(partner.id, key, body, lambda outcome, n: self._count(partner.id, outcome, n))
        return Response(answer.body, answer.status, media_type=answer.content_type)

    def _count(self, partner: str, outcome: str, count: int) -> None:
        self._admission.charge(partner, count)
        self._meters.items(outcome, count)


class ReceiptDesk:
    """Answers GET /v1/receipts/{id} from what the tail has read."""

    def __init__(self, callers: Callers, ids: ReceiptIds, outcomes: Outcomes) -> None:
        self._callers, self._ids, self._outcomes = callers, ids, outcomes

    async def get(self, request: Request) -> Response:
        """What became of one transfer; 202 as long as intake has not come to it."""
        partner = self._callers.of(request)
        text = request.path_params["id"]
        receipt = self._ids.read(partner.id, text)
        if receipt is None:
            raise Problem("not_found", "No receipt of yours has this id; take it from the answer to your transfers.")
        found = self._outcomes.of(partner.id, receipt)
        if found == GONE:
            raise Problem("gone", "Receipts are kept here for an hour; older ones are on your receipts topic.")
        if isinstance(found, Refusal):
            said = {"id": text, "status": "refused", "transfer_id": found.transfer_id, "code": found.code, "detail": found.detail}
            return _json(200, said)
        assert found in (RECEIVED, ACCEPTED)
        return _json(202 if found == RECEIVED else 200, {"id": text, "status": found})


def answered(route: str, handler: Handler, meters: DoorMeters) -> Handler:
    """The handler with problems turned into answers, and every answer counted under `route`."""

    async def wrapped(request: Request) -> Response:
        try:
            response = await handler(request)
        except Problem as problem:
            response = problem_response(problem)
            if not await _is_read(request):
                response.headers["Connection"] = "close"
        except ClientDisconnect:
            response = Response(status_code=400)  # nobody reads it
        meters.request(route, response.status_code)
        return response

    return wrapped


def problem_response(problem: Problem) -> Response:
    """The problem as an answer."""
    return Response(problem.document(), problem.status, problem.headers(), PROBLEM_JSON)


def _json(status: int, document: Mapping[str, object]) -> Response:
    return Response(msgspec.json.encode(document), status, media_type=JSON)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def _is_read(request: Request) -> bool:
    """Whether the whole body is here. What is still under way is read and dropped for a moment: who is cut off while sending may miss our answer."""
    if getattr(request.state, "is_read", False) or request.method in ("GET", "HEAD"):
        return True
    length = request.headers.get("content-length", "")
    if request.headers.get("expect") or not length.isdigit() or int(length) > LEFTOVER_BYTES:
        return False
    try:
        async with asyncio.timeout(LEFTOVER_S):
            async for _ in request.stream():
                pass
    except (TimeoutError, ClientDisconnect):
        return False
    except RuntimeError:  # what starlette says where the end of the body was read before
        return True
    return True


def _kept_headers(request: Request, shape: media.Shape) -> Headers:
    """What goes with each record: its content type (of a line: JSON) and what formats read beside it."""
    content_type = JSON if shape == "lines" else request.headers.get("content-type", "")
    kept = [("content-type", content_type.encode("latin-1"))]
    kept += [(name, value.encode("latin-1")) for name, value in request.headers.items() if name.startswith(_ATTRIBUTES)]
    return tuple(kept)
