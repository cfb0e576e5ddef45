"""An archive of reports is read without being trusted."""

import io
import zipfile

import pytest

from connectors.fius.goaml.archive import ArchiveRefused, reports_in


def packed(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, payload in entries:
            target.writestr(name, payload)
    return buffer.getvalue()


def refused(payload: bytes) -> str:
    with pytest.raises(ArchiveRefused) as caught:
        list(reports_in(payload))
    return caught.value.found.error.code


def test_every_xml_file_is_a_report_and_attachments_are_not_opened() -> None:
    payload = packed(("a.xml", b"<report/>"), ("scan.pdf", b"\0" * 100), ("sub/B.XML", b"<report>2</report>"))
    assert list(reports_in(payload)) == [("a.xml", b"<report/>"), ("sub/B.XML", b"<report>2</report>")]


def test_a_file_that_unpacks_to_far_more_than_it_takes_is_refused_whatever_its_header_says() -> None:
    bomb = bytearray(packed(("a.xml", b"\0" * 40_000_000)))
    assert len(bomb) < 60_000
    assert refused(bytes(bomb)) == "zip_too_large"


def test_many_files_that_are_too_much_together_are_refused() -> None:
    assert refused(packed(*((f"{n}.xml", b"<report/>") for n in range(600)))) == "zip_too_large"


@pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "..\\a.xml", "C:\\a.xml"])
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str) -> None:
    assert refused(packed((name, b"<report/>"))) == "zip_entry_name"


def test_an_encrypted_file_is_refused() -> None:
    payload = bytearray(packed(("a.xml", b"<report/>")))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = payload.index(mark) + (6 if mark.endswith(b"\x04") else 8)
        payload[at] |= 1
    assert refused(bytes(payload)) == "zip_encrypted"


@pytest.mark.parametrize(
    ("payload", "code"), [(b"PK\x03\x04", "zip_unreadable"), (packed(("a.txt", b"x")), "zip_without_report")]
)
def test_what_holds_no_report_is_refused(payload: bytes, code: str) -> None:
    assert refused(payload) == code


def test_a_damaged_archive_is_one_sentence() -> None:
    payload = bytearray(packed(("a.xml", b"<report>" + bytes(range(32, 120)) * 40 + b"</report>")))
    payload[60:90] = b"\xff" * 30
    assert refused(bytes(payload)) == "zip_unreadable"


def test_a_file_without_a_name_is_one_sentence() -> None:
    assert refused(packed(("~", b"<report/>")).replace(b"~", b"\0")) == "zip_unreadable"


def test_an_archive_whose_directory_points_before_its_beginning_is_one_sentence() -> None:
    payload = bytearray(packed(("a.xml", b"<report/>")))
    end = payload.index(b"PK\x05\x06")
    payload[end + 16 : end + 20] = (0xFFFFFF00).to_bytes(4, "little")
    assert refused(bytes(payload)) == "zip_unreadable"
    assert refused(bytes(payload[:5] + payload[20:])) == "zip_unreadable"
