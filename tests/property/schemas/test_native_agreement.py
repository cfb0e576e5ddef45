"""Reader and JSON Schema agree: what the schema forbids is refused, and what is refused beyond it has a code that says why."""

import copy
import json
import math
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from schemas.native import InvalidTransfer
from schemas.native_reading import Reading, from_fields, read_json
from schemas.native_rules import check
from schemas.wire import schema_registry

NOW_MS = 1_800_000_000_000
# Faults a JSON Schema cannot see: what codes, days, clocks and currencies mean.
BEYOND_THE_SCHEMA = {
    "currency_unknown", "country_unknown", "amount_decimals", "amount_too_large", "time_in_future", "time_too_early", "time_invalid", "date_invalid",
}  # fmt: skip
CONTRACT = Path(__file__).parents[4] / "shared" / "reference" / "formats" / "native" / "transfer.schema.json"

DOCUMENT = {"type": "passport", "number": "AB4827713", "country": "UZ"}
ADDRESS = {"line": "mkr. Nursat 41", "city": "Shymkent", "country": "KZ"}
PERSON = {
    "kind": "person", "name": "Азиз Тошматов", "party_id": "418820057", "date_of_birth": "1990-02-01", "nationality": "UZ",
    "occupation": "farm worker", "documents": [DOCUMENT], "phones": ["+77053318842", "8 (705) 331-88-42"], "emails": ["a@example.com"],
    "devices": ["d-3f09"], "ip": "2001:db8:4c1::17", "addresses": [ADDRESS], "accounts": [{"type": "wallet", "number": "+77053318842"}],
    "customer_since": "2023-01-01",
}  # fmt: skip
AGENT = {"agent_id": "KZ1", "name": "Nur", "country": "KZ", "city": "Shymkent", "lat": 42.3312, "lon": 69}
FULL: dict[str, Any] = {
    "schema": "strgw.transfer/1", "transfer_id": "t-1", "status": "paid", "occurred_at": "2024-05-17T18:42:10.5+05:00",
    "amount": {"value": "250.00", "currency": "USD"}, "channel": "cash_to_cash", "purpose": "family support", "relationship": "mother",
    "merchant_category": "4829", "sender": PERSON, "receiver": {**PERSON, "kind": "entity"}, "send_agent": AGENT, "pay_agent": AGENT,
    "flags": [{"code": "escorted", "note": "A second man answered."}],
}  # fmt: skip
MINIMAL = {name: FULL[name] for name in ("schema", "transfer_id", "status", "occurred_at", "amount", "channel")} | {
    "sender": {"kind": "person", "name": "A"}, "receiver": {"kind": "person", "name": "B"},
}  # fmt: skip

Path_ = tuple[str | int, ...]


def paths(value: Any, here: Path_ = ()) -> list[Path_]:
    """Every place in `value` except its root."""
    inside: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return [path for key, child in inside for path in [(*here, key), *paths(child, (*here, key))]]


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-200, 200), st.floats(-200, 200), st.just([]), st.just({}), st.just([None]), st.just([{}]),
    st.sampled_from([
        "", " ", "x", "x" * 65, "x" * 81, "x" * 141, "x" * 201, "x" * 1001, "0", "0.0", "0.01", "0.0001", "0.00000", "10.5", "12.345", "1.23456", "-3", "+3", "1,250.00",
        "123456789012345", "1234567890123456", "١٢", "usd", "USD", "JPY", "KWD", "XAU", "ZZZ", "UZ", "UZB", "uz", "XK", "XX", "sent", "PAID", "cash_out", "cash_in",
        "pigeon", "person", "entity", "company", "1990-02-30", "1990-2-3", "01.02.1990", "2024-05-17T18:42:10", "2024-05-17T18:42:10Z", "2024-13-17T18:42:10Z",
        "2024-05-17T18:42:10+15:30", "2099-05-17T18:42:10Z", "1999-05-17T18:42:10Z", "+998901234567", "call me", "12345", "a@b", "a@@b", "::", "1.2.3.4", "host",
        "strgw.transfer/1", "strgw.transfer/2", "passport", "Passport", "iban", "472", "4722", "escorted", "Escorted", "2024-05-17",
    ]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6),
)  # fmt: skip


@st.composite
def events(draw: st.DrawFn) -> Any:
    """A good event with up to three places dropped, replaced, repeated or added to."""
    event = json.loads(json.dumps(draw(st.sampled_from([FULL, MINIMAL]))))  # no part shared between places
    for _ in range(draw(st.integers(0, 3))):
        places = paths(event)
        path = draw(st.sampled_from(places))
        parent = event
        for key in path[:-1]:
            parent = parent[key]
        kind = draw(st.sampled_from(["drop", "replace", "add", "repeat"]))
        if kind == "drop":
            del parent[path[-1]]
        elif kind == "replace":
            parent[path[-1]] = copy.deepcopy(draw(VALUES))
        elif kind == "add" and isinstance(parent, dict):
            parent[draw(st.sampled_from(["fee", "lat", "lon", "note", "receiver", "party_id", "country", "Ключ"]))] = (
                copy.deepcopy(draw(VALUES))
            )
        elif isinstance(parent, list):
            parent.extend(parent[:1] * draw(st.integers(1, 17)))
    return event


def verdict(read: Callable[[], Reading]) -> str:
    try:
        check(read().event, NOW_MS)
    except InvalidTransfer as fault:
        return fault.code
    return ""


def oracles() -> list[Any]:
    own = Draft202012Validator(
        json.loads(files("schemas").joinpath("native.schema.json").read_bytes()),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    if not CONTRACT.exists():
        return [own, pytest.param(None, marks=pytest.mark.skip(reason=f"{CONTRACT.name} of the shared references is not here"))]
    return [own, Draft202012Validator(json.loads(CONTRACT.read_bytes()), format_checker=Draft202012Validator.FORMAT_CHECKER)]


@pytest.mark.parametrize("schema", oracles(), ids=["own", "contract"])
def test_the_good_event_is_good_for_everybody(schema: Validator) -> None:
    for event in (FULL, MINIMAL):
        assert schema.is_valid(event)
        assert verdict(lambda event=event: read_json(json.dumps(event).encode())) == ""  # type: ignore[misc]


@pytest.mark.parametrize("schema", oracles(), ids=["own", "contract"])
@settings(max_examples=300)
@given(event=events())
def test_reader_and_schema_agree(schema: Validator, event: Any) -> None:
    code = verdict(lambda: read_json(json.dumps(event, ensure_ascii=False).encode()))
    if not schema.is_valid(event):
        assert code
    elif code:
        assert code in BEYOND_THE_SCHEMA


@settings(max_examples=300)
@given(event=events(), indent=st.sampled_from([None, 1]), escaped=st.booleans())
def test_layout_never_changes_the_verdict_or_the_canonical_bytes(event: Any, indent: int | None, escaped: bool) -> None:
    plain = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    other = json.dumps(event, ensure_ascii=escaped, indent=indent).encode()
    assert verdict(lambda: read_json(plain)) == verdict(lambda: read_json(other))
    if verdict(lambda: read_json(plain)) == "":
        assert read_json(plain).canonical == read_json(other).canonical


@settings(max_examples=300)
@given(event=events(), data=st.data())
def test_a_key_given_twice_is_refused_wherever_it_stands(event: Any, data: st.DataObject) -> None:
    if verdict(lambda: read_json(json.dumps(event).encode())):
        return
    objects = [(), *(path for path in paths(event) if isinstance(at(event, path), dict))]
    chosen = data.draw(st.sampled_from(objects))
    key = data.draw(st.sampled_from(sorted(at(event, chosen))))
    spelled = data.draw(st.sampled_from([key, f"\\u{ord(key[0]):04x}{key[1:]}"]))
    gap = data.draw(st.sampled_from(["", " ", "\n\t"]))
    at(event, chosen)["MARK"] = at(event, chosen)[key]
    raw = json.dumps(event).replace('"MARK":', f'"{spelled}"{gap}:').encode()
    assert verdict(lambda: read_json(raw)) == "duplicate_key"


def at(value: Any, path: Path_) -> Any:
    for key in path:
        value = value[key]
    return value


@settings(max_examples=500)
@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_end_in_a_code_and_never_in_another_error(raw: bytes) -> None:
    assert verdict(lambda: read_json(raw))


@settings(max_examples=300)
@given(cut=st.integers(0, 10_000), flipped=st.integers(0, 255))
def test_a_damaged_event_ends_in_a_code_or_is_still_an_event(cut: int, flipped: int) -> None:
    raw = bytearray(json.dumps(FULL, ensure_ascii=False).encode())
    raw[cut % len(raw)] = flipped
    verdict(lambda: read_json(bytes(raw)))


@settings(max_examples=300)
@given(event=events())
def test_avro_and_json_give_one_verdict_where_avro_can_say_it(event: Any) -> None:
    try:
        framed = schema_registry().encode("transfer", event)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
        return  # the schema cannot carry it: the partner's own encoder refuses
    fields = schema_registry().decode("transfer", framed)
    # Avro leaves fields out that its schema does not have and cannot tell null from absent; compare what it carried.
    carried = json.dumps(without_absent(fields)).encode()
    assert verdict(lambda: from_fields(fields)) == verdict(lambda: read_json(carried))


def without_absent(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_absent(child) for key, child in value.items() if child is not None}
    if isinstance(value, list):
        return [without_absent(child) for child in value]
    return None if isinstance(value, float) and math.isnan(value) else value
