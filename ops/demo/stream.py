"""The sample stream: 22,680 invented transfers of eleven cases and a lawful background, and what the gateway should make of them."""

import gzip
from collections.abc import Iterable, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

EVENTS: Traversable = files("ops.demo") / "cases.jsonl.gz"
TRUTH: Traversable = files("ops.demo") / "truth.json"
PARTNER = "demo"  # the sample registry's partner with a licence in every country


class SampleCase(msgspec.Struct, frozen=True):
    """One case of the stream. Parties are the partner's customer numbers, FIUs are ISO country codes.

    accept_offence    values of a report's `offence` that count as right
    negative_control  lawful: no report may hold any of its transfers, or name one of `control_parties` as subject
    detectors         typologies that belong to the case
    primary           FIUs of which at least one must get a filing; countries: the only ones that may
    protect           victims and those who pay for them; must_not_subject: the same, with bystanders
    subject_transfers those of `transfers` that touch one of `subjects`
    """

    id: str
    title: str
    accept_offence: tuple[str, ...]
    negative_control: bool
    detectors: tuple[str, ...]
    primary: tuple[str, ...]
    countries: tuple[str, ...]
    subjects: tuple[str, ...]
    protect: tuple[str, ...]
    must_not_subject: tuple[str, ...]
    control_parties: tuple[str, ...]
    subject_transfers: tuple[str, ...]
    transfers: tuple[str, ...]


class _Id(msgspec.Struct):
    transfer_id: str


_ID = msgspec.json.Decoder(_Id)


def sample_cases() -> tuple[SampleCase, ...]:
    """The cases, in the order of their ids."""
    return msgspec.json.decode(TRUTH.read_bytes(), type=tuple[SampleCase, ...])


def sample_events() -> list[bytes]:
    """Every event as the partner posts it, in order of time."""
    return gzip.decompress(EVENTS.read_bytes()).splitlines()


def transfer_id_of(event: bytes) -> str:
    """The partner's number of the transfer."""
    return _ID.decode(event).transfer_id


def without_background(events: Iterable[bytes], cases: Sequence[SampleCase]) -> list[bytes]:
    """Only the events that belong to a case."""
    wanted = {transfer for case in cases for transfer in case.transfers}
    return [event for event in events if transfer_id_of(event) in wanted]
