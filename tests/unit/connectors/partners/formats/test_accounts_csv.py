"""accounts.csv/1: a line becomes the native event it means, and what it is labelled with never gets in."""

import json
from typing import Any

import pytest

from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.formats import read_lines
from connectors.partners.formats.accounts_csv import FORMAT, reader
from connectors.partners.formats.contract import FormatError
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

HEAD = "event_id,ts,sender_id,receiver_id,amount,currency,channel,sender_bank,receiver_bank,label,pattern,pattern_id,source"
ROW = "AS0,2024-01-01T06:00:00Z,AS-1263,AS-61,400.73,USD,bank_transfer,bank,bank,1,fan_in,3,a run"
SPENT = "AG1,2024-01-01T06:01:04Z,AG-8,SINK,497.19,SEK,mobile_p2p,bank_a,sink,0,n_generic,-1,a run"


def event(row: str, head: str = HEAD) -> dict[str, Any]:
    read = json.loads(reader(head.encode())(row.encode()))
    assert isinstance(read, dict)
    return read


def taken_in(row: str) -> Transfer | Rejection:
    acceptor = Acceptor(
        Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ()), Keyring(bytes(32)), lambda: 1_800_000_000_000
    )
    return acceptor.accept(reader(HEAD.encode())(row.encode()), Coordinate("t", 0, 1))


def test_a_line_is_the_native_event_it_means() -> None:
    assert event(ROW) == {
        "schema": "strgw.transfer/1",
        "transfer_id": "AS0",
        "status": "paid",
        "occurred_at": "2024-01-01T06:00:00Z",
        "amount": {"value": "400.73", "currency": "USD"},
        "channel": "bank_transfer",
        "sender": {
            "kind": "person",
            "name": "1263",
            "party_id": "AS-1263",
            "accounts": [{"type": "account", "number": "AS-1263"}],
        },
        "receiver": {"kind": "person", "name": "61", "party_id": "AS-61", "accounts": [{"type": "account", "number": "AS-61"}]},
    }


def test_labels_do_not_change_the_event() -> None:
    assert event(ROW) == event(ROW.replace(",1,fan_in,3,a run", ",0,,-1,"))


def test_columns_may_come_in_any_order_and_the_rest_may_be_missing() -> None:
    head = "currency,amount,receiver_id,sender_id,ts,event_id,channel"
    assert event("USD,400.73,AS-61,AS-1263,2024-01-01T06:00:00Z,AS0,bank_transfer", head) == event(ROW)


def test_nobody_is_kin_by_the_letters_of_an_account_number() -> None:
    accepted = taken_in(ROW)
    assert isinstance(accepted, Transfer)
    assert not accepted.name_tie
    assert accepted.receiver is not None
    assert accepted.sender.name_keys == accepted.receiver.name_keys == ()


def test_what_goes_to_the_outside_is_spent_and_cash_there_is_drawn() -> None:
    spent = taken_in(SPENT)
    drawn = taken_in(SPENT.replace("mobile_p2p", "cash"))
    assert isinstance(spent, Transfer) and isinstance(drawn, Transfer)
    assert (spent.channel, spent.receiver is not None and spent.receiver.kind) == ("merchant", "entity")
    assert (drawn.channel, drawn.receiver) == ("cash_out", None)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ROW.replace("400.73", "0.0"), "amount_not_positive"),
        (ROW.replace("USD", "XXQ"), "currency_unknown"),
        (ROW.replace("bank_transfer", "pigeon"), "field_value"),
        (ROW.replace("Z,", ","), "time_without_offset"),
        (ROW.replace("AS0,", ","), "field_value"),
        (ROW + ",more", "field_missing"),
        ("", "field_missing"),
        ('"AS0', "field_missing"),
    ],
)
def test_a_bad_line_is_refused_by_intake_with_its_reason(row: str, code: str) -> None:
    rejection = taken_in(row)
    assert isinstance(rejection, Rejection)
    assert rejection.reason_code == code


def test_a_file_without_its_columns_is_refused() -> None:
    with pytest.raises(FormatError, match="these are missing: ts, currency."):
        reader(HEAD.replace("ts,", "").replace("currency,", "").encode())


def test_each_file_has_a_head_of_its_own() -> None:
    first, second = (HEAD, ROW), (HEAD, SPENT)
    lines = [("a.csv", n, row.encode()) for file in (first, second) for n, row in enumerate(file, 1)]
    read = list(read_lines(FORMAT, lines))
    assert [(line.number, json.loads(line.event)["transfer_id"]) for line in read] == [(2, "AS0"), (2, "AG1")]
    assert read[0].raw == ROW.encode()
