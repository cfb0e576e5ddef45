"""From the partner's words to the canonical transfer."""

import hashlib
from typing import Any

import pytest

from schemas.native_reading import from_fields
from schemas.native_rules import check
from schemas.registry import Partner
from schemas.transfer import ACCOUNT, DOCUMENT, EMAIL, PARTY, PHONE, Coordinate, Place, Transfer
from streams.domain.canonical import Canon
from streams.domain.identity import Keyring

NOW_MS = 1_800_000_000_000
SOURCE = Coordinate("partner.demo.transfers", 2, 99)
RING = Keyring(b"m" * 32)
PARTNER = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())
DOCUMENTS = [
    {"type": "passport", "number": "ab 4827713", "country": "UZ"},
    {"type": "national_id", "number": "41209660710043", "country": "UZ"},
]
HOME = {"line": "mkr. Nursat 41", "city": "Шымкент", "country": "KZ"}
SENDER: dict[str, Any] = {"kind": "person", "name": "Азиз Тошматов"}
RECEIVER: dict[str, Any] = {"kind": "person", "name": "Gulnora Toshmatova"}
AGENT = {"agent_id": "KZ1", "name": "Nur", "country": "KZ", "city": "Korday", "lat": 0, "lon": 0.5}


EVENT: dict[str, Any] = {
    "schema": "strgw.transfer/1",
    "transfer_id": "t-1",
    "status": "sent",
    "occurred_at": "2024-05-17T18:42:10+05:00",
    "amount": {"value": "100.50", "currency": "EUR"},
    "channel": "cash_to_cash",
    "sender": SENDER,
    "receiver": RECEIVER,
}


def made(partner: Partner = PARTNER, **changes: Any) -> Transfer:
    reading = from_fields({**EVENT, **changes})
    return Canon(partner, RING).transfer(reading, check(reading.event, NOW_MS), SOURCE)


def sender(partner: Partner = PARTNER, **fields: Any) -> Transfer:
    return made(partner, sender={**SENDER, **fields})


def key(kind: int, form: str) -> bytes:
    return RING.key("partner:demo", kind, form)


FULL = {
    **SENDER, "party_id": "418820057", "date_of_birth": "1990-02-01", "nationality": "UZ", "occupation": "driver", "documents": DOCUMENTS,
    "phones": ["+77053318842"], "emails": ["a@example.com"], "devices": ["d-1"], "ip": "203.0.113.7", "addresses": [HOME],
    "accounts": [{"type": "wallet", "number": "+77053318842"}], "customer_since": "2023-01-01",
}  # fmt: skip


@pytest.mark.parametrize("field", [name for name in FULL if name not in SENDER])
def test_a_party_that_differs_from_one_seen_before_in_one_field_is_made_as_if_it_were_the_first(field: str) -> None:
    canon = Canon(PARTNER, RING)
    less = {name: value for name, value in FULL.items() if name != field}
    for fields in (FULL, less, {**less, "name": "Umid Sobirov"}, {**FULL, "kind": "entity"}, less, FULL):
        event = from_fields({**EVENT, "sender": fields})
        transfer = canon.transfer(event, check(event.event, NOW_MS), SOURCE)
        assert transfer == made(sender=fields)


def test_money_time_and_coordinates_are_carried_over() -> None:
    transfer = made()
    assert (transfer.amount.minor, transfer.amount.currency, transfer.usd_minor) == (10050, "EUR", 10877)
    assert (transfer.occurred_ms, transfer.utc_offset_min) == (1_715_953_330_000, 300)
    assert transfer.source == SOURCE
    assert transfer.uid == hashlib.sha256(b"demo\0t-1").digest()[:16]


def test_the_digest_tells_new_content_from_a_duplicate() -> None:
    assert made().digest == made(sender={**SENDER, "phones": []}).digest
    assert made().digest != made(status="paid").digest
    assert made().uid == made(status="paid").uid


@pytest.mark.parametrize(
    ("fields", "form"),
    [
        ({"party_id": "418820057", "documents": DOCUMENTS, "phones": ["+77053318842"]}, "customer|demo|418820057"),
        ({"documents": DOCUMENTS, "phones": ["+77053318842"]}, "document|national_id|UZ|41209660710043"),
        ({"party_id": "N/A", "documents": DOCUMENTS[:1]}, "document|passport|UZ|AB4827713"),
        ({"documents": [{**DOCUMENTS[0], "number": "0000"}], "phones": ["+7 705 331 88 42"]}, "phone|+77053318842|mst z"),
        ({"date_of_birth": "1990-02-01", "addresses": [HOME]}, "name|mst z|1990-02-01|KZ/shymkent"),
        ({"phones": ["0000000"]}, "name|mst z||"),
    ],
)
def test_a_party_is_known_by_the_best_it_is_known_by(fields: dict[str, Any], form: str) -> None:
    assert sender(**fields).sender.key == key(PARTY, form)


def test_the_order_of_documents_does_not_make_another_person() -> None:
    assert sender(documents=DOCUMENTS).sender.key == sender(documents=DOCUMENTS[::-1]).sender.key


def test_each_identifier_has_one_key_and_a_placeholder_none() -> None:
    party = sender(
        documents=[DOCUMENTS[0], {**DOCUMENTS[0], "number": "AB4827713"}, {**DOCUMENTS[1], "number": "0000"}],
        phones=["+7 705 331 88 42", "8 705 331 88 42", "+70000000000"],
        emails=["A@b.c", "noemail@x.y"],
        accounts=[{"type": "account", "number": "4469 8483"}],
        ip="192.168.0.1",
    ).sender
    assert [(known.kind, known.key) for known in party.identifiers] == [
        (DOCUMENT, key(DOCUMENT, "passport|UZ|AB4827713")),
        (PHONE, key(PHONE, "+77053318842")),
        (ACCOUNT, key(ACCOUNT, "account|demo|44698483")),
        (EMAIL, key(EMAIL, "a@b.c")),
    ]
    assert party.phones == ("+77053318842", "+70000000000")


def test_a_phone_without_country_code_is_read_where_the_party_lives_then_at_home() -> None:
    local: dict[str, Any] = {"phones": ["0300 1234567"]}
    assert sender(**local, addresses=[{**HOME, "city": "Lahore", "country": "PK"}]).sender.phones == ("+923001234567",)
    assert sender(**local, nationality="PK").sender.phones == ("+923001234567",)
    assert sender(phones=["8 705 331 88 42"]).sender.phones == ("+77053318842",)


def test_partners_meet_only_within_one_scope() -> None:
    other = Partner("other", "Other", "mto", "strgw.transfer/1", "KZ", ())
    shared = [Partner(name, name, "mto", "strgw.transfer/1", "KZ", (), scope="country") for name in ("a", "b")]
    fields: dict[str, Any] = {"documents": DOCUMENTS}
    assert sender(**fields).sender.identifiers != sender(other, **fields).sender.identifiers
    assert sender(shared[0], **fields).sender == sender(shared[1], **fields).sender


def test_a_side_is_where_its_agent_is_else_where_the_party_lives_else_unknown() -> None:
    transfer = made(send_agent=AGENT, receiver={**RECEIVER, "addresses": [{**HOME, "city": "Kosh-Agach", "country": "UZ"}]})
    assert transfer.send_place == Place("KZ", "korday")
    assert transfer.pay_place == Place("UZ", "?koshagach")
    assert made().send_place == Place("", "")
    out = made(channel="cash_out", receiver=None, pay_agent=AGENT, sender={**SENDER, "addresses": [HOME]})
    assert (out.send_place, out.pay_place, out.receiver) == (Place("KZ", "shymkent"), Place("KZ", "korday"), None)


def test_a_position_on_the_equator_is_a_position() -> None:
    agent = made(send_agent=AGENT).send_agent
    assert agent is not None
    assert (agent.lat, agent.lon) == (0.0, 0.5)


def test_only_persons_are_kin_by_name() -> None:
    assert made().name_tie
    firm = made(receiver={**RECEIVER, "kind": "entity", "name": "Toshmatov LLC"})
    assert not firm.name_tie
    assert firm.receiver is not None
    assert firm.receiver.name_keys == ()
    assert made().receiver is not None
    assert set(made().sender.name_keys) & set(made().receiver.name_keys)  # type: ignore[union-attr]


def test_stated_words_have_their_classes() -> None:
    transfer = made(purpose="loan repayment", relationship="brother")
    assert (transfer.purpose_class, transfer.relation) == ("debt", "kin")
    assert (made().purpose_class, made().relation) == ("none", "none")


def test_no_name_enters_a_key_in_clear() -> None:
    party = sender(party_id="418820057", documents=DOCUMENTS).sender
    keys = [party.key, *party.name_keys, *(known.key for known in party.identifiers)]
    assert not any(word in value for value in keys for word in (b"418820057", b"4827713", "Тошматов".encode()))
