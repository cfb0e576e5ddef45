"""An event ends as one transfer or as one coded rejection."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.partners.accept import Acceptor, Rejection, items_of, stream_start
from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Format, Incoming, Item
from connectors.partners.formats.native import read
from schemas.native import InvalidTransfer
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from schemas.wire import schema_registry
from streams.domain.identity import Keyring

NOW_MS = 1_800_000_000_000
SOURCE = Coordinate("partner.demo.transfers", 0, 7)
EVENT: dict[str, Any] = {
    "schema": "strgw.transfer/1",
    "transfer_id": "t-1",
    "status": "sent",
    "occurred_at": "2024-05-17T18:42:10+05:00",
    "amount": {"value": "40", "currency": "USD"},
    "channel": "wallet_to_wallet",
    "sender": {"kind": "person", "name": "A. Karimov", "phones": ["+998901234567"]},
    "receiver": {"kind": "person", "name": "Lola"},
}
PARTNER = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())


def acceptor(now_ms: int = NOW_MS) -> Acceptor:
    return Acceptor(PARTNER, Keyring(b"m" * 32), lambda: now_ms)


def rejected(raw: bytes, now_ms: int = NOW_MS) -> Rejection:
    result = acceptor(now_ms).accept(raw, SOURCE)
    assert isinstance(result, Rejection)
    return result


def test_json_and_avro_of_one_event_make_one_transfer() -> None:
    from_json = acceptor().accept(json.dumps(EVENT).encode(), SOURCE)
    from_avro = acceptor().accept(schema_registry().encode("transfer", EVENT), SOURCE)
    assert isinstance(from_json, Transfer)
    assert from_avro == from_json


@pytest.mark.parametrize(
    ("raw", "code", "field", "transfer_id"),
    [
        (b"not json", "not_json", "", None),
        (json.dumps({**EVENT, "schema": "strgw.transfer/9"}).encode(), "schema_unknown", "schema", "t-1"),
        (json.dumps({**EVENT, "amount": {"value": "40", "currency": "ABC"}}).encode(), "currency_unknown", "amount.currency", "t-1"),
        (json.dumps({**EVENT, "sender": {**EVENT["sender"], "nationality": "XY"}}).encode(), "country_unknown", "sender.nationality", "t-1"),
        (json.dumps({**EVENT, "amount": {"value": "-4", "currency": "USD"}}).encode(), "amount_not_positive", "amount.value", "t-1"),
        (json.dumps({**EVENT, "amount": {"value": "9" * 20, "currency": "USD"}}).encode(), "amount_too_large", "amount.value", "t-1"),
        (json.dumps({**EVENT, "occurred_at": "2024-05-17T18:42:10"}).encode(), "time_without_offset", "occurred_at", "t-1"),
        (json.dumps({**EVENT, "occurred_at": "2090-05-17T18:42:10Z"}).encode(), "time_in_future", "occurred_at", "t-1"),
        (json.dumps({**EVENT, "purpose": "x" * 5_000_000}).encode(), "too_large", "", None),
        (b"\x00" * 5_000_000, "too_large", "", None),
        (json.dumps(EVENT).encode().replace(b"Lola", b"\xff\xfe"), "not_utf8", "", "t-1"),
        (b"\x00\x00\x00\x00\x63" + b"x" * 40, "avro_schema_unknown", "", None),
        (schema_registry().encode("transfer", EVENT)[:-9], "avro_not_decodable", "", None),
        (schema_registry().encode("feedback", {"report_id": "r", "version": 1, "status": "accepted"}), "avro_wrong_subject", "", None),
        (schema_registry().encode("transfer", {**EVENT, "status": "PAID"}), "field_value", "status", "t-1"),
        (schema_registry().encode("transfer", {**EVENT, "receiver": None}), "receiver_missing", "receiver", "t-1"),
        (json.dumps(EVENT).encode()[:-1] + b',"status":"paid"}', "duplicate_key", "", "t-1"),
        (b"", "empty", "", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_each_kind_of_bad_event_has_its_code(raw: bytes, code: str, field: str, transfer_id: str | None) -> None:
    result = rejected(raw)
    assert (result.reason_code, result.field, result.transfer_id) == (code, field, transfer_id)
    assert result.source == SOURCE
    assert result.raw_sha256 == hashlib.sha256(raw).hexdigest()


def test_the_clock_is_asked_for_every_event() -> None:
    raw = json.dumps(EVENT).encode()
    assert rejected(raw, now_ms=1_700_000_000_000).reason_code == "time_in_future"
    assert isinstance(acceptor().accept(raw, SOURCE), Transfer)


def test_a_bad_event_leaves_the_next_one_alone() -> None:
    one = acceptor()
    good = json.dumps(EVENT).encode()
    before = one.accept(good, SOURCE)
    assert isinstance(one.accept(b"{", SOURCE), Rejection)
    assert one.accept(good, SOURCE) == before


@pytest.mark.parametrize(
    ("at_ms", "start_ms"), [(0, 0), (86_399_999, 0), (86_400_000, 86_400_000), (1_715_953_330_123, 1_715_904_000_000)]
)
def test_a_stream_starts_at_midnight_utc(at_ms: int, start_ms: int) -> None:
    assert stream_start(at_ms) == start_ms


def several(incoming: Incoming) -> list[Item]:
    """A format of lines, each a native event or the word bad."""
    lines = incoming.raw.splitlines()
    return [Item(InvalidTransfer("field_value", "A sentence.", "here") if line == b"bad" else read(line), line) for line in lines]


@pytest.fixture
def lines_acceptor(monkeypatch: pytest.MonkeyPatch) -> Acceptor:
    monkeypatch.setitem(FORMATS, "lines/1", Format("lines/1", "lines", lambda _: several, ()))
    return Acceptor(Partner("demo", "Demo", "mto", "lines/1", "KZ", ()), Keyring(b"m" * 32), lambda: NOW_MS)


def test_each_transfer_of_a_record_ends_by_itself_under_its_own_place(lines_acceptor: Acceptor) -> None:
    good, naive = json.dumps(EVENT).encode(), json.dumps({**EVENT, "occurred_at": "2024-05-17T18:42:10"}).encode()
    results = lines_acceptor.take_in(Incoming(b"\n".join((good, b"bad", naive, good))), SOURCE)
    assert [getattr(result, "reason_code", "") for result in results] == ["", "field_value", "time_without_offset", ""]
    assert [result.source.index for result in results] == [0, 1, 2, 3]
    assert [result.raw for result in results if isinstance(result, Rejection)] == [b"bad", naive]


def test_a_record_without_a_transfer_is_refused_as_a_whole(lines_acceptor: Acceptor) -> None:
    (result,) = lines_acceptor.take_in(Incoming(b""), SOURCE)
    assert isinstance(result, Rejection)
    assert (result.reason_code, result.source) == ("empty", SOURCE)


def test_a_record_of_too_many_transfers_is_refused_before_it_is_built_out() -> None:
    built = []

    def endless(_: Incoming) -> Iterator[Item]:
        while True:
            built.append(1)
            yield Item(InvalidTransfer("field_value", "A sentence."))

    (item,) = items_of(endless, Incoming(b""))[1]
    assert isinstance(item.result, InvalidTransfer)
    assert item.result.code == "too_many"
    assert len(built) == 10_001


@pytest.mark.parametrize("headers", [(), (("content-type", b"application/json"),)])
def test_every_transfer_of_a_disabled_partner_is_refused_and_can_be_sent_in_again_later(
    headers: tuple[tuple[str, bytes], ...],
) -> None:
    raw = json.dumps(EVENT).encode()
    off = Acceptor(msgspec.structs.replace(PARTNER, disabled=True), Keyring(b"m" * 32), lambda: NOW_MS)
    (refused,) = off.take_in(Incoming(raw, headers), SOURCE)
    assert isinstance(refused, Rejection)
    assert (refused.reason_code, refused.transfer_id, refused.raw) == ("partner_disabled", "t-1", raw)


def test_what_is_kept_of_a_refused_transfer_is_its_own_part_even_where_only_its_values_are_wrong(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "schema: strgw.csv-mapping/1\nfields:\n"
        "- {to: transfer_id, columns: [id]}\n- {to: status, value: sent}\n- {to: occurred_at, columns: [at]}\n"
        "- {to: amount.value, columns: [sum]}\n- {to: amount.currency, columns: [cur]}\n- {to: channel, value: cash_out}\n"
        "- {to: sender.kind, value: person}\n- {to: sender.name, columns: [who]}\n"
    )
    partner = Partner("demo", "Demo", "mto", "csv/1", "KZ", (), mapping=str(mapping))
    rows = [f"t{n},2024-05-17T18:42:10Z,5,{'XQZ' if n == 7 else 'USD'},A" for n in range(50)]
    results = Acceptor(partner, Keyring(b"m" * 32), lambda: NOW_MS).take_in(
        Incoming("\n".join(["id,at,sum,cur,who", *rows]).encode()), SOURCE
    )
    (refused,) = [result for result in results if isinstance(result, Rejection)]
    assert (refused.reason_code, refused.raw.decode().splitlines()) == ("currency_unknown", ["id,at,sum,cur,who", rows[7]])


@pytest.mark.parametrize("broken", ["envelope", "transfer"])
def test_a_refused_event_is_kept_with_the_headers_under_which_it_is_read_again(broken: str) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": EVENT}
    wrong = event | ({"specversion": "9"} if broken == "envelope" else {"data": {**EVENT, "status": "lost"}})
    headers = [("content-type", b"application/cloudevents+json"), ("x", b"1")]
    (refused,) = acceptor().take_in(Incoming(json.dumps(wrong).encode(), headers), SOURCE)
    assert isinstance(refused, Rejection)
    mended = json.loads(refused.raw) | ({"specversion": "1.0"} if broken == "envelope" else {"data": EVENT})
    (again,) = acceptor().take_in(Incoming(json.dumps(mended).encode(), refused.headers), SOURCE)
    assert isinstance(again, Transfer)
    assert ("x", b"1") in refused.headers
