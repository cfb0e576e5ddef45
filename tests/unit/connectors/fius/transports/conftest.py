"""A filing to an FIU, and folders to carry it through."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from connectors.fius.transports.channel import Outgoing
from schemas.filing import Filing

PAYLOAD = b"<report><entity_reference>r1.v1</entity_reference></report>"


def filing(**changes: Any) -> Filing:
    payload = changes.get("payload", PAYLOAD)
    fields: dict[str, Any] = {
        "filing_id": "a" * 32,
        "report_id": "b" * 32,
        "version": 1,
        "fiu": "AE",
        "obligation": "file",
        "media_type": "application/xml",
        "schema_id": "goaml-ae",
        "schema_version": "5.0.2",
        "file_name": "STR_AE_r1-v1.xml",
        "sha256": hashlib.sha256(payload).hexdigest(),
        "due_at_ms": 1_800_000_000_000,
        "suspicion_formed_at_ms": 1_700_000_000_000,
        "urgent": False,
        "do_not_block": False,
        "supersedes": (),
        "summary": "TIP",
        "payload": payload,
    }
    return Filing(**(fields | changes))


def outgoing(payload: bytes = PAYLOAD, name: str = "STR_AE_r1-v1.xml") -> Outgoing:
    return Outgoing("a" * 32, "r1.v1", name, "application/xml", payload)


@pytest.fixture
def filing_of() -> Callable[..., Filing]:
    return filing


@pytest.fixture
def outgoing_of() -> Callable[..., Outgoing]:
    return outgoing
