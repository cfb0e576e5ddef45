"""Reads a body into records and says of each transfer at once whether it can be taken in: the same judgement as intake's.

A record goes to the broker when at least one transfer in it is valid; what else is wrong in it gets its error here, and its quarantine
entry from intake. A record without a valid transfer never reaches the broker.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.formats.contract import Incoming
from connectors.partners.http.media import Shape
from connectors.partners.http.problems import Problem
from connectors.partners.waiting import SchemaRegistryAway
from schemas.native_reading import MAX_BYTES as LINE_BYTES
from schemas.topics import partner_transfers
from schemas.transfer import Coordinate, Transfer

MOST_TRANSFERS = 10_000  # DEF of one request: its answer stays under some 2 MB
RECORD_BYTES = 8 * 1024 * 1024 - 64 * 1024  # what the topic takes of one record, with room for key and headers
ACCEPTED, REFUSED = "accepted", "refused"
Headers = tuple[tuple[str, bytes], ...]


class Body(NamedTuple):
    """A request's body as it came, how to read it, and what goes with each record.

    headers      content type and the attributes of a CloudEvent
    received_ms  ms UTC
    """

    raw: bytes
    shape: Shape
    headers: Headers
    received_ms: int


class ItemAnswer(msgspec.Struct, omit_defaults=True):
    """What a partner is told about one transfer. line: of an NDJSON body, from 1; index: in a record that holds several; receipt: where to ask."""

    line: int
    status: str
    index: int = 0
    transfer_id: str | None = None
    receipt: str = ""
    code: str = ""
    detail: str = ""
    field: str = ""


class Judged(NamedTuple):
    """A record with the answers about its transfers; key is None where nothing of it is to be posted."""

    raw: bytes
    key: bytes | None
    headers: Headers
    answers: list[ItemAnswer]


class Judge:
    """Judges for the partners in `acceptors`, whose members no other thread may use."""

    def __init__(self, acceptors: Mapping[str, Acceptor]) -> None:
        self._acceptors = acceptors

    def judge(self, partner: str, body: Body) -> list[Judged]:
        """The records of the body in its order. Raises Problem (too_large, bad_request, busy)."""
        found: list[Judged] = []
        transfers = 0
        for line, raw in _records(body):
            judged = self._record(partner, raw, line, body)
            transfers += len(judged.answers)
            if transfers > MOST_TRANSFERS:
                raise Problem("too_large", f"A request holds at most {MOST_TRANSFERS:,} transfers; send several requests.")
            found.append(judged)
        if not found:
            raise Problem("bad_request", "The body is empty; send at least one transfer.")
        return found

    def _record(self, partner: str, raw: bytes, line: int, body: Body) -> Judged:
        # The coordinate is intake's to give; here it only carries the index.
        source = Coordinate(partner_transfers(partner), 0, 0)
        try:
            results = self._acceptors[partner].take_in(Incoming(raw, body.headers, body.received_ms), source)
        except SchemaRegistryAway as away:
            raise Problem(
                "busy", "The schema of the records cannot be looked up now; send the request again.", away.retry_s
            ) from away
        answers = [_answer(line, result) for result in results]
        first = next((result for result in results if isinstance(result, Transfer)), None)
        return Judged(raw, None if first is None else record_key(first.transfer_id), body.headers, answers)


def record_key(transfer_id: str) -> bytes:
    """Kafka key of a record: the id of its (first) transfer, so that every status of one transfer keeps its order."""
    return transfer_id.encode()


def digest_of(body: Body) -> bytes:
    """Equal for requests that say the same: SHA-256 over headers and body."""
    found = hashlib.sha256()
    for name, value in body.headers:
        found.update(b"%s:%d:%s\n" % (name.encode(), len(value), value))
    found.update(b"\n" + body.raw)
    return found.digest()


def _records(body: Body) -> Sequence[tuple[int, bytes]]:
    if body.shape == "record":
        if len(body.raw) > RECORD_BYTES:
            raise Problem("too_large", f"One record holds at most {RECORD_BYTES:,} bytes; send several.")
        return [(1, body.raw)] if body.raw.strip() else []
    lines = body.raw.split(b"\n", MOST_TRANSFERS * 2 + 1)
    if len(lines) > MOST_TRANSFERS * 2 + 1:
        raise Problem("too_large", f"A request holds at most {MOST_TRANSFERS:,} transfers; send several requests.")
    # One byte more than a record may have is enough to have it refused for its size.
    return [(number, line[: LINE_BYTES + 1]) for number, line in enumerate(lines, 1) if line.strip()]


def _answer(line: int, result: Transfer | Rejection) -> ItemAnswer:
    if isinstance(result, Transfer):
        return ItemAnswer(line, ACCEPTED, result.source.index, result.transfer_id)
    told = ItemAnswer(line, REFUSED, result.source.index, result.transfer_id)
    told.code, told.detail, told.field = result.reason_code, result.reason, result.field
    return told


Judging = Callable[[str, Body], list[Judged]]
