"""What a truth file says, whichever of the two formats it has: the planted cases of a stream of events."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from ops.errors import CommandError

FIRST = 10  # issue: of what is unknown, the first ten are named


class TruthError(CommandError):
    """A truth file that cannot be used. `code`: truth_unreadable, truth_malformed, truth_unknown."""


class Planted(msgspec.Struct, frozen=True):
    """One planted case or pattern, or a lawful one that looks like it. Ids are the partner's.

    group              what it is counted under: the typology, scheme or pattern that was planted ("" where the file does not say)
    is_control         lawful: nothing of it belongs into a report
    must_report        it should end in a report; of the others a finding is enough
    detectors          typologies that belong to it
    offences           values of a report's `offence` that count as right (empty: any)
    subjects           whom a report may name as subject; protect: who must never be one; bystanders: nor these, without being victims
    parties            everybody who takes part
    transfers          its transfers; empty where the file knows only who paid whom, and `window` (ms UTC, both ends included) when
    subject_transfers  those of `transfers` that touch a subject
    knowable_ms        when its question could first be answered with yes, where the file says so
    """

    id: str
    title: str
    group: str
    is_control: bool
    must_report: bool
    detectors: tuple[str, ...]
    offences: tuple[str, ...]
    subjects: tuple[str, ...]
    protect: tuple[str, ...]
    bystanders: tuple[str, ...]
    parties: tuple[str, ...]
    transfers: tuple[str, ...]
    subject_transfers: tuple[str, ...]
    window: tuple[int, int] | None = None
    knowable_ms: int | None = None


class Truth(NamedTuple):
    """The planted cases of one file. `has_reports`: the file says what a report should make of them."""

    source: str
    has_reports: bool
    planted: tuple[Planted, ...]


def content(path: Path) -> object:
    """The JSON document in `path`. Raises TruthError."""
    try:
        return msgspec.json.decode(path.read_bytes())
    except OSError as error:
        sentence = f"The truth file {path} cannot be read ({error.strerror}); give the file that belongs to the events."
        raise TruthError(sentence, "truth_unreadable") from error
    except (ValueError, RecursionError) as error:
        sentence = f"The truth file {path} is not JSON ({error}); give it unpacked, as it was made."
        raise TruthError(sentence, "truth_malformed") from error


def malformed(source: str, fault: str) -> TruthError:
    """The error for a truth file whose content is not what its format promises."""
    return TruthError(f"The truth file {source} {fault}", "truth_malformed")


def first_of(unknown: Iterable[str]) -> str:
    """The first ten, and how many more there are, as words."""
    names = list(unknown)
    more = f" and {len(names) - FIRST:,} more" if len(names) > FIRST else ""
    return ", ".join(names[:FIRST]) + more


def refuse_repeated(source: str, ids: Iterable[str]) -> None:
    """Raises TruthError where two cases have one id."""
    seen: set[str] = set()
    for identity in ids:
        if identity in seen:
            raise malformed(source, f"has two cases {identity}; give each an id of its own.")
        seen.add(identity)
