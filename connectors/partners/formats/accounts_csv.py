"""accounts.csv/1: payments between accounts, as the public graph sets have them (AMLSim, AMLGentex).

Columns, in any order: event_id, ts (RFC 3339), sender_id, receiver_id, amount, currency, channel; receiver_bank may be there. Columns
that say what a payment is a part of (label, pattern, pattern_id) are never read, nor is any other.

What such a file does not hold stays absent: names, places, documents, phones, purposes. A native party has a name, so the digits of
the account number stand for it; letters would be a name that all accounts share, and one shared name makes kin.
A receiver whose bank is `sink` is the world outside: what goes there is spent (merchant), or drawn where the channel is cash.
"""

import csv
from collections.abc import Callable
from typing import Any

import msgspec

from connectors.partners.formats.contract import FormatError
from schemas.native import NATIVE

FORMAT = "accounts.csv/1"
NEEDED = ("event_id", "ts", "sender_id", "receiver_id", "amount", "currency", "channel")
OPTIONAL = ("receiver_bank",)
OUTSIDE = "sink"
CHANNELS = {"mobile_p2p": "wallet_to_wallet", "cash": "cash_to_cash"}  # the native words for theirs; others are taken as they are


def reader(head: bytes) -> Callable[[bytes], bytes]:
    """What turns a line of a file with the first line `head` into a native event.

    A line that cannot be one becomes an event that intake refuses with its own reason.
    Raises  FormatError where a column is missing
    """
    names = _cells(head.removeprefix(b"\xef\xbb\xbf"))
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise FormatError(f"The first line of a file in {FORMAT} names its columns; these are missing: {', '.join(missing)}.")
    wanted = [(name, names.index(name)) for name in (*NEEDED, *OPTIONAL) if name in names]

    def convert(line: bytes) -> bytes:
        cells = _cells(line)
        if len(cells) != len(names):
            return msgspec.json.encode({"schema": NATIVE})
        return msgspec.json.encode(_event({name: cells[at] for name, at in wanted}))

    return convert


def _cells(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8")], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        return []


def _event(row: dict[str, str]) -> dict[str, Any]:
    is_spent = row.get("receiver_bank") == OUTSIDE
    is_drawn = is_spent and row["channel"] == "cash"
    channel = "cash_out" if is_drawn else "merchant" if is_spent else CHANNELS.get(row["channel"], row["channel"])
    event = {
        "schema": NATIVE,
        "transfer_id": row["event_id"],
        "status": "paid",
        "occurred_at": row["ts"],
        "amount": {"value": row["amount"], "currency": row["currency"]},
        "channel": channel,
        "sender": _party(row["sender_id"], "person"),
    }
    if not is_drawn:
        event["receiver"] = _party(row["receiver_id"], "entity" if is_spent else "person")
    return event


def _party(account: str, kind: str) -> dict[str, Any]:
    digits = "".join(filter(str.isdigit, account))
    return {"kind": kind, "name": digits or "-", "party_id": account, "accounts": [{"type": "account", "number": account}]}
