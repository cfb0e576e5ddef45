"""What an MT103 may not be, and that one bad message of a file delays no other."""

from pathlib import Path

import pytest

from connectors.partners.formats.contract import Incoming, Item
from connectors.partners.formats.mt103 import FORMAT
from schemas.native import InvalidTransfer
from schemas.native_reading import Reading
from schemas.registry import Partner

PARTNER = Partner("demo", "Demo", "bank", FORMAT.id, "KZ", ())
SAMPLES = Path(__file__).parents[6] / "shared" / "reference" / "formats" / "mt103"
BODY = ":20:R\n:23B:CRED\n:32A:{date}RUB1,\n:50K:IVANOV\n:59:LOLA\n:71A:SHA\n"


def message(date: str = "260211", body: str = BODY, kind: str = "103") -> bytes:
    return f"{{1:F01AAAARUMMAXXX0000000001}}{{2:I{kind}BBBBKZKXXXXXN}}{{4:\n{body.format(date=date)}-}}".encode()


def items(raw: bytes) -> list[Item]:
    return list(FORMAT.reader(PARTNER)(Incoming(raw)))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"hello", "not_in_format"),
        (message()[:40], "not_in_format"),
        (message().replace(b"LOLA", b"\xff"), "not_utf8"),
        (message(kind="202"), "message_unsupported"),
        (message(date="261311"), "date_invalid"),
        (message(date="26021"), "not_in_format"),
        (message(body=BODY.replace(":20:R\n", "")), "field_missing"),
        (message(body=BODY.replace(":59:LOLA\n", "")), "field_missing"),
        (message(body=BODY.replace(":50K:IVANOV", ":50F:/1\nIVANOV")), "not_in_format"),
        (message(body=BODY.replace("RUB1,", "RUB0,")), "amount_not_positive"),
        # An account that ends in no line would be tried from each digit on: hours.
        (message(body=BODY.replace(":59:LOLA", ":59:" + "9" * 20_000)).replace(b"RUB1,", b"RUB0,"), "amount_not_positive"),
    ],
)
def test_each_kind_of_bad_message_has_its_code(raw: bytes, code: str) -> None:
    from connectors.partners.accept import Acceptor, Rejection
    from schemas.transfer import Coordinate
    from streams.domain.identity import Keyring

    (result,) = Acceptor(PARTNER, Keyring(b"m" * 32), lambda: 1_800_000_000_000).take_in(Incoming(raw), Coordinate("t", 0, 0))
    assert isinstance(result, Rejection)
    assert result.reason_code == code


def test_one_bad_message_of_a_file_is_kept_alone_and_delays_no_other() -> None:
    good, bad, last = items(b"$\n".join((message(), message(date="269999"), message(date="260212"))))
    assert isinstance(good.result, Reading)
    assert isinstance(last.result, Reading)
    assert isinstance(bad.result, InvalidTransfer)
    (again,) = items(bad.part().replace(b"269999", b"260211"))
    assert isinstance(again.result, Reading)


@pytest.mark.parametrize(
    ("line", "country"),
    [("DENVER CO", ""), ("LAGOS NIGERIA", "NG"), ("OSH, KG", "KG"), ("KG", "KG"), ("NEW YORK, NY 10005-3122", "")],
)
def test_a_country_is_read_only_where_nothing_else_can_be_meant(line: str, country: str) -> None:
    (item,) = items(message(body=BODY.replace(":59:LOLA", f":59:LOLA\n{line}")))
    assert isinstance(item.result, Reading)
    receiver = item.result.event.receiver
    assert receiver
    assert [address.country for address in receiver.addresses] == ([country] if country else [])


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared reference formats are not beside this repository")
def test_samples_of_others_are_taken_in_but_for_the_one_with_an_impossible_date() -> None:
    found = {path.name: [item.result for item in items(path.read_bytes())] for path in sorted(SAMPLES.iterdir())}
    refused = {name: r.code for name, results in found.items() for r in results if isinstance(r, InvalidTransfer)}
    assert refused == {"mt103_3_uetr_block3.txt": "date_invalid"}
    assert {name: len(results) for name, results in found.items()} == {
        "mt103_1_stp_cad.txt": 1, "mt103_2_multiline_eur.txt": 1, "mt103_3_uetr_block3.txt": 1, "mt103_4_output_with_trailer.txt": 1,
        "prowide_MT103-bulk-with-ack.rje": 3, "prowide_MT103-out-ack.rje": 13,
    }  # fmt: skip


@pytest.mark.parametrize("rest", ["", "52", "1", "16342602", "²²²²²²²²²²ALFARUMMAXXX", "١٢٣٤٥٦٧٨٩٠ALFARUMMAXXX"])
def test_a_time_of_input_that_is_cut_off_or_in_other_digits_is_unknown(rest: str) -> None:
    raw = message().replace(b"{2:I103BBBBKZKXXXXXN}", f"{{2:O103{rest}}}".encode())
    (item,) = items(raw)
    assert isinstance(item.result, Reading)
    assert item.result.event.occurred_at == "2026-02-11T12:00:00+00:00"  # the noon of the value date


def test_a_message_without_a_field_lacks_them_all() -> None:
    (item,) = items(message(body="nothing\n"))
    assert isinstance(item.result, InvalidTransfer)
    assert item.result.code == "field_missing"


@pytest.mark.timeout(20)  # hours, where every beginning is tried to the end
@pytest.mark.parametrize("piece", ["{4: ", "{4:\n", "{2:I103", "{2:O103 ", "{1:F01", "{121:", ":59", "\n:", " -", "\n-", "/1/"])
def test_what_is_begun_a_hundred_thousand_times_and_never_ended_takes_no_longer_for_it(piece: str) -> None:
    raw = b"{1:F01AAAARUMMAXXX0000000001}{2:I103BBBBKZKXXXXXN" + piece.encode() * (200_000 // len(piece))
    (item,) = items(raw)
    assert isinstance(item.result, InvalidTransfer)
