"""What travels is the same bytes every time, under the name and the reference that the FIU will know it by."""

import io
import zipfile
from collections.abc import Callable

import pytest

from connectors.fius.transports.packing import outgoing
from schemas.filing import Filing

Make = Callable[..., Filing]


def test_a_zip_holds_the_file_alone_and_is_the_same_every_time(filing_of: Make) -> None:
    one, two = outgoing(filing_of(), "zip"), outgoing(filing_of(), "zip")
    assert one == two
    assert one.file_name == "STR_AE_r1-v1.zip"
    with zipfile.ZipFile(io.BytesIO(one.payload)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"STR_AE_r1-v1.xml": filing_of().payload}


def test_a_file_travels_as_it_was_rendered(filing_of: Make) -> None:
    one = outgoing(filing_of(), "file")
    assert (one.file_name, one.payload, one.sha256) == ("STR_AE_r1-v1.xml", filing_of().payload, filing_of().sha256)


def test_what_is_a_zip_already_is_not_packed_again(filing_of: Make) -> None:
    package = filing_of(media_type="application/zip", file_name="p.zip", payload=b"PK")
    assert (outgoing(package, "zip").file_name, outgoing(package, "zip").payload) == ("p.zip", b"PK")


@pytest.mark.parametrize(
    ("changes", "reference"),
    [
        ({}, "r1.v1"),
        ({"payload": b"<report><entity_reference> r2.v1-02 </entity_reference></report>"}, "r2.v1-02"),
        ({"payload": b"<report/>"}, "a" * 32),
        ({"payload": b"<!DOCTYPE report><report><entity_reference>x</entity_reference></report>"}, "a" * 32),
        ({"media_type": "application/zip"}, "a" * 32),
    ],
)
def test_the_reference_is_the_forms_own_or_the_filing_id(changes: dict[str, bytes], reference: str, filing_of: Make) -> None:
    assert outgoing(filing_of(**changes), "file").reference == reference
