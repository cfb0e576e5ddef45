"""What any decoder must have kept to, said without the decoders: what is accepted fits the published schema, what is refused has a published code."""

import hashlib
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from connectors.partners.accept import Rejection
from connectors.partners.receipts import ReceiptLine, encode_receipts
from schemas.transfer import Transfer
from tests.fuzz.samples import ROOT

NOW_MS = 1_800_000_000_000
_EARLIEST_MS, _SKEW_MS = 946_684_800_000, 600_000
_STATUSES = frozenset({"sent", "paid", "refunded", "changed", "cancelled"})
_CHANNELS = frozenset(
    "cash_to_cash cash_to_wallet wallet_to_cash wallet_to_wallet account_to_cash bank_transfer card payroll cash_in cash_out merchant virtual_asset".split()
)
_TWO, _THREE, _DAY = (
    re.compile(r"[A-Z]{2}"),
    re.compile(r"[A-Z]{3}"),
    re.compile(r"(19|20|00|0[1-9]|1[0-8]|[2-9]\d)\d\d-[01]\d-[0-3]\d"),
)
_CONTROL = re.compile(r"[\x00-\x1f]")
LONGEST_SENTENCE = 600


class Broken(AssertionError):
    """A property does not hold."""


def demand(holds: object, what: str) -> None:
    """Raises Broken where it does not hold."""
    if not holds:
        raise Broken(what)


@lru_cache
def published_codes() -> frozenset[str]:
    """The reason codes of docs/partners.md."""
    page = (ROOT / "docs" / "partners.md").read_text().partition("## Reason codes")[2]
    return frozenset(re.findall(r"^\| `([a-z0-9_]+)` \|", page, re.MULTILINE))


@lru_cache
def native_schema() -> Validator:
    """The native format as it is published."""
    found: Validator = Draft202012Validator(
        json.loads(files("schemas").joinpath("native.schema.json").read_bytes()),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    return found


def check_results(results: Sequence[Transfer | Rejection], partner: str) -> str:
    """What became of a record, in a word or two. Raises Broken."""
    demand(results, "a record ends as nothing at all")
    for index, result in enumerate(results):
        demand(result.source.index == index, "an index is not the place")
        if isinstance(result, Transfer):
            check_transfer(result, partner)
        else:
            _check_rejection(result)
    refused = next((one.reason_code for one in results if isinstance(one, Rejection)), "")
    return f"refused {refused}" if refused else "accepted"


def _check_rejection(found: Rejection) -> None:
    demand(found.reason_code in published_codes(), f"the code {found.reason_code} is not in docs/partners.md")
    demand(0 < len(found.reason) <= LONGEST_SENTENCE and found.reason.isprintable(), f"no sentence: {found.reason[:200]!r}")
    demand(found.raw_sha256 == hashlib.sha256(found.raw).hexdigest(), "the digest is not that of what is kept")
    demand(found.transfer_id is None or 1 <= len(found.transfer_id) <= 64, "a transfer id out of bounds")
    line = ReceiptLine(found.source.offset, found.transfer_id, found.reason_code, found.reason, found.source.index)
    encode_receipts("demo", 0, [line])
    msgspec.msgpack.encode(found)


def check_transfer(found: Transfer, partner: str) -> None:
    """Raises Broken."""
    demand(found.partner == partner, "the partner is not the registered one")
    demand(found.uid == hashlib.sha256(f"{partner}\0{found.transfer_id}".encode()).digest()[:16], "the uid is of another id")
    demand(1 <= len(found.transfer_id) <= 64, "transfer_id out of bounds")
    demand(found.status in _STATUSES and found.channel in _CHANNELS, "an unknown status or channel")
    demand(0 < found.amount.minor <= 10**15 and _THREE.fullmatch(found.amount.currency), "an amount out of bounds")
    demand(_EARLIEST_MS <= found.occurred_ms <= NOW_MS + _SKEW_MS and -720 <= found.utc_offset_min <= 840, "a time out of bounds")
    demand((found.receiver is None) == (found.channel == "cash_out"), "a receiver missing or too many")
    for party in filter(None, (found.sender, found.receiver)):
        _check_party(party)
    for agent in filter(None, (found.send_agent, found.pay_agent)):
        demand(
            _TWO.fullmatch(agent.country) and agent.agent_id and (agent.lat is None) == (agent.lon is None),
            "an agent out of bounds",
        )
    for text in _texts(msgspec.to_builtins(found)):
        demand(not _CONTROL.search(text), "a control character was kept")
    msgspec.msgpack.encode(found)  # raises UnicodeEncodeError for half a character


def _check_party(party: Any) -> None:
    demand(party.kind in ("person", "entity") and 1 <= len(party.name) <= 200, "a party's kind or name")
    demand(party.nationality is None or _TWO.fullmatch(party.nationality), "a nationality")
    demand(party.date_of_birth is None or _DAY.fullmatch(party.date_of_birth), "a day of birth")
    for held in (party.documents, party.phones, party.emails, party.devices, party.addresses, party.accounts):
        demand(len(held) <= 16, "too many of one kind")
    demand(all(_TWO.fullmatch(one.country) for one in (*party.documents, *party.addresses)), "a country")


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict | list | tuple):
        return [text for one in (value.values() if isinstance(value, dict) else value) for text in _texts(one)]
    return []


def check_canonical(canonical: bytes) -> None:
    """That the event which was made of a record is one of the published native format. Raises Broken."""
    said = json.loads(canonical)
    fault = next(native_schema().iter_errors(said), None)
    demand(
        fault is None,
        f"accepted, though the native schema forbids it at {list(fault.absolute_path) if fault else ''}: {fault.validator if fault else ''}",
    )
