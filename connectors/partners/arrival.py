"""A partner's Kafka record as the formats read it, and how many transfers it holds."""

from collections.abc import Callable, Iterable

from connectors.kafka.scan import LogRecord
from connectors.partners import quarantine
from connectors.partners.accept import items_of
from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Incoming, Reader
from schemas import topics
from schemas.native import NATIVE
from schemas.registry import Partner
from schemas.transfer import Coordinate


def incoming_of(record: LogRecord, passage: quarantine.Passage) -> Incoming:
    """The record as it first came, without the headers of a redrive."""
    headers = [said for said in record.headers if not said[0].startswith(quarantine.OWN_HEADERS)] if record.headers else ()
    return Incoming(record.value or b"", headers, passage.received_ms)


def coordinate_of(record: LogRecord) -> Coordinate:
    """Where the record lies."""
    return Coordinate(record.topic, record.partition, record.offset)


def several_in(partners: Iterable[Partner]) -> dict[str, Callable[[LogRecord], int]]:
    """By topic, for partners whose format lets a record hold several transfers: how many events a record is (at least one)."""
    return {
        topics.partner_transfers(one.id): _counter(FORMATS[one.format].reader(one)) for one in partners if one.format != NATIVE
    }


def _counter(reader: Reader) -> Callable[[LogRecord], int]:
    return lambda record: len(items_of(reader, incoming_of(record, quarantine.passage(record.headers, record.timestamp)))[1])
