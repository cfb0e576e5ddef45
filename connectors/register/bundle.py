"""The bundle for an FIU's request as files: JSON with everything, CSV with a line for each transfer. The same bundle gives the same bytes."""

import csv
import hashlib
import io
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec

from connectors.register.requests import Bundle
from schemas.money import to_decimal
from schemas.transfer import Agent, Party, Transfer

SCHEMA = "strgw.rfi/1"
# Spreadsheets take a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
PARTY_COLUMNS = (
    "name",
    "kind",
    "customer_number",
    "date_of_birth",
    "nationality",
    "documents",
    "phones",
    "addresses",
    "accounts",
)
COLUMNS = (
    "transfer_id",
    "occurred_at",
    "status",
    "amount",
    "currency",
    "channel",
    *(f"sender_{name}" for name in PARTY_COLUMNS),
    *(f"receiver_{name}" for name in PARTY_COLUMNS),
    "send_country",
    "send_town",
    "send_agent",
    "pay_country",
    "pay_town",
    "pay_agent",
    "purpose",
    "relationship",
)


def files_of(bundle: Bundle) -> dict[str, bytes]:
    """The files by their names."""
    stem = f"rfi-{bundle.request.fiu.lower()}-{bundle.request.request_id[:12]}"
    return {f"{stem}.json": as_json(bundle), f"{stem}.csv": as_csv(bundle)}


def save(files: Mapping[str, bytes], folder: Path) -> list[tuple[Path, str]]:
    """Writes the files, readable by their owner alone; each path with its SHA-256 in hex."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files.items():
        path = folder / name
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
        written.append((path, hashlib.sha256(content).hexdigest()))
    return written


def as_json(bundle: Bundle) -> bytes:
    """Request, approval and transfers as one document in UTF-8."""
    request = bundle.request
    document = {
        "schema": SCHEMA,
        "request": {
            "fiu": request.fiu,
            "reference": request.reference,
            "report_id": request.report_id,
            "version": request.version,
            "scope": bundle.asked.scope,
            "purpose": bundle.asked.purpose,
            "legal_basis": bundle.asked.legal_basis,
            "received_at": _utc(request.received_ms),
            "due_at": _utc(request.due_ms) if request.due_ms is not None else None,
            "transfers": list(bundle.asked.transfers),
        },
        "approval": {"approved_by": request.approved_by, "approved_at": _utc(request.approved_ms), "reason": request.reason},
        "not_in_report": list(bundle.not_in_report),
        "transfers": [_line(transfer) for transfer in bundle.transfers],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def as_csv(bundle: Bundle) -> bytes:
    """A heading and a line for each transfer, UTF-8 with a byte order mark, so that spreadsheets read every script."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for transfer in bundle.transfers:
        line = _line(transfer)
        writer.writerow([_cell(line[column]) for column in COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _line(transfer: Transfer) -> dict[str, Any]:
    return {
        "transfer_id": transfer.transfer_id,
        "occurred_at": _local(transfer.occurred_ms, transfer.utc_offset_min),
        "status": transfer.status,
        "amount": f"{to_decimal(transfer.amount):f}",
        "currency": transfer.amount.currency,
        "channel": transfer.channel,
        **_party("sender", transfer.sender),
        **_party("receiver", transfer.receiver),
        "send_country": transfer.send_place.country,
        "send_town": transfer.send_place.town,
        "send_agent": _agent(transfer.send_agent),
        "pay_country": transfer.pay_place.country,
        "pay_town": transfer.pay_place.town,
        "pay_agent": _agent(transfer.pay_agent),
        "purpose": transfer.purpose,
        "relationship": transfer.relationship,
    }


def _party(side: str, party: Party | None) -> dict[str, Any]:
    if party is None:
        return {f"{side}_{name}": None for name in PARTY_COLUMNS}
    values = (
        party.name,
        party.kind,
        party.party_id,
        party.date_of_birth,
        party.nationality,
        "; ".join(f"{one.type} {one.number} {one.country}" for one in party.documents),
        "; ".join(party.phones),
        "; ".join(", ".join(filter(None, (one.line, one.city, one.country))) for one in party.addresses),
        "; ".join(f"{one.type} {one.number}" for one in party.accounts),
    )
    return {f"{side}_{name}": value for name, value in zip(PARTY_COLUMNS, values, strict=True)}


def _agent(agent: Agent | None) -> str | None:
    return f"{agent.name} ({agent.agent_id}), {agent.city}, {agent.country}" if agent is not None else None


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat()


def _local(ms: int, offset_min: int) -> str:
    return datetime.fromtimestamp(ms // 1000, timezone(timedelta(minutes=offset_min))).isoformat()
