"""Each transfer of a request gets its answer at once, and only records that hold a valid one go on."""

import json
from typing import Any

import pytest

from connectors.partners.accept import Acceptor
from connectors.partners.http.judge import MOST_TRANSFERS, Body, Judge, Judged, digest_of
from connectors.partners.http.media import Shape, shape
from connectors.partners.http.problems import Problem
from schemas.native_reading import MAX_BYTES
from schemas.registry import Partner
from streams.domain.identity import Keyring

NOW_MS = 1_800_000_000_000
HEADERS = (("content-type", b"application/json"),)


def event(transfer_id: str, **changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "schema": "strgw.transfer/1", "transfer_id": transfer_id, "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
        "amount": {"value": "40", "currency": "USD"}, "channel": "wallet_to_wallet",
        "sender": {"kind": "person", "name": "A. Karimov"}, "receiver": {"kind": "person", "name": "Lola"},
    }  # fmt: skip
    return json.dumps(fields | changes).encode()


def judged(raw: bytes, form: Shape = "lines", format_: str = "strgw.transfer/1", disabled: bool = False) -> list[Judged]:
    partner = Partner("demo", "Demo", "mto", format_, "KZ", (), disabled=disabled)
    judge = Judge({"demo": Acceptor(partner, Keyring(b"m" * 32), lambda: NOW_MS)})
    return judge.judge("demo", Body(raw, form, HEADERS, NOW_MS))


def problem(raw: bytes, form: Shape = "lines") -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        judged(raw, form)
    return caught.value.status, caught.value.code


def test_lines_keep_their_numbers_and_bad_ones_say_what_to_mend_without_any_value() -> None:
    found = judged(b"\n".join([event("A"), b"", b"{not json", event("B", channel="secret channel"), event("C") + b"\r", b""]))
    answers = [answer for one in found for answer in one.answers]
    assert [(answer.line, answer.status, answer.code) for answer in answers] == [
        (1, "accepted", ""),
        (3, "refused", "not_json"),
        (4, "refused", "field_value"),
        (5, "accepted", ""),
    ]
    assert [one.key for one in found] == [b"A", None, None, b"C"]
    assert (answers[2].transfer_id, answers[2].field) == ("B", "channel")
    assert "secret" not in answers[2].detail


def test_a_line_over_the_size_of_a_record_is_refused_alone() -> None:
    found = judged(event("A", purpose="x" * MAX_BYTES) + b"\n" + event("B"))
    assert [(one.key, one.answers[0].code) for one in found] == [(None, "too_large"), (b"B", "")]


def test_a_request_of_too_many_lines_or_none_is_refused_whole() -> None:
    assert problem(b"{}\n" * (MOST_TRANSFERS + 1)) == (413, "too_large")
    assert problem(b"\n" * 1_000_000) == (413, "too_large")
    assert problem(b"\n\n") == (400, "bad_request")
    assert problem(b" ", "record") == (400, "bad_request")


def test_a_record_with_one_valid_transfer_of_several_goes_on_whole() -> None:
    good = "{1:F01AAAAKZKAXXXX0000000000}{2:I103BBBBAEADXXXXN}{4:\n:20:REF%d\n:23B:CRED\n:32A:240517USD%s\n:50K:/1\nA KARIMOV\n:59:/2\nLOLA\n:71A:SHA\n-}"
    raw = (good % (1, "40,") + good % (2, "minus")).encode()
    (one,) = judged(raw, "record", "mt103/1")
    assert [answer.status for answer in one.answers] == ["accepted", "refused"]
    assert [answer.index for answer in one.answers] == [0, 1]
    assert one.raw == raw
    assert one.key == (one.answers[0].transfer_id or "").encode()


def test_nothing_of_a_disabled_partner_is_valid() -> None:
    (one,) = judged(event("A"), disabled=True)
    assert (one.key, one.answers[0].code) == (None, "partner_disabled")


def test_requests_that_differ_in_body_or_type_are_not_the_same() -> None:
    digests = {
        digest_of(Body(raw, "record", (("content-type", kind),), at))
        for raw, kind, at in [(b"a", b"t", 1), (b"a", b"t", 2), (b"b", b"t", 1), (b"a", b"u", 1)]
    }
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("format_", "content_type", "expected"),
    [
        ("strgw.transfer/1", "application/json", "record"),
        ("strgw.transfer/1", 'Application/JSON; charset="UTF-8"', "record"),
        ("strgw.transfer/1", "application/x-ndjson", "lines"),
        ("strgw.transfer/1", "application/json; charset=utf-16", 415),
        ("strgw.transfer/1", "text/csv", 415),
        ("strgw.transfer/1", "", 415),
        ("mojaloop.fspiop/1", "application/vnd.interoperability.transfers+json;version=1.1", "record"),
        ("iso20022/1", "application/xml; charset=windows-1251", "record"),
        ("iso20022/1", "application/x-ndjson", 415),
        ("mt103/1", "text/plain", "record"),
        ("csv/1", "text/csv", "record"),
        ("csv/1", "application/cloudevents+json", "record"),
    ],
)
def test_a_format_comes_in_its_own_content_types(format_: str, content_type: str, expected: object) -> None:
    if isinstance(expected, str):
        assert shape(format_, content_type) == expected
        return
    with pytest.raises(Problem) as caught:
        shape(format_, content_type)
    assert caught.value.status == expected
