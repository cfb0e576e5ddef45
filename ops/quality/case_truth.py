"""Reads strgw.truth/1: the reference cases, and what `strgw simulate` writes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from ops.quality.truth import Planted, Truth, first_of, malformed, refuse_repeated

SCHEMA = "strgw.truth/1"
Detector = Annotated[str, Meta(pattern=r"^TS-[A-Z][0-9]{2}$")]
Name = Annotated[str, Meta(min_length=1)]


class _Party(msgspec.Struct, frozen=True):
    party_ids: tuple[str, ...]


class _Expected(msgspec.Struct, frozen=True):
    report: bool
    detectors: tuple[Detector, ...]
    subjects: tuple[str, ...]
    protect: tuple[str, ...]
    must_not_subject: tuple[str, ...]


class _Case(msgspec.Struct, frozen=True):
    id: Name
    accept_offence: tuple[str, ...]
    negative_control: bool
    transfers: Annotated[tuple[Name, ...], Meta(min_length=1)]
    subject_transfers: tuple[Name, ...]
    parties: tuple[_Party, ...]
    expect: _Expected
    title: str = ""
    typology: str = ""
    first_knowable_at: str | None = None


def read(document: object, source: str) -> Truth:
    """The cases in a document whose `schema` is SCHEMA. Raises TruthError."""
    rows = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        raise malformed(source, 'has no "cases"; without any there is nothing to measure.')
    planted = tuple(_planted(source, number, row) for number, row in enumerate(rows, 1))
    refuse_repeated(source, (case.id for case in planted))
    return Truth(source, True, planted)


def _planted(source: str, number: int, row: object) -> Planted:
    try:
        case = msgspec.convert(row, _Case)
    except msgspec.ValidationError as error:
        raise malformed(source, f"is not right in case {number}: {error}.") from error
    where = f"case {case.id}"
    for fault in _faults(case):
        raise malformed(source, f"is not right in {where}: {fault}.")
    expected = case.expect
    return Planted(
        id=case.id,
        title=case.title,
        group=case.typology,
        is_control=case.negative_control,
        must_report=expected.report and not case.negative_control,
        detectors=expected.detectors,
        offences=case.accept_offence,
        subjects=expected.subjects,
        protect=expected.protect,
        bystanders=tuple(party for party in expected.must_not_subject if party not in set(expected.protect)),
        parties=tuple(dict.fromkeys(number for party in case.parties for number in party.party_ids)),
        transfers=case.transfers,
        subject_transfers=case.subject_transfers,
        knowable_ms=_instant(case.first_knowable_at),
    )


def _faults(case: _Case) -> Iterator[str]:
    strangers = sorted(set(case.subject_transfers) - set(case.transfers))
    if strangers:
        yield f"subject_transfers holds what transfers does not: {first_of(strangers)}"
    both = sorted(set(case.expect.subjects) & {*case.expect.protect, *case.expect.must_not_subject})
    if both:
        yield f"expected as subject and to be spared at once: {first_of(both)}"
    if case.expect.report and (case.negative_control or not case.subject_transfers):
        yield "a report is expected, but it is a negative control or names no subject_transfers"
    try:
        _instant(case.first_knowable_at)
    except ValueError:
        yield "first_knowable_at is not a time with its offset, such as 2024-05-17T18:42:10+00:00"


def _instant(text: str | None) -> int | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return round(at.timestamp() * 1000)
