"""Reads the ground truth of the public graph sets: a list of patterns, each with its accounts and the time it lasted.

Which transfers belong to a pattern the list does not say: those between two of its accounts within that time count. That takes in a
few ordinary payments (3 of 100 in the AMLGentex run, 39 of 100 in the AMLSim run), so recall on a pattern goes by its accounts.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from ops.quality.truth import Planted, Truth, malformed, refuse_repeated


class _Pattern(msgspec.Struct, frozen=True):
    pattern: Annotated[str, Meta(min_length=1)]
    pattern_id: str | int
    members: Annotated[tuple[Annotated[str, Meta(min_length=1)], ...], Meta(min_length=2)]
    start: datetime
    end: datetime


def read(document: object, source: str) -> Truth:
    """The patterns in a list. Raises TruthError."""
    if not isinstance(document, list) or not document:
        raise malformed(source, "is an empty list; without a pattern there is nothing to measure.")
    planted = tuple(_planted(source, number, row) for number, row in enumerate(document, 1))
    refuse_repeated(source, (pattern.id for pattern in planted))
    return Truth(source, False, planted)


def _planted(source: str, number: int, row: object) -> Planted:
    try:
        pattern = msgspec.convert(row, _Pattern)
    except msgspec.ValidationError as error:
        raise malformed(source, f"is not right in pattern {number}: {error}.") from error
    start, end = pattern.start, pattern.end
    if start.tzinfo is None or end.tzinfo is None:
        raise malformed(source, f"is not right in pattern {number}: give start and end with their offset, such as Z.")
    if end < start:
        raise malformed(source, f"is not right in pattern {number}: it ends before it starts.")
    members = tuple(dict.fromkeys(pattern.members))
    return Planted(
        id=f"{pattern.pattern}-{pattern.pattern_id}",
        title="",
        group=pattern.pattern,
        is_control=False,
        must_report=False,
        detectors=(),
        offences=(),
        subjects=members,
        protect=(),
        bystanders=(),
        parties=members,
        transfers=(),
        subject_transfers=(),
        window=(round(start.timestamp() * 1000), round(end.timestamp() * 1000)),
    )
