"""Loads of any size: the simulated stream, and copies of the packaged cases.

Simulated: as `strgw simulate` makes it, 2 in 100 transfers in planted patterns. Cases: copies of the packaged stream, 12 in 100 in
patterns, in which nobody of one copy is anybody of another. Every copy keeps the amounts, times, places and patterns; ids, names, numbers
and addresses are those of other people. The copies are interleaved by time, so the stream looks like many regions at once.
"""

import gzip
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from importlib.resources import as_file, files
from typing import Any

import msgspec

from ops.simulate.feasts import day_number
from ops.simulate.stream import Order, Simulation

FIRST_DAY, DAYS, SEED, PLANTED = date(2024, 1, 1), 180, 1, 0.02  # DEF: as `strgw simulate --days 180`
CONSONANTS = "bdfgjklmnprst"  # two of them in front of a name make another name with the same endings
_DECODE = msgspec.json.Decoder()
_ENCODE = msgspec.json.Encoder()


def simulated(count: int) -> Iterator[bytes]:
    """`count` simulated events in order of time."""
    order = Order(count, SEED, day_number(FIRST_DAY), DAYS, PLANTED)
    return Simulation(order).lines(lambda planted, scene: None)


def copied(count: int) -> Iterator[bytes]:
    """`count` events of as many copies of the packaged cases as that takes."""
    return events(count // sum(1 for _ in sample_lines()) + 1, count)


STREAMS: dict[str, Callable[[int], Iterator[bytes]]] = {"simulated": simulated, "cases": copied}


def events(copies: int, limit: int | None = None) -> Iterator[bytes]:
    """Native JSON events of `copies` copies in order of time, at most `limit` of them. Copy 0 is the packaged stream."""
    made = 0
    for line in sample_lines():
        event = _DECODE.decode(line)
        for copy in range(copies):
            if limit is not None and made >= limit:
                return
            made += 1
            yield line if copy == 0 else _ENCODE.encode(_another(event, copy))


def sample_lines() -> Iterator[bytes]:
    """The packaged case stream, one event a line."""
    with as_file(files("ops").joinpath("demo/cases.jsonl.gz")) as path, gzip.open(path) as stream:
        for line in stream:
            yield line.rstrip(b"\n")


def _another(event: dict[str, Any], copy: int) -> dict[str, Any]:
    changed = {**event, "transfer_id": f"{event['transfer_id']}-{copy}"}
    for side in ("sender", "receiver"):
        if side in event:
            changed[side] = _other_person(event[side], copy)
    for side in ("send_agent", "pay_agent"):
        if side in event:
            changed[side] = {**event[side], "agent_id": f"{event[side]['agent_id']}-{copy}"}
    return changed


def _other_person(party: dict[str, Any], copy: int) -> dict[str, Any]:
    mark = CONSONANTS[copy % len(CONSONANTS)] + CONSONANTS[copy // len(CONSONANTS) % len(CONSONANTS)]
    other = {field: _OTHER[field](value, copy) if field in _OTHER else value for field, value in party.items()}
    return {**other, "name": " ".join(mark.capitalize() + word for word in party["name"].split())}


def _other_number(number: str, copy: int) -> str:
    """The number with its last six digits replaced, the same for every spelling of it."""
    digits = "".join(c for c in number if c.isdigit())
    replaced = f"{int(sha256(f'{digits}/{copy}'.encode()).hexdigest()[:12], 16) % 1_000_000:06d}"
    plus = "+" if number.startswith("+") else ""
    letters = "".join(c for c in number if c.isalpha())
    return f"{plus}{letters}{digits[:-6]}{replaced}" if len(digits) > 6 else f"{number}{copy:03d}"


# How each field that identifies somebody becomes another person's.
_OTHER: dict[str, Callable[[Any, int], Any]] = {
    "party_id": lambda value, copy: f"{value}-{copy}",
    "phones": lambda value, copy: [_other_number(phone, copy) for phone in value],
    "documents": lambda value, copy: [{**d, "number": f"{d['number']}{copy:03d}"} for d in value],
    "accounts": lambda value, copy: [{**a, "number": _other_number(a["number"], copy)} for a in value],
    "devices": lambda value, copy: [f"{device}-{copy}" for device in value],
    "emails": lambda value, copy: [f"c{copy}.{email}" for email in value],
    "addresses": lambda value, copy: [{**a, "line": f"{a['line']} / {copy}"} for a in value],
    "ip": lambda value, copy: f"2001:db8:{copy:x}::{int(sha256(value.encode()).hexdigest()[:4], 16):x}",
}
