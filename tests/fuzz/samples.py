"""The documents that are damaged: our own golden ones, and those of the shared references where they are at hand."""

import io
import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from schemas.wire import schema_registry

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "connectors" / "partners" / "formats"
SHARED = ROOT.parent / "shared" / "reference"
# By format: our folder, and what of the shared references is a document of it.
_PLACES = {
    "iso20022/1": ("iso20022", "formats/iso20022/samples/*.xml"),
    "mt103/1": ("mt103", "formats/mt103/*"),
    "iso8583/1": ("iso8583", "formats/iso8583/*.hex"),
    "mojaloop.fspiop/1": ("mojaloop.fspiop", "formats/mojaloop/*.json"),
    "gsma.mm/1.2": ("gsma.mm", "formats/gsma_mm/*.json"),
    "ivms101/1": ("ivms101", "formats/ivms101/*.json"),
    "csv/1": ("csv", ""),
}
PARTY: dict[str, Any] = {
    "kind": "person", "name": "Азиз Тошматов", "party_id": "418820057", "date_of_birth": "1990-02-01", "nationality": "UZ", "occupation": "farm worker",
    "documents": [{"type": "passport", "number": "AB4827713", "country": "UZ"}], "phones": ["+77053318842", "8 (705) 331-88-42"], "emails": ["a@example.com"],
    "devices": ["d-3f09"], "ip": "2001:db8:4c1::17", "addresses": [{"line": "mkr. Nursat 41", "city": "Shymkent", "country": "KZ"}],
    "accounts": [{"type": "wallet", "number": "+77053318842"}, {"type": "iban", "number": "KZ86125KZT5004100100"}], "customer_since": "2023-01-01",
}  # fmt: skip
AGENT = {"agent_id": "KZ1", "name": "Nur", "country": "KZ", "city": "Shymkent", "lat": 42.3312, "lon": 69}
FULL: dict[str, Any] = {
    "schema": "strgw.transfer/1", "transfer_id": "t-1", "status": "paid", "occurred_at": "2024-05-17T18:42:10.5+05:00", "amount": {"value": "250.00", "currency": "USD"},
    "channel": "cash_to_cash", "purpose": "family support", "relationship": "mother", "merchant_category": "4829", "sender": PARTY, "receiver": {**PARTY, "kind": "entity"},
    "send_agent": AGENT, "pay_agent": AGENT, "flags": [{"code": "escorted", "note": "A second man answered."}],
}  # fmt: skip


@lru_cache
def documents(format_: str, shared: Path = SHARED) -> tuple[bytes, ...]:
    """Whole documents of a format, good ones and bad ones."""
    if format_ == "strgw.transfer/1":
        return _native(shared)
    folder, pattern = _PLACES[format_]
    own = sorted(path for path in (GOLDEN / folder).iterdir() if path.suffix not in (".json", ".yaml", ".py"))
    foreign = sorted(shared.glob(pattern)) if pattern and shared.exists() else []
    return tuple(path.read_bytes() for path in (*own, *foreign))


def _native(shared: Path) -> tuple[bytes, ...]:
    meant = [event for path in sorted(GOLDEN.glob("*/*.json")) for event in json.loads(path.read_bytes())]
    found = [json.dumps(event, ensure_ascii=False).encode() for event in (FULL, *meant)]
    for path in sorted(shared.glob("formats/native/*.json*")) if shared.exists() else ():
        found += (
            [line for line in path.read_bytes().splitlines() if line.strip()] if path.suffix == ".jsonl" else [path.read_bytes()]
        )
    return tuple(found)


@lru_cache
def avro() -> tuple[bytes, ...]:
    """Native events as Avro records in the Confluent wire format."""
    return tuple(schema_registry().encode("transfer", json.loads(raw)) for raw in _native(Path("/nowhere")))


@lru_cache
def answers() -> tuple[bytes, ...]:
    """What FIUs answer: receipts, lists of a goAML service, FinCEN's acknowledgement, texts, and ZIPs of these."""
    receipt = {
        "schema": "strgw.receipt/1", "filing_id": "F-1", "status": "rejected", "fiu_reference": "R-1", "text": "see", "errors": [{"code": "E1", "text": "no date", "path": "report/date"}],
    }  # fmt: skip
    asked = {
        "reference": "RFI-1",
        "scope": "all",
        "purpose": "p",
        "legal_basis": "art. 9",
        "due_at": "2026-12-01T12:00:00+04:00",
        "transfers": ["t"],
    }
    request = {"schema": "strgw.receipt/1", "reference": "x.v1", "status": "information_requested", "request": asked}
    listed = {
        "value": [
            {"ReportKey": "K-7", "Status": "Rejected", "Errors": "no indicator\nno reason"},
            {"ReportKey": 8, "Status": "Processed", "Errors": [{"a": 1}]},
        ]
    }
    plain = [json.dumps(one).encode() for one in (receipt, request, listed)] + [
        _ATOM,
        acknowledgement(),
        b"no such report\nnor this",
    ]
    return (*plain, *(zipped(plain, packed) for packed in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


_ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">
<entry><content type="application/xml"><m:properties><d:ReportKey>K-7</d:ReportKey><d:Status>Rejected</d:Status><d:Errors>no indicator</d:Errors></m:properties></content></entry></feed>"""


def acknowledgement() -> bytes:
    """FinCEN's answer to a batch, with a warning and an error."""
    error = (
        '<EFilingActivityErrorXML SeqNum="{}"><ErrorContextText>Activity[3]/Party[25]/PartyName[26]</ErrorContextText><ErrorElementNameText>RawIndividualFirstName'
        "</ErrorElementNameText><ErrorLevelText>{}</ErrorLevelText><ErrorText>It is not recorded.</ErrorText><ErrorTypeCode>C4</ErrorTypeCode></EFilingActivityErrorXML>"
    )
    return (
        '<?xml version="1.0"?><EFilingBatchXML StatusCode="A" SeqNum="1"><EFilingSubmissionXML SeqNum="2" StatusCode="A"><EFilingActivityXML SeqNum="3">'
        f"<BSAID>31000055053784</BSAID>{error.format(4, 'WARN')}{error.format(5, 'FATAL')}</EFilingActivityXML></EFilingSubmissionXML></EFilingBatchXML>"
    ).encode()


def zipped(members: list[bytes], packed: int = zipfile.ZIP_DEFLATED, ending: str = "txt") -> bytes:
    """A ZIP of these, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        for number, raw in enumerate(members):
            archive.writestr(zipfile.ZipInfo(f"a{number}.{ending}", (2026, 1, 1, 0, 0, 0)), raw, packed)
    return out.getvalue()
