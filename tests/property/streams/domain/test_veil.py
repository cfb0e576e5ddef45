"""What is taken out of a transfer comes back whole, and nothing that detection asks is lost while it is away."""

from collections.abc import Iterator
from datetime import date
from functools import cache

import msgspec
import pytest

from connectors.partners.accept import Acceptor
from ops.chain import MemoryState
from ops.demo.stream import sample_events
from ops.simulate.feasts import day_number
from ops.simulate.stream import Order, Simulation
from schemas.codec import Codec
from schemas.registry import Partner
from schemas.transfer import Account, Address, Coordinate, Document, Party, Transfer, TransferBatch
from streams.admit import Admit
from streams.domain.identity import Keyring
from streams.domain.veil import Veiling, unveiled

DEMO = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())
# By hand, from issue and native format: the fields of a party in which a person's data stand; the others are keys, kind, country and a day.
PERSONAL = {
    "name", "party_id", "date_of_birth", "occupation", "documents", "phones", "emails", "devices", "ip", "addresses", "accounts",
}  # fmt: skip
KEPT = {"key", "kind", "nationality", "customer_since", "identifiers", "name_keys"}
BATCH = Codec(TransferBatch)


@cache
def stream() -> tuple[Transfer, ...]:
    """The cases' events and a simulated stream, half of it in patterns."""
    acceptor = Acceptor(DEMO, Keyring(bytes(32)), lambda: 1_900_000_000_000)
    lines = list(Simulation(Order(1000, 3, day_number(date(2024, 1, 1)), 60, 0.5)).lines(lambda planned, steps: None))
    taken = [acceptor.accept(line, Coordinate("t", 0, number)) for number, line in enumerate([*lines, *sample_events()[:4000]])]
    return tuple(transfer for transfer in taken if isinstance(transfer, Transfer))


def stored(transfers: tuple[Transfer, ...]) -> list[tuple[Transfer, bytes]]:
    """Each as it is stored, and its words, which a test need not encrypt."""
    veiling, words = Veiling(), list[bytes]()

    def seal(clear: bytes) -> bytes:
        words.append(clear)
        return b"sealed"

    return [(msgspec.msgpack.decode(veiling.veiled(transfer, seal), type=Transfer), words[-1]) for transfer in transfers]


def texts(value: object) -> Iterator[str]:
    """Every text in a struct."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, msgspec.Struct):
        yield from texts(msgspec.structs.astuple(value))


def test_every_field_of_a_party_is_decided_upon() -> None:
    assert {field.name for field in msgspec.structs.fields(Party)} == PERSONAL | KEPT


def test_what_was_taken_out_comes_back_whole() -> None:
    transfers = stream()
    assert len(transfers) > 4500
    assert [unveiled(bare, words) for bare, words in stored(transfers)] == list(transfers)


def told_of(party: Party) -> set[str]:
    """What singles a person out; a town, a country and a kind of document are others' as well."""
    values = {party.name, party.party_id, party.date_of_birth, party.ip, *party.phones, *party.emails, *party.devices}
    values |= {document.number for document in party.documents} | {account.number for account in party.accounts}
    values |= {address.line for address in party.addresses}
    return {value for value in values if value}


def test_nothing_personal_stays_in_a_stored_transfer() -> None:
    seen = 0
    for transfer, (bare, _) in zip(stream(), stored(stream()), strict=True):
        left = set(texts(bare))
        for party in (transfer.sender, transfer.receiver):
            personal = told_of(party) if party else set()
            seen += len(personal)
            assert not personal & left
        words = {transfer.purpose, transfer.relationship, *(flag.note for flag in transfer.flags)}
        assert not {word for word in words if word and " " in word} & left
    assert seen > 10_000


def test_detection_is_told_the_same_of_a_stored_transfer() -> None:
    clear, veiled = Admit(2), Admit(2)
    states = MemoryState(), MemoryState()
    transfers = stream()
    bare = tuple(one for one, _ in stored(transfers))
    for start in range(0, len(transfers), 500):
        for fold, state, chosen in ((clear, states[0], transfers), (veiled, states[1], bare)):
            fold.apply(state, BATCH.encode(TransferBatch({"demo": 0}, chosen[start : start + 500])), 0, start)
    outputs = clear.flush(states[0])
    assert len(outputs) > 10
    assert veiled.flush(states[1]) == outputs


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_a_party_seen_again_with_other_data_keeps_its_own(name: str) -> None:
    """The veil remembers parties by key; one whose data changed must not come back as it was before."""
    values: dict[str, object] = {
        "documents": (Document("passport", "N1", "KG"),),
        "addresses": (Address("1 Lenin st", "Osh", "KG"),),
        "accounts": (Account("iban", "KG12"),),
        "phones": ("+996700000001",),
        "emails": ("a@b.kg",),
        "devices": ("d-1",),
    }
    first = stream()[0]
    changed = msgspec.structs.replace(first.sender, **{name: values.get(name, "changed")})
    pair = (first, msgspec.structs.replace(first, sender=changed))
    assert [unveiled(bare, words) for bare, words in stored(pair)] == list(pair)
