"""A report with everything its rendering needs, as one JSON document (`strgw.report/1`): what was filed can be rendered again by anyone.

Every field of the structs stands in it under its own name: `report` (schemas.report.Report), `partner` (schemas.registry.Partner) and
`transfers` (schemas.transfer.Transfer); bytes as hex, amounts as {minor, currency}, fields at their defaults left out. Reading what
was written gives the same report. A document made elsewhere may leave out the keys: they are then derived from what they stand for.
"""

import hashlib
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from connectors.fius.resolve import merge_parties
from connectors.fius.resolved import ResolvedReport
from schemas.filing import INITIAL, SUPPLEMENTARY
from schemas.finding import Evidence
from schemas.registry import Fiu, Partner
from schemas.report import Clock, FilingPlan, Report
from schemas.transfer import Transfer
from streams.domain.canonical import transfer_uid

SCHEMA = "strgw.report/1"
# What a document made elsewhere need not say about a report.
_DEFAULTS = {
    "version": 1, "state": "open", "scope": "", "score": 1.0, "urgent": False, "do_not_block": False, "findings": [], "parties": [],
    "completeness": {}, "filings": [], "considered": [], "typologies": [],
}  # fmt: skip
_KEY_BYTES = 16


class DocumentError(Exception):
    """A document that is no report; one sentence for people. `code` is stable."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class ReportDocument(msgspec.Struct, frozen=True):
    """A report, the partner that files it, and its transfers."""

    report: Report
    partner: Partner
    transfers: tuple[Transfer, ...]

    def resolved(self, fiu: Fiu) -> ResolvedReport:
        """The report for `fiu`: by its own plan for that FIU, else under the partner's licence in the FIU's country.

        Raises  DocumentError("licence_missing"), connectors.fius.resolve.ResolveError
        """
        ordered = sorted(self.transfers, key=lambda t: (t.occurred_ms, t.transfer_id, t.uid))
        plan = next((plan for plan in self.report.filings if plan.fiu == fiu.id and plan.obligation != "spontaneous"), None)
        return ResolvedReport(
            report=self.report,
            plan=plan or self._plan(fiu),
            fiu=fiu,
            partner=self.partner,
            transfers={transfer.uid: transfer for transfer in ordered},
            parties=merge_parties(self.report.parties, ordered),
            # A document does not say what the FIU has; a later version is taken to follow one that was filed.
            relation=SUPPLEMENTARY if self.report.version > 1 else INITIAL,
            standing="" if self.report.version > 1 else None,
        )

    def _plan(self, fiu: Fiu) -> FilingPlan:
        licence = next((licence for licence in self.partner.licences if licence.country == fiu.country), None)
        if licence is None:
            raise DocumentError(
                "licence_missing",
                f"The partner {self.partner.id} has no licence in {fiu.country}; add one to the document, with its registration at {fiu.acronym}.",
            )
        formed = self.report.suspicion_formed_ms
        clock = Clock(formed, (), formed)
        return FilingPlan(fiu.id, fiu.country, "file", "ready", licence.registration, licence.branch, (), clock)


def encode(report: Report, partner: Partner, transfers: Iterable[Transfer]) -> bytes:
    """The document, indented JSON in UTF-8, the same bytes for the same report."""
    document = {"schema": SCHEMA, "report": _map(report), "partner": _map(partner), "transfers": [_map(t) for t in transfers]}
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def decode(raw: bytes) -> ReportDocument:
    """The report in a document. Raises DocumentError, with the place in the document."""
    try:
        document = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise DocumentError("document_not_json", f"The document is not JSON ({error}); give a file of {SCHEMA}.") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise DocumentError("document_schema", f'The document must say "schema": "{SCHEMA}".')
    rows = [_with_keys(row) for row in _list(document.get("transfers"), "transfers")]
    transfers = tuple(_built(Transfer, row, f"transfers[{number}]") for number, row in enumerate(rows))
    partner = _built(Partner, document.get("partner"), "partner")
    head = document.get("report")
    if not isinstance(head, dict):
        raise DocumentError("document_invalid", "report: an object is expected.")
    head = _DEFAULTS | head
    head["parties"] = [_with_key(party) for party in _list(head["parties"], "report.parties")]
    head.setdefault("transfers", [_map(_evidence(transfer, number)) for number, transfer in enumerate(transfers)])
    return ReportDocument(_built(Report, head, "report"), partner, transfers)


def _list(raw: object, at: str) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        raise DocumentError("document_invalid", f"{at}: a list of objects is expected.")
    return raw


def _map(value: object) -> object:
    """A struct as an object with its fields by name, whatever its own encoding is."""
    if isinstance(value, msgspec.Struct):
        told = {}
        for field in msgspec.structs.fields(value):
            item = getattr(value, field.name)
            if field.required or item != field.default:
                told[field.name] = _map(item)
        return told
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {cast(str, _map(key)): _map(item) for key, item in value.items()}
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half a character cannot be said in JSON
    return [_map(item) for item in value] if isinstance(value, (tuple, list)) else value


def _built(kind: Any, raw: Any, at: str) -> Any:
    """The value of type `kind` that `raw` stands for. Raises DocumentError."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return None if raw is None else _built(next(one for one in inner if one is not type(None)), raw, at)
    if origin is tuple:
        kinds = [inner[0]] * len(raw) if inner[-1] is Ellipsis and isinstance(raw, list) else inner
        if not isinstance(raw, list) or len(kinds) != len(raw):
            raise DocumentError("document_invalid", f"{at}: a list is expected.")
        return tuple(_built(one, item, f"{at}[{number}]") for number, (one, item) in enumerate(zip(kinds, raw, strict=True)))
    if origin is dict and isinstance(raw, dict):
        return {_built(inner[0], key, at): _built(inner[1], item, f"{at}.{key}") for key, item in raw.items()}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind, raw, at)
    try:
        return bytes.fromhex(raw) if kind is bytes else msgspec.convert(raw, kind)
    except (ValueError, TypeError, msgspec.ValidationError) as error:
        raise DocumentError("document_invalid", f"{at}: {error}.") from error


def _struct(kind: type[msgspec.Struct], raw: Any, at: str) -> msgspec.Struct:
    if not isinstance(raw, dict):
        raise DocumentError("document_invalid", f"{at}: an object is expected.")
    fields, hints = msgspec.structs.fields(kind), get_type_hints(kind)
    unknown = set(raw) - {field.name for field in fields}
    missing = [field.name for field in fields if field.required and field.name not in raw]
    if unknown or missing:
        what = f"the field {min(unknown)} is not known" if unknown else f"the field {missing[0]} is missing"
        raise DocumentError("document_invalid", f"{at}: {what}.")
    return kind(**{name: _built(hints[name], item, f"{at}.{name}") for name, item in raw.items()})


def _hash(*words: object) -> str:
    return hashlib.sha256("|".join(map(str, words)).encode("utf-8", "replace")).digest()[:_KEY_BYTES].hex()


def _with_key(party: dict[str, Any]) -> dict[str, Any]:
    """A party of the report, or of a transfer, that is named by its customer number (else its name) instead of a key."""
    if "key" in party:
        return party
    named = party.get("party_id") or party.get("name")
    party = {"why": ""} | party | {"key": _hash("party", named)}
    return {name: value for name, value in party.items() if name in ("key", "role", "why")} if "role" in party else party


def _with_keys(row: dict[str, Any]) -> dict[str, Any]:
    row = {"scope": "", "utc_offset_min": 0, "usd_minor": 0, "status": "paid", **row}
    row.setdefault("uid", transfer_uid(str(row.get("partner")), str(row.get("transfer_id"))).hex())
    row.setdefault("digest", row["uid"])
    for end in ("sender", "receiver"):
        party = row.get(end)
        if isinstance(party, dict) and "key" not in party:
            row[end] = {"kind": "person", **party, "key": _hash("party", party.get("party_id") or party.get("name"))}
    for end in ("send_agent", "pay_agent"):
        agent = row.get(end)
        if isinstance(agent, dict) and "key" not in agent:
            row[end] = {**agent, "key": _hash("agent", agent.get("agent_id"))}
    row.setdefault("receiver", None)
    return row


def _evidence(t: Transfer, number: int) -> Evidence:
    ends = (
        t.partner,
        t.sender.key,
        t.receiver.key if t.receiver else None,
        t.amount.minor,
        t.amount.currency,
        t.usd_minor,
        t.channel,
    )
    places = (t.send_place.country, t.pay_place.country, t.send_place.town, t.pay_place.town)
    return Evidence(t.uid, 0, 0, number, t.occurred_ms, *ends, *places)
