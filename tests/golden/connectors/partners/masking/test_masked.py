"""Masked records: nothing that a person could be known by is left in any format, and what tells the mistake is.

The oracle is the transfer written by hand beside each golden document: what it says of its parties may not be seen in the masked record.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.partners.formats import FORMATS
from connectors.partners.masking import masked
from schemas.registry import Partner
from schemas.wire import schema_registry

FORMATS_HERE = Path(__file__).parents[1] / "formats"
CASES = sorted(path.with_suffix("") for path in FORMATS_HERE.glob("*/*.json"))
NATIVE = {
    "schema": "strgw.transfer/1", "transfer_id": "T-77", "status": "sent", "occurred_at": "2026-01-05T18:42:10+05:00",
    "amount": {"value": "40.00", "currency": "USD"}, "channel": "cash_to_cash", "purpose": "help for aunt Zebo",
    "sender": {
        "kind": "person", "name": "Akmal Karimov", "party_id": "CUST-8812", "date_of_birth": "1990-05-17", "phones": ["+998901234567"],
        "documents": [{"type": "passport", "number": "AA4455667", "country": "UZ"}], "emails": ["akmal@example.org"], "ip": "203.0.113.77",
        "addresses": [{"line": "Navoi 12", "city": "Karshi", "country": "UZ"}], "devices": ["tab-5521"],
    },
    "receiver": {"kind": "person", "name": "\u041b\u043e\u043b\u0430 \u041a\u0430\u0440\u0438\u043c\u043e\u0432\u0430", "accounts": [{"type": "card", "number": "8600123412341234"}]},
    "flags": [{"code": "coached", "note": "a man beside her answered"}],
}  # fmt: skip
SHOWN = ("kind", "type", "country")  # of a party: what says nothing of it


def partner(format_: str, folder: Path | None = None) -> Partner:
    mapping = folder / "mapping.yaml" if folder else None
    return Partner("demo", "Demo", "mto", format_, "KZ", (), mapping=str(mapping) if mapping and mapping.exists() else "")


def personal(transfer: dict[str, Any]) -> Iterator[str]:
    """The words and numbers of the parties, of the purpose and of notes."""
    for side in ("sender", "receiver"):
        yield from _words(transfer.get(side, {}))
    yield from _words([transfer.get("purpose", ""), [flag.get("note", "") for flag in transfer.get("flags", [])]])


def _words(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for key, value in said.items():
            if key not in SHOWN:
                yield from _words(value)
    elif isinstance(said, list):
        for value in said:
            yield from _words(value)
    else:
        yield from (word for word in re.findall(r"\w+", str(said)) if len(word) > 2 and not set(word) <= set("xX9"))


def format_of(case: Path) -> str:
    return next(name for name in FORMATS if name.partition("/")[0] == case.parent.name)


def text_of(raw: bytes) -> str:
    return masked(raw, partner("strgw.transfer/1"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_nothing_of_a_person_is_seen_in_a_document_of_any_format(case: Path) -> None:
    (path,) = [path for path in case.parent.glob(f"{case.name}.*") if path.suffix != ".json"]
    seen = re.sub(r'xmlns(:\w+)?="[^"]*"', "", masked(path.read_bytes(), partner(format_of(case), case.parent)))
    words = [word for transfer in msgspec.json.decode(case.with_suffix(".json").read_bytes()) for word in personal(transfer)]
    assert words
    # What stands in the record outside the parties too (an institution's BIC, an amount) is no secret.
    assert [word for word in words if re.search(rf"\b{word}\b", seen) and not re.search(rf"\b{word}\b", _open_part(case))] == []
    assert len(seen) > 100, "the structure is there"


def _open_part(case: Path) -> str:
    transfers = msgspec.json.decode(case.with_suffix(".json").read_bytes())
    return json.dumps(
        [{key: value for key, value in t.items() if key not in ("sender", "receiver", "purpose", "flags")} for t in transfers],
        ensure_ascii=False,
    )


@pytest.mark.parametrize("form", ["json", "avro", "event"])
def test_nothing_of_a_person_is_seen_in_our_own_format(form: str) -> None:
    raw = json.dumps(NATIVE).encode()
    if form == "avro":
        raw = schema_registry().encode("transfer", NATIVE)
    if form == "event":
        raw = json.dumps({"specversion": "1.0", "id": "Akmal", "source": "/Karimov", "type": "t", "data": NATIVE}).encode()
    seen = text_of(raw)
    assert [word for word in personal(NATIVE) if word in seen] == []
    for plain in (
        "T-77",
        "sent",
        "2026-01-05T18:42:10+05:00",
        "40.00",
        "USD",
        "cash_to_cash",
        "passport",
        "coached",
        "+999999999999",
        "9999-99-99",
    ):
        assert plain in seen


@pytest.mark.parametrize("cut", range(20, 900, 37))
def test_nothing_of_a_person_is_seen_in_a_record_that_was_cut_off(cut: int) -> None:
    seen = text_of(json.dumps(NATIVE, ensure_ascii=False).encode()[:cut])
    assert [word for word in personal(NATIVE) if word in seen] == []


@pytest.mark.parametrize(
    "raw",
    [
        b"Akmal Karimov;+998901234567;AA4455667",
        b"\xff\xfeA\x00k\x00m\x00Akmal Karimov",
        b'{"Akmal Karimov": 8600123412341234, "Akmal Karimov": "AA4455667"}',
        b'{"status": "Akmal Karimov", "amount": {"value": "Karimov"}}',
        b"<a><!-- Akmal --><b name='Akmal Karimov'>+998901234567</b>Karimov</a>",
        b"<!DOCTYPE a [<!ENTITY x 'Akmal'>]><a>&x;Karimov<Nm>&x; AA4455667</Nm></a>",
        b"<a><Nm>Akmal Karimov",
        b"{1:F01ALFARUMMAXXX0000000000}{2:I103KKBZKZKXXXXXN}{4:\n:50K:/8600123412341234\nAkmal Karimov\n:20:Akmal Karimov\n",
        b"{1:F01Akmal}{4:\n:50K:Akmal Karimov\n:70:AA4455667\n-}",
        b"\x00\x00\x00\x00\x01Akmal Karimov",
        b"[" * 100_000 + b'"Akmal Karimov"',
    ],
)
@pytest.mark.parametrize("format_", ["strgw.transfer/1", "iso8583/1", "csv/1", ""])
def test_nothing_of_a_person_is_seen_in_what_cannot_be_read(raw: bytes, format_: str) -> None:
    seen = masked(raw, partner(format_) if format_ else None)
    assert [word for word in ("Akmal", "Karimov", "998901234567", "AA4455667", "8600123412341234") if word in seen] == []


def test_a_key_given_twice_is_seen_twice() -> None:
    assert text_of(b'{"status": "sent", "status": "paid"}').count('"status"') == 2


def test_a_long_record_is_cut_and_says_so() -> None:
    seen = text_of(json.dumps([NATIVE] * 500).encode())
    assert len(seen) < 101_000
    assert "characters more" in seen
