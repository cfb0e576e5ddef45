"""Decoders other than those of partners' records: bodies and requests of HTTP, and what FIUs answer."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from connectors.fius.fincen import acknowledgement
from connectors.fius.goaml.archive import ArchiveRefused, reports_in
from connectors.fius.transports.channel import Answer
from connectors.fius.transports.defused import BadAnswer
from connectors.fius.transports.reading import read_answer
from connectors.partners.http.bodies import Bounds, read_body
from connectors.partners.http.judge import Body, Judge, Judged
from connectors.partners.http.limits import Pool, Share
from connectors.partners.http.media import shape
from connectors.partners.http.problems import Problem
from connectors.register.answers import UnusableAnswer
from connectors.register.answers import read_answer as read_feedback
from schemas.feedback import Feedback, FeedbackError
from schemas.native import NATIVE
from schemas.wire import encode_feedback
from tests.fuzz import samples
from tests.fuzz.contract import RECEIVED_MS, Target, acceptor_of
from tests.fuzz.oracle import demand, published_codes


def bodies() -> Target:
    """A body of HTTP in pieces: its first byte says whether gzip is promised and how large the pieces are."""
    bounds = Bounds(bytes=64 * 1024, seconds=5)
    plain = [*samples.documents(NATIVE)[:2], b" " * 70_000]
    packed = [gzip.compress(raw, mtime=0) for raw in (*plain, b"0" * 5_000_000)]

    async def read(raw: bytes) -> bytes | str:
        size = 1 + raw[0] % 16 * 97 if raw else 1

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(1, len(raw), size):
                yield raw[start : start + size]

        headers = {"content-encoding": "gzip"} if raw[:1] > b"\x7f" else {}
        try:
            with Share(Pool()) as share:
                return await read_body(pieces(), headers, share, bounds)
        except Problem as problem:
            return problem.code

    def judge(raw: bytes, found: bytes | str) -> str:
        if isinstance(found, str):
            demand(found in ("too_large", "bad_request"), f"the problem {found}")
            return f"refused {found}"
        demand(len(found) <= bounds.bytes, "a body over its bounds")
        demand(found == (gzip.decompress(raw[1:]) if raw[:1] > b"\x7f" else raw[1:]), "not what was sent")
        return "read"

    loop = asyncio.new_event_loop()
    return Target(
        [b"\x05" + raw for raw in plain] + [b"\x85" + raw for raw in packed],
        lambda raw: loop.run_until_complete(read(raw)),
        judge,
    )


def requests(documents: Sequence[bytes]) -> Target:
    """A whole request: content type in the first line, then the body, judged as the door does before anything is posted."""
    judging = Judge({"demo": acceptor_of(NATIVE)})

    def work(raw: bytes) -> list[Judged] | str:
        kind, _, body = raw.partition(b"\n\n")
        try:
            how = shape(NATIVE, kind.decode("latin-1"))
            return judging.judge("demo", Body(body, how, (("content-type", kind),), RECEIVED_MS))
        except Problem as problem:
            return problem.code

    def judge(_: bytes, found: list[Judged] | str) -> str:
        if isinstance(found, str):
            return f"refused {found}"
        for one in found:
            accepted = [answer for answer in one.answers if answer.status == "accepted"]
            demand(bool(accepted) == (one.key is not None), "what is posted is not what was accepted")
            demand(
                all(answer.code in published_codes() for answer in one.answers if answer.status != "accepted"),
                "a code without a page",
            )
            msgspec.json.encode(one.answers)
        return "posted" if any(one.key for one in found) else "nothing taken"

    lines = b"\n".join(document.replace(b"\n", b" ") for document in documents[:4])
    kinds = (
        b"application/json",
        b"application/json; charset=utf-8",
        b"application/cloudevents+json",
        b"application/octet-stream",
    )
    return Target([b"application/x-ndjson\n\n" + lines, *(kind + b"\n\n" + documents[0] for kind in kinds)], work, judge, len)


def answers() -> Target:
    def work(raw: bytes) -> Any:
        try:
            return read_answer(Answer("a.txt" if zlib.crc32(raw) % 4 == 0 else "a.xml", raw))
        except BadAnswer as error:
            return error.code

    def judge(_: bytes, found: Any) -> str:
        if isinstance(found, str):
            return f"refused {found}"
        demand(found, "an answer that says nothing")
        msgspec.msgpack.encode(found)
        return "read"

    return Target(samples.answers(), work, judge)


def acknowledgements() -> Target:
    def work(raw: bytes) -> Any:
        try:
            return acknowledgement.read(raw)
        except acknowledgement.AcknowledgementError as error:
            return error.code

    def judge(_: bytes, found: Any) -> str:
        if isinstance(found, str):
            return f"refused {found}"
        demand(found.status in ("accepted", "rejected"), "a status of no meaning")
        demand(all(one.bsa_id == "" or len(one.bsa_id) == 14 for one in found.activities), "a BSA identifier of another length")
        return "read"

    return Target((samples.acknowledgement(),), work, judge)


def archives() -> Target:
    def work(raw: bytes) -> Any:
        try:
            return list(reports_in(raw))
        except ArchiveRefused as error:
            return error.found.error.code

    def judge(raw: bytes, found: Any) -> str:
        if isinstance(found, str):
            return f"refused {found}"
        demand(
            found and sum(len(content) for _, content in found) <= max(1_000_000, 200 * len(raw)) + 1,
            "more than an archive may hold",
        )
        return "read"

    files = [b"<report/>" * 20, b"0" * 90_000]
    return Target([samples.zipped(files, packed, "xml") for packed in (0, 8)], work, judge)


def feedback() -> Target:
    good = [
        encode_feedback(Feedback("R-1", 1, "accepted", fiu="KG", filing_id="F-1", received_at_ms=RECEIVED_MS)),
        encode_feedback(read_rejection()),
    ]

    def work(raw: bytes) -> Any:
        try:
            return read_feedback(raw, "KG")
        except UnusableAnswer as error:
            return error.code

    def judge(_: bytes, found: Any) -> str:
        if isinstance(found, str):
            return f"refused {found}"
        demand(found.fiu == "KG" and found.report_id and found.version >= 1, "feedback of nobody on nothing")
        msgspec.msgpack.encode(found)
        return "read"

    return Target(good, work, judge)


def read_rejection() -> Feedback:
    """An answer with an error in it."""
    return Feedback(
        "R-1",
        2,
        "rejected",
        (FeedbackError("E1", "no date", "report/date", "report.date"),),
        "KG",
        "F-2",
        "K-9",
        RECEIVED_MS,
        "see",
    )
