"""Whether a party is, or may be, a child: known only here, where names and birth dates join a report (victim rules V1, V7)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

Childhood = Literal["", "child", "possibly_child"]
ADULT_YEARS = 18  # Convention on the Rights of the Child, article 1


def childhood(dates_of_birth: Iterable[str], at_ms: int) -> Childhood:
    """Says "child" where every date of birth says under 18 at `at_ms`, "possibly_child" where one does or leaves it open, else "".

    Units   dates YYYY, YYYY-MM or YYYY-MM-DD; ms since the epoch, UTC
    """
    verdicts = {_is_under_age(born, at_ms) for born in dates_of_birth}
    if verdicts == {True}:
        return "child"
    return "possibly_child" if verdicts & {True, None} else ""


def _is_under_age(born: str, at_ms: int) -> bool | None:
    """True or False where the date decides it, None where it leaves it open."""
    day = datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
    limit = f"{int(day[:4]) - ADULT_YEARS:04d}{day[4:]}"
    size = len(born)
    if born[:size] == limit[:size]:
        return False if size == len(limit) else None
    return born > limit[:size]
