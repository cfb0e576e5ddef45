"""What holds for the reader of every format, whatever a partner sends."""

from random import Random

import pytest

from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Incoming
from schemas.native import InvalidTransfer
from schemas.native_reading import Reading
from tests.fuzz import samples
from tests.fuzz.contract import RECEIVED_MS, partner_of
from tests.fuzz.mutation import mutated

DAMAGED = 300  # of each format


@pytest.mark.parametrize("format_", list(FORMATS))
def test_a_reader_raises_nothing_so_no_fault_takes_what_was_read_along(format_: str) -> None:
    """What cannot be read is an item. A reader that raised after its first one would have the whole record refused."""
    read, documents, chance = FORMATS[format_].reader(partner_of(format_)), samples.documents(format_), Random(1)
    faults = 0
    for raw in (*documents, *(mutated(documents, chance) for _ in range(DAMAGED)), b""):
        try:
            found = list(read(Incoming(raw, (), RECEIVED_MS)))
        except InvalidTransfer as fault:
            pytest.fail(f"the reader raises {fault}: {raw[:200]!r}")
        assert all(isinstance(item.result, Reading | InvalidTransfer) for item in found)
        faults += any(isinstance(item.result, InvalidTransfer) for item in found)
    assert faults > DAMAGED / 10
