"""Card messages: what they may not be, and that the number of a card is nowhere kept."""

from collections.abc import Callable
from pathlib import Path

import iso8583
import msgspec
import pytest
from iso8583.specs import default_ascii

from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.formats.contract import Incoming
from connectors.partners.formats.iso8583 import FORMAT
from schemas.registry import Partner
from schemas.transfer import ACCOUNT, Coordinate, Transfer
from streams.domain.identity import Keyring

CARD = "4000001234560002"
MESSAGE = {
    "t": "0200", "2": CARD, "3": "260000", "4": "000000025050", "7": "0423101530", "11": "000123", "32": "400551", "37": "232710000123", "41": "TERM0001",
    "43": "KAZREMIT TRANSFERS       ALMATY       KZ", "48": "SN=IVAN PETROV;RN=OLIM SAIDOV", "49": "398", "102": "KZ86125KZT5004100100",
}  # fmt: skip
ARRIVAL_MS = 1_777_000_000_000  # 24 April 2026
SAMPLES = Path(__file__).parents[6] / "shared" / "reference" / "formats" / "iso8583"


def raw(**changed: str) -> bytes:
    fields = MESSAGE | {key.lstrip("_"): value for key, value in changed.items()}
    return bytes(iso8583.encode({key: value for key, value in fields.items() if value}, default_ascii)[0])


def outcome(record: bytes, partner: str = FORMAT.id) -> Transfer | Rejection:
    acceptor = Acceptor(Partner("demo", "Demo", "bank", partner, "KZ", ()), Keyring(b"m" * 32), lambda: 1_800_000_000_000)
    (result,) = acceptor.take_in(Incoming(record, (), ARRIVAL_MS), Coordinate("t", 0, 0))
    return result


def card_keys(result: Transfer | Rejection) -> list[bytes]:
    assert isinstance(result, Transfer)
    assert result.receiver is not None
    return [identifier.key for identifier in result.receiver.identifiers if identifier.kind == ACCOUNT]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (b"", "empty"),
        (b"hello there", "not_in_format"),
        (raw()[:-3], "not_in_format"),
        (raw() + b"x", "not_in_format"),
        (b"0" * 9000, "too_large"),
        (raw(t="0800"), "message_unsupported"),
        (raw(_49="999"), "currency_unknown"),
        (raw(_4="000000000000"), "amount_not_positive"),
        (raw(_7="1399101530"), "time_invalid"),
        (raw(_48="", _102=""), "field_missing"),
    ],
)
def test_each_kind_of_bad_message_has_its_code_and_keeps_no_card(record: bytes, code: str) -> None:
    result = outcome(record)
    assert isinstance(result, Rejection)
    assert result.reason_code == code
    assert CARD.encode() not in result.raw


def test_the_number_of_a_card_is_kept_masked_and_its_key_is_that_of_the_whole_number() -> None:
    result = outcome(raw())
    assert isinstance(result, Transfer)
    assert CARD.encode() not in msgspec.msgpack.encode(result)
    assert result.receiver is not None
    assert [account.number for account in result.receiver.accounts] == ["400000******0002"]
    assert card_keys(result) == card_keys(outcome(raw(_37="232710000999")))
    assert card_keys(result) != card_keys(outcome(raw(_2="4000001234570002")))


def test_a_message_from_the_quarantine_is_read_again_but_its_card_is_nobodys() -> None:
    refused = outcome(raw(_49="999"))
    assert isinstance(refused, Rejection)
    again = outcome(refused.raw.replace(b"999", b"398"))
    assert card_keys(again) == []


def test_a_year_is_the_latest_that_does_not_lie_ahead_of_the_arrival() -> None:
    times = [outcome(raw(_7=day + "000000")) for day in ("0424", "0425", "0426", "1231")]
    assert [t.occurred_ms // 86_400_000 for t in times if isinstance(t, Transfer)] == [20567, 20568, 20204, 20453]


def test_neither_track_nor_pin_nor_chip_of_a_card_goes_to_the_quarantine() -> None:
    track = f"{CARD}=2712101000000"
    refused = outcome(raw(_49="999", _35=track, _45=f"B{CARD}^PETROV/IVAN^2712101", _52="AABBCCDDEEFF0011"))
    assert isinstance(refused, Rejection)
    assert CARD.encode() not in refused.raw
    kept, _ = iso8583.decode(refused.raw, default_ascii)
    assert set(kept) & {"35", "45", "52"} == set()
    assert (kept["4"], kept["2"]) == (MESSAGE["4"], CARD[:6] + "000000" + CARD[-4:])


ANSWER = {
    "t": "0210",
    "2": CARD,
    "4": MESSAGE["4"],
    "11": "000123",
    "37": "232710000123",
    "38": "A1B2C3",
    "39": "00",
    "41": "TERM0001",
}


def answer(**changed: str) -> bytes:
    fields = ANSWER | {key.lstrip("_"): value for key, value in changed.items()}
    return bytes(iso8583.encode({key: value for key, value in fields.items() if value}, default_ascii)[0])


@pytest.mark.parametrize(("response", "status"), [("00", "paid"), ("05", "cancelled"), ("", "cancelled")])
@pytest.mark.parametrize("written", [b"\n".join, lambda parts: b" ".join(part.hex().encode() for part in parts)])
def test_an_answer_behind_its_request_says_what_became_of_the_transfer(
    response: str, status: str, written: Callable[[list[bytes]], bytes]
) -> None:
    alone, both = outcome(raw()), outcome(written([raw(), answer(_39=response)]))
    assert isinstance(alone, Transfer) and isinstance(both, Transfer)
    assert (alone.status, both.status) == ("sent", status)
    assert (alone.uid, alone.sender, alone.receiver, alone.amount) == (both.uid, both.sender, both.receiver, both.amount)


@pytest.mark.parametrize(
    ("kind", "response", "status"),
    [("0400", "", "refunded"), ("0410", "00", "refunded"), ("0410", "05", "paid"), ("0210", "05", "cancelled")],
)
def test_a_reversal_that_was_declined_leaves_the_transfer_as_it_was(kind: str, response: str, status: str) -> None:
    result = outcome(raw(t=kind, _39=response))
    assert isinstance(result, Transfer) and result.status == status


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (answer(), "field_missing"),
        (raw() + b"\n" + answer(_11="000124"), "answer_unfit"),
        (raw() + b"\n" + answer(_4="000000025051"), "answer_unfit"),
        (raw() + b"\n" + answer(t="0410"), "answer_unfit"),
        (raw() + b"\n" + raw(), "answer_unfit"),
        (answer() + b"\n" + raw(), "answer_unfit"),
        (raw() + b"\n" + answer() + b"\n" + raw(), "too_many"),
        (raw() + b"\n" + answer()[:-2], "not_in_format"),
    ],
)
def test_what_is_no_exchange_is_refused_and_keeps_no_card(record: bytes, code: str) -> None:
    result = outcome(record)
    assert isinstance(result, Rejection)
    assert result.reason_code == code
    assert CARD.encode() not in result.raw and CARD.encode().hex().encode() not in result.raw


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared reference formats are not beside this repository")
def test_samples_of_others_are_taken_in_but_for_an_answer_that_names_nobody() -> None:
    found = {path.name: outcome(path.read_bytes()) for path in sorted(SAMPLES.glob("*.hex"))}
    exchange = outcome(b" ".join((SAMPLES / f"iso8583_oct_{number}.hex").read_bytes() for number in ("0200", "0210")))
    assert isinstance(exchange, Transfer) and exchange.status == "paid"
    assert {name: r.reason_code for name, r in found.items() if isinstance(r, Rejection)} == {
        "iso8583_oct_0210.hex": "field_missing"
    }
