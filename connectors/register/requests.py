"""An FIU's request for information: what it asks for, who approves that it is handed over, and the bundle of transfers itself.

Names are read from the archive when the bundle is made, and stand in its files alone. What the FIU wrote is read from its topic.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, Row, select

from connectors.fius.dispatch import REPORT_CODEC
from connectors.kafka.archive import Archive, BatchSource
from connectors.register import tables
from connectors.register.answers import read_answer
from connectors.register.audit import Entry, append
from connectors.register.database import read, write
from connectors.register.decide import entry_of, only_one
from connectors.register.derive import DIGITS, message_of
from connectors.register.errors import RegisterError
from connectors.register.facts import decision_row
from schemas.decision import HAND_OVER, Decision
from schemas.feedback import InformationRequest
from schemas.transfer import Transfer
from streams.domain.release import IllegalDecision, person_of

OPEN, APPROVED = "open", "approved"


class Request(msgspec.Struct, frozen=True):
    """One request as the register knows it. asked: number of transfers named, 0 for all of the report; due_ms: ms UTC, None: no date."""

    request_id: str
    fiu: str
    reference: str
    report_id: str
    version: int
    asked: int
    state: str
    received_ms: int
    due_ms: int | None
    approved_by: str = ""
    approved_ms: int = 0
    reason: str = ""


class Sources(NamedTuple):
    """Where a bundle comes from: single records of the FIU's feedback and of `filings`, and the archive of transfers."""

    feedback: BatchSource
    reports: BatchSource
    archive: Archive


class Bundle(msgspec.Struct, frozen=True):
    """What goes to the FIU: its request in its own words, who approved, and the transfers.

    not_in_report  transfer ids that the FIU named and the report does not hold: look for them by hand
    """

    request: Request
    asked: InformationRequest
    transfers: tuple[Transfer, ...]
    not_in_report: tuple[str, ...]


def requests(engine: Engine) -> list[Request]:
    """Every request: open ones first, the nearest date before the others."""
    with read(engine) as connection:
        rows = connection.execute(select(tables.requests)).all()
        found = [_request(connection, row) for row in rows]
    return sorted(found, key=lambda one: (one.state != OPEN, one.due_ms is None, one.due_ms, one.received_ms, one.request_id))


def the_request(engine: Engine, prefix: str) -> Request:
    """The request whose id begins so. Raises RegisterError."""
    with read(engine) as connection:
        return _request(connection, _row(connection, prefix))


def wording(engine: Engine, request: Request, feedback: BatchSource) -> InformationRequest:
    """What the FIU asks for, in its own words, from its topic. Raises RegisterError."""
    with read(engine) as connection:
        answer = _answer(connection, request.request_id)
    raw = dict(feedback.read(answer.partition, [answer.offset])).get(answer.offset)
    asked = read_answer(raw, answer.fiu).request if raw is not None else None
    if asked is None:
        raise RegisterError("request_gone", "The FIU's request is no longer on its topic; check the topic's retention.")
    return asked


def approve(engine: Engine, prefix: str, words: tuple[str, str], now_ms: int) -> Request:
    """Notes that a named person lets the transfers be handed over; words: name and reason. Raises RegisterError."""
    name, reason = words
    with write(engine) as connection:
        request = _request(connection, _row(connection, prefix))
        if request.state != OPEN:
            raise RegisterError("already_approved", f"The request was approved by {request.approved_by} already.")
        try:
            person = person_of(name)
        except IllegalDecision as error:
            raise RegisterError(error.code, str(error)) from error
        decision = Decision(
            decision_id=hashlib.sha256(f"{request.request_id}|{person}".encode()).hexdigest()[:DIGITS],
            subject=request.request_id,
            number=1,
            report_id=request.report_id,
            version=request.version,
            action="approve",
            effect=HAND_OVER,
            person=person,
            name=" ".join(name.split()),
            reason=reason.strip(),
            from_state=OPEN,
            at_ms=now_ms,
            fiu=request.fiu,
        )
        connection.execute(tables.decisions.insert().values(**decision_row(decision)))
        append(connection, [entry_of(decision)])
        connection.execute(tables.outbox.insert().values(**message_of(decision, None)))
        return _request(connection, _row(connection, request.request_id))


def bundle(engine: Engine, request: Request, sources: Sources) -> Bundle:
    """The transfers asked for, with their names, from the archive. Raises RegisterError, ArchiveError."""
    if request.state != APPROVED:
        raise RegisterError(
            "not_approved", "Nobody has approved the request yet: `strgw rfi approve` by a named person comes first."
        )
    asked = wording(engine, request, sources.feedback)
    with read(engine) as connection:
        same = (tables.reports.c.report_id == request.report_id) & (tables.reports.c.version == request.version)
        row = connection.execute(select(tables.reports).where(same)).one_or_none()
    raw = dict(sources.reports.read(row.partition, [row.offset])).get(row.offset) if row is not None else None
    if row is None or raw is None or hashlib.sha256(raw).digest() != row.digest:
        raise RegisterError("report_unknown", "The report of the request is not on the topic filings; answer the FIU by hand.")
    found = sources.archive.fetch(REPORT_CODEC.decode(raw).transfers).values()
    wanted = set(asked.transfers)
    transfers = sorted(
        (one for one in found if not wanted or one.transfer_id in wanted),
        key=lambda one: (one.occurred_ms, one.transfer_id, one.uid),
    )
    missing = sorted(wanted - {one.transfer_id for one in transfers})
    return Bundle(request, asked, tuple(transfers), tuple(missing))


def note_export(engine: Engine, request: Request, name: str, files: Mapping[str, bytes], now_ms: int) -> None:
    """Writes into the audit chain who takes the bundle, and the SHA-256 of its files. Raises RegisterError where no person is named."""
    try:
        person_of(name)
    except IllegalDecision as error:
        raise RegisterError(error.code, str(error)) from error
    digests = " ".join(hashlib.sha256(content).hexdigest() for content in files.values())
    facts = {"report_id": request.report_id, "fiu": request.fiu, "reference": request.reference, "sha256": digests}
    with write(engine) as connection:
        append(connection, [Entry(now_ms, " ".join(name.split()), "request_exported", request.request_id, facts)])


def _row(connection: Connection, prefix: str) -> Row[Any]:
    return only_one(connection, tables.requests.c.request_id, prefix, ("request", "`strgw rfi list`"))


def _answer(connection: Connection, request_id: str) -> Row[Any]:
    query = select(tables.answers).join_from(tables.requests, tables.answers).where(tables.requests.c.request_id == request_id)
    return connection.execute(query).one()


def _request(connection: Connection, row: Row[Any]) -> Request:
    decisions = tables.decisions
    decided = connection.execute(
        select(decisions).where((decisions.c.subject == row.request_id) & (decisions.c.effect == HAND_OVER))
    ).first()
    return Request(
        request_id=row.request_id,
        fiu=row.fiu,
        reference=row.reference,
        report_id=row.report_id,
        version=row.version,
        asked=row.asked,
        state=APPROVED if decided else OPEN,
        received_ms=_answer(connection, row.request_id).received_ms,
        due_ms=row.due_ms,
        approved_by=decided.name if decided else "",
        approved_ms=decided.at_ms if decided else 0,
        reason=decided.reason if decided else "",
    )
