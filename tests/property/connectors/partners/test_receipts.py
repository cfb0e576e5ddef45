"""Receipts are the bytes that fastavro would write, and what a partner reads of them is what was said."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.partners.receipts import ReceiptLine, encode_receipts
from schemas.wire import schema_registry

TEXTS = st.text(max_size=200)
OFFSETS = st.integers(0, 200) | st.integers(0, 2**62)
ACCEPTED = st.builds(ReceiptLine, OFFSETS, st.text(min_size=1, max_size=64), st.none(), st.none(), st.integers(0, 10_000))
REFUSED = st.builds(ReceiptLine, OFFSETS, st.none() | TEXTS, TEXTS, TEXTS, st.integers(0, 2**31 - 1))


@given(
    TEXTS, st.integers(0, 2**31 - 1), st.lists(ACCEPTED | REFUSED, max_size=80, unique_by=lambda line: (line.offset, line.place))
)
def test_the_bytes_are_those_of_fastavro_with_the_lines_in_their_order(
    partner: str, partition: int, lines: list[ReceiptLine]
) -> None:
    said = [
        {
            "offset": line.offset, "transfer_id": line.transfer_id, "accepted": line.reason_code is None, "reason_code": line.reason_code,
            "reason": line.reason, "index": line.place,
        }
        for line in sorted(lines, key=lambda line: (line.offset, line.place))
    ]  # fmt: skip
    record = {"partner": partner, "topic": f"partner.{partner}.transfers", "partition": partition, "lines": said}
    found = encode_receipts(partner, partition, lines)
    assert found == schema_registry().encode("receipt", record)
    assert schema_registry().decode("receipt", found) == record
