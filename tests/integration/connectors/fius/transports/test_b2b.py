"""goAML's B2B interface against a server of ours that is as described. No FIU's server has been asked: see described_b2b_server.py."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.fius.transports.b2b import B2bChannel, Server
from connectors.fius.transports.channel import LARGEST_ANSWER_BYTES, Awaited, Barred, Outgoing, Refused, Transient
from connectors.fius.transports.packing import outgoing
from connectors.fius.transports.reading import read_answer
from schemas.filing import Filing

PASSWORD = "correct horse"
Make = Callable[..., B2bChannel]


def filed(number: int = 1, reference: str = "r1.v1") -> Outgoing:
    payload = f"<report><entity_reference>{reference}</entity_reference></report>".encode()
    filing = Filing(
        f"{number:032x}",
        "b" * 32,
        1,
        "KW",
        "file",
        "application/xml",
        "goaml",
        "5",
        "r.xml",
        "",
        0,
        0,
        False,
        False,
        (),
        "",
        payload,
    )
    return outgoing(filing, "zip")


@pytest.fixture
def channel_of(described: Any) -> Iterator[Make]:
    made: list[B2bChannel] = []

    def make(**changes: Any) -> B2bChannel:
        fields = {"url": described.url, "user": "gateway", "password": PASSWORD, "timeout_s": 5.0}
        made.append(B2bChannel(Server(**(fields | changes)), time.monotonic))
        return made[-1]

    yield make
    for channel in made:
        channel.close()


def sent(channel: B2bChannel, out: Outgoing) -> Any:
    return channel.stage(out) or channel.release(out)


def statuses(channel: B2bChannel, *awaited: Awaited) -> list[tuple[str, str, list[str]]]:
    answers = channel.answers(awaited)
    return [(one.filing_id, said.status, [e.text for e in said.errors]) for one in answers for said in read_answer(one)]


def test_a_report_is_posted_once_and_its_status_followed_to_the_judgement(described: Any, channel_of: Make) -> None:
    channel = channel_of()
    done = sent(channel, filed())
    assert (done.fiu_reference, described.posted, described.logins) == ("K-1", ["r1.v1"], 1)
    awaited = Awaited(filed().filing_id, "r1.v1", "K-1")
    assert statuses(channel, awaited) == [(filed().filing_id, "received", [])]
    described.judge("r1.v1", "Rejected", "no indicator\nno date")
    assert statuses(channel, awaited) == [(filed().filing_id, "rejected", ["no indicator", "no date"])]
    described.judge("r1.v1", "Processed")
    assert statuses(channel, Awaited(filed().filing_id, "r1.v1", "")) == [(filed().filing_id, "accepted", [])]


def test_a_token_that_ran_out_is_renewed_once(described: Any, channel_of: Make) -> None:
    channel = channel_of()
    sent(channel, filed())
    described.expire_tokens()
    assert sent(channel, filed(2, "r2.v1")).fiu_reference == "K-2"
    assert described.logins == 2
    described.script = [{"status": 302, "headers": {"Location": "/goAMLWeb/Account/LogOn"}}]
    assert sent(channel, filed(3, "r3.v1")).fiu_reference == "K-3"
    assert (described.logins, described.posted) == (3, ["r1.v1", "r2.v1", "r3.v1"])


def test_http_basic_takes_no_token(described: Any, channel_of: Make) -> None:
    described.basic = True
    sent(channel_of(auth="basic"), filed())
    assert (described.logins, described.posted) == (0, ["r1.v1"])


def test_the_part_may_have_another_name(described: Any, channel_of: Make) -> None:
    described.upload_field = "report"
    assert sent(channel_of(upload_field="report"), filed()).fiu_reference == "K-1"


def test_a_wrong_password_bars_the_channel_after_one_try(described: Any, channel_of: Make) -> None:
    with pytest.raises(Barred) as caught:
        sent(channel_of(password="guess"), filed())
    assert (caught.value.code, described.logins) == ("credentials", 1)
    assert "guess" not in caught.value.text


def test_a_right_that_is_missing_bars_the_channel(described: Any, channel_of: Make) -> None:
    described.script = [{"status": 403}]
    with pytest.raises(Barred, match="403"):
        sent(channel_of(), filed())


@pytest.mark.parametrize("location", ["http://127.0.0.1:9/elsewhere", "https://evil.example/", "/goAMLWeb/Account/LogOn"])
def test_a_redirect_is_never_followed(location: str, described: Any, channel_of: Make) -> None:
    channel = channel_of()
    channel.stage(filed())
    described.asked.clear()
    described.script = [{"status": 302, "headers": {"Location": location}}] * 2
    with pytest.raises(Barred) as caught:
        channel.release(filed())
    assert caught.value.code == "redirect"
    assert {path.rpartition("/")[2] for path in described.asked} == {"PostReport", "GetToken"}


def test_an_fiu_that_asks_for_patience_gets_it(described: Any, channel_of: Make) -> None:
    described.script = [{"status": 429, "headers": {"Retry-After": "120"}}, {"status": 503}]
    channel = channel_of()
    with pytest.raises(Transient) as caught:
        sent(channel, filed())
    assert (caught.value.code, caught.value.retry_after_s) == ("http_429", 120.0)
    with pytest.raises(Transient) as caught:
        sent(channel, filed())
    assert (caught.value.code, caught.value.retry_after_s) == ("http_503", 0.0)
    assert described.posted == []


@pytest.mark.parametrize(
    "lost",
    [
        {"take": True, "hang_up": True},
        {"take": True, "status": 500},
        {"take": True, "status": 200, "body": b"<html>Thank you!</html>"},
        {"take": True, "status": 200, "body": b"x" * (LARGEST_ANSWER_BYTES + 1)},
        {"take": True, "status": 200, "body": b"", "length": 100},
    ],
    ids=["hangs up", "500", "no key", "oversize", "cut off"],
)
def test_a_report_whose_answer_was_lost_is_found_by_its_reference_and_not_sent_again(
    lost: dict[str, Any], described: Any, channel_of: Make
) -> None:
    channel = channel_of()
    described.script = [lost]
    channel.stage(filed())
    with pytest.raises(Transient):
        channel.release(filed())
    found = channel.check(filed())
    assert found is not None
    assert (found.fiu_reference, described.posted) == ("K-1", ["r1.v1"])


def test_a_report_that_never_arrived_is_certainly_not_there(described: Any, channel_of: Make) -> None:
    channel = channel_of()
    described.script = [{"hang_up": True}]
    channel.stage(filed())
    with pytest.raises(Transient):
        channel.release(filed())
    assert channel.check(filed()) is None
    assert channel.release(filed()).fiu_reference == "K-1"


def test_a_report_that_the_fiu_has_already_is_not_posted(described: Any, channel_of: Make) -> None:
    sent(channel_of(), filed())
    again = channel_of().stage(filed())
    assert again is not None
    assert (again.fiu_reference, described.posted) == ("K-1", ["r1.v1"])


def test_a_duplicate_is_no_rejection(described: Any, channel_of: Make) -> None:
    channel = channel_of()
    sent(channel, filed())
    assert channel.release(filed()) == sent(channel, filed())


def test_a_file_that_is_refused_at_once_is_sent_and_answered(described: Any, channel_of: Make) -> None:
    described.script = [{"status": 400, "body": b'{"errors": "bad \\"date\\""}'}]
    done = sent(channel_of(), filed())
    assert done.answer is not None
    [said] = read_answer(done.answer)
    assert (said.status, said.filing_id, said.errors[0].code) == ("rejected", filed().filing_id, "http_400")
    assert "date" in said.errors[0].text


def test_a_file_that_is_too_large_is_refused_for_a_person(described: Any, channel_of: Make) -> None:
    described.script = [{"status": 413}]
    with pytest.raises(Refused) as caught:
        sent(channel_of(), filed())
    assert caught.value.code == "too_large"


def test_where_reports_cannot_be_looked_up_a_person_decides(described: Any, channel_of: Make) -> None:
    with pytest.raises(Refused, match="look in the FIU's portal") as caught:
        channel_of(lookup_field="").check(filed())
    assert caught.value.code == "outcome_unknown"
    described.list_script = [{"status": 400}]
    with pytest.raises(Refused) as caught:
        channel_of().check(filed())
    assert caught.value.code == "outcome_unknown"
    described.list_script = [{"status": 400}]
    assert sent(channel_of(), filed()).fiu_reference == "K-1"


def test_an_answer_that_drips_is_not_waited_for_for_ever(described: Any, channel_of: Make) -> None:
    described.script = [{"chunks": [b"x"] * 40, "length": 40, "pause_s": 0.1}]
    channel, started = channel_of(timeout_s=0.5), time.monotonic()
    channel.stage(filed())
    with pytest.raises(Transient) as caught:
        channel.release(filed())
    assert caught.value.code == "too_slow"
    assert time.monotonic() - started < 3


def test_a_server_that_is_away_or_elsewhere(described: Any, channel_of: Make) -> None:
    with pytest.raises(Transient):
        sent(channel_of(url="http://127.0.0.1:9/goAMLWeb"), filed())
    described.script = [{"status": 404}]
    with pytest.raises(Barred) as caught:
        sent(channel_of(), filed())
    assert caught.value.code == "wrong_address"


@pytest.mark.parametrize(
    "body",
    [
        b"<feed",
        b'<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>',
        b"[]]",
        b'{"value": [{"ReportKey": 1}]}',
        b"\xff\xfe\x00",
        b"<html/>",
    ],
)
def test_a_list_that_cannot_be_read_is_never_taken_for_an_empty_one(body: bytes, described: Any, channel_of: Make) -> None:
    channel = channel_of()
    described.list_script = [{"body": body}]
    with pytest.raises(Transient):
        channel.check(filed())


def test_a_status_out_of_all_proportion_is_set_aside_and_the_next_one_read(described: Any, channel_of: Make) -> None:
    channel = channel_of()
    sent(channel, filed())
    sent(channel, filed(2, "r2.v1"))
    described.list_script = [{"body": b"x" * (LARGEST_ANSWER_BYTES + 1)}]
    first, second = channel.answers([Awaited("a", "r1.v1", "K-1"), Awaited("b", "r2.v1", "K-2")])
    assert (first.problem, first.raw, json.loads(second.raw)["value"][0]["ReportKey"]) == ("answer_too_large", b"", "K-2")


def test_a_reference_with_a_quote_stays_one_word(described: Any, channel_of: Make) -> None:
    sent(channel_of(), filed())
    assert channel_of().check(filed(2, "x' or ReportKey ne '")) is None


def test_a_certificate_file_that_cannot_be_used_bars_the_channel(channel_of: Make, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for ca_file in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(Barred) as caught:
            sent(channel_of(ca_file=ca_file), filed())
        assert caught.value.code == "certificate"
