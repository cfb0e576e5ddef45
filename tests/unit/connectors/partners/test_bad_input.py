"""Input that means harm, in every format: entities, depth, numbers beyond all bounds, NUL, mixed encodings, turned text, look-alike letters, another's name."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.fius.fincen.text import plain
from connectors.fius.portal.fonts import printable
from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Incoming
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

GOLDEN = Path(__file__).parents[3] / "golden" / "connectors" / "partners" / "formats"
SOURCE = Coordinate("partner.demo.transfers", 0, 7)
ISO = (GOLDEN / "iso20022" / "pacs008_two_in_an_envelope.xml").read_bytes()
EVENT: dict[str, Any] = {
    "schema": "strgw.transfer/1", "transfer_id": "t-1", "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00", "amount": {"value": "40", "currency": "USD"},
    "channel": "wallet_to_wallet", "sender": {"kind": "person", "name": "Akmal Karimov"}, "receiver": {"kind": "person", "name": "Lola"},
}  # fmt: skip
DOCUMENTS = {
    "strgw.transfer/1": json.dumps(EVENT).encode(),
    "iso20022/1": ISO,
    "mt103/1": (GOLDEN / "mt103" / "option_f_outgoing.txt").read_bytes(),
    "mojaloop.fspiop/1": (GOLDEN / "mojaloop.fspiop" / "transfer_with_its_quote.txt").read_bytes(),
    "gsma.mm/1.2": (GOLDEN / "gsma.mm" / "transaction.txt").read_bytes(),
    "ivms101/1": (GOLDEN / "ivms101" / "issue_2020.txt").read_bytes(),
}


def taken(raw: bytes, format_: str = "strgw.transfer/1", partner: str = "demo", headers: Any = ()) -> list[Transfer | Rejection]:
    acceptor = Acceptor(Partner(partner, "Demo", "mto", format_, "KZ", ()), Keyring(b"m" * 32), lambda: 1_800_000_000_000)
    return list(acceptor.take_in(Incoming(raw, headers, 1_777_000_000_000), SOURCE))


def codes(raw: bytes, format_: str = "strgw.transfer/1") -> set[str]:
    found = taken(raw, format_)
    assert all(isinstance(one, Rejection) for one in found), "nothing of it may be taken in"
    return {one.reason_code for one in found if isinstance(one, Rejection)}


def transfer(headers: Any = (), partner: str = "demo", **changes: Any) -> Transfer:
    (found,) = taken(json.dumps(EVENT | changes).encode(), "strgw.transfer/1", partner, headers)
    assert isinstance(found, Transfer)
    return found


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
DOCTYPES = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY l11 "{"a" * 100_000}">]>',
    "file": '<!DOCTYPE x [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>',
    "address": '<!DOCTYPE x [<!ENTITY l11 SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    "outer": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES)
def test_an_iso_document_with_a_dtd_is_refused_whole_in_any_encoding(doctype: str, encoding: str) -> None:
    text = ISO.decode().partition("?>")[2]
    for used in (text, text.replace("</Nm>", "&l11;</Nm>", 1)):
        raw = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{used}'.encode(encoding)
        assert codes(raw, "iso20022/1") <= {"xml_forbidden", "not_xml"}


@pytest.mark.parametrize("format_", ["strgw.transfer/1", "mojaloop.fspiop/1", "gsma.mm/1.2", "ivms101/1"])
@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"transfer_id":"t","sender":{"a":', b'[{"a":['])
def test_json_of_any_depth_ends_in_a_code(format_: str, opening: bytes) -> None:
    assert codes(opening * 30_000, format_) == {"not_json"}
    assert codes(opening * 100_000, format_) <= {"not_json", "too_large"}


def test_xml_of_any_depth_ends_in_a_code() -> None:
    assert codes(b"<a>" * 100_000, "iso20022/1") == {"not_xml"}
    assert codes(b"<a>" * 5_000 + b"</a>" * 5_000, "iso20022/1") == {"not_xml"}


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "1e-999", "9" * 5_000, "NaN", "Infinity", "0x10", "1_000", "١٢", "１２", "1e3"]
)
def test_an_amount_that_is_no_plain_number_is_refused_as_text_and_as_number(number: str) -> None:
    text = json.dumps(EVENT)
    assert codes(text.replace('"40"', json.dumps(number)).encode()) <= {
        "amount_invalid",
        "amount_too_large",
        "amount_not_positive",
    }
    assert codes(text.replace('"40"', number).encode()) <= {"not_json", "field_type", "field_value"}
    mojaloop = DOCUMENTS["mojaloop.fspiop/1"].decode()
    assert codes(mojaloop.replace('"12000"', json.dumps(number)).encode(), "mojaloop.fspiop/1") <= {
        "amount_invalid",
        "amount_too_large",
    }
    iso = ISO.decode().replace(">0087500.50<", f">{number}<")
    assert iso != ISO.decode()
    assert isinstance(taken(iso.encode(), "iso20022/1")[0], Rejection)


def test_a_position_beyond_all_bounds_is_refused() -> None:
    agent = '"send_agent": {"agent_id": "1", "name": "One", "country": "KZ", "city": "Almaty", "lat": %s, "lon": 0}, "channel"'
    for number in ("1e999", "-1e999", "1" * 400, "NaN", "90.1"):
        assert codes(json.dumps(EVENT).replace('"channel"', agent % number).encode()) <= {"not_json", "field_value", "field_type"}


@pytest.mark.parametrize("format_", DOCUMENTS)
def test_nul_bytes_are_refused_or_become_spaces_and_never_stay(format_: str) -> None:
    raw = DOCUMENTS[format_]
    for place in range(0, len(raw), 37):
        for found in taken(raw[:place] + b"\0" + raw[place:], format_):
            assert isinstance(found, Rejection) or b"\\u0000" not in msgspec.json.encode(found)


def test_an_escaped_nul_in_a_name_becomes_a_space() -> None:
    assert transfer(sender={"kind": "person", "name": "Akmal\0Karimov"}).sender.name == "Akmal Karimov"


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(EVENT).encode().replace(b"Lola", "Лола".encode("cp1251")),
        json.dumps(EVENT).encode().replace(b"Lola", b"\xc0\x80"),  # an overlong NUL
        json.dumps(EVENT).encode().replace(b"Lola", b"\xed\xa0\x80"),  # half a character
        json.dumps(EVENT).encode("utf-16"),
        json.dumps(EVENT).encode("utf-32-le"),
        b"\xef\xbb\xbf" + json.dumps(EVENT).encode().replace(b"Lola", b"\xff"),
    ],
)
def test_mixed_encodings_are_refused_in_every_json_format(raw: bytes) -> None:
    for format_ in ("strgw.transfer/1", "mojaloop.fspiop/1", "gsma.mm/1.2", "ivms101/1"):
        assert codes(raw, format_) <= {"not_utf8", "not_json", "avro_not_decodable"}


def test_a_document_that_lies_about_its_encoding_is_refused() -> None:
    text = ISO.decode().partition("?>")[2].replace("</Nm>", "Ж</Nm>", 1)
    for declared, used in (("UTF-8", "cp1251"), ("UTF-16", "utf-8"), ("nonsense", "utf-8")):
        assert codes(f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(used), "iso20022/1") == {"not_xml"}


TURNED = [
    "Akmal\u202e Karimov",
    "\u202dAkmal Karimov\u202c",
    "\u2066Akmal\u2069 Karimov",
    "Akmal\u200f Karimov",
    "Akmal Ka\u200brimov",
    "\ufeffAkmal Karimov",
]


@pytest.mark.parametrize("name", TURNED)
def test_turned_and_hidden_letters_hide_nobody_and_turn_nothing_in_a_report(name: str) -> None:
    found, straight = transfer(sender={"kind": "person", "name": name}), transfer()
    assert found.sender.name == name  # what the partner wrote stays in the record
    assert (found.sender.key, found.sender.name_keys) == (straight.sender.key, straight.sender.name_keys)
    assert plain(name) == printable(name) == "Akmal Karimov"


@pytest.mark.parametrize("name", ["Аkmаl Kаrimоv", "Ａｋｍａｌ Karimov", "AKMAL KARIMOV", "Akmal\u00a0Karimov"])
def test_a_name_in_look_alike_letters_is_the_same_person(name: str) -> None:
    assert transfer(sender={"kind": "person", "name": name}).sender.key == transfer().sender.key


@pytest.mark.parametrize("other", ["t‑1", "t–1", "т-1", "t-１", "t-1\u200b", "t-1 ", "T-1", "t-1\u0301", "t-1\ufeff"])
def test_an_id_in_look_alike_letters_is_another_id(other: str) -> None:
    found, known = transfer(transfer_id=other), transfer()
    assert (found.transfer_id, known.transfer_id) == (other, "t-1")
    assert found.uid != known.uid


def test_a_partner_is_who_its_topic_or_key_says_whatever_the_body_says() -> None:
    for field in ("partner", "partner_id", "scope", "uid", "source"):
        assert codes(json.dumps(EVENT | {field: "other"}).encode()) == {"unknown_field"}
    envelope = {"specversion": "1.0", "id": "1", "source": "/partners/other", "type": "t", "partner": "other", "data": EVENT}
    (found,) = taken(
        json.dumps(envelope).encode(), headers=[("content-type", b"application/cloudevents+json"), ("partner", b"other")]
    )
    assert isinstance(found, Transfer)
    assert (found.partner, found.scope) == ("demo", "partner:demo")


def test_one_transfer_id_of_two_partners_is_two_transfers_and_links_nobody() -> None:
    ours, theirs = transfer(), transfer(partner="other")
    assert ours.uid == hashlib.sha256(b"demo\0t-1").digest()[:16] != theirs.uid
    assert ours.sender.key != theirs.sender.key


def test_every_format_has_a_document_here_or_is_no_text() -> None:
    assert set(FORMATS) - set(DOCUMENTS) == {"iso8583/1", "csv/1"}
