"""What a party passes on: a credit, and the payment by which most of it soon leaves again to somebody else."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from schemas.observation import SENDER
from streams.domain.event import DAY_MS, Event
from streams.domain.profile import Profiles

WITHIN_D = 5  # typologies A4 "F06": less than 5 days a hop
LEAST_KEPT, MOST_KEPT = 85, 100  # per cent; typologies A4 "F06"
LEAST_USD = 300  # DEF: below this everybody passes something on
ENDS = frozenset({"cash_out", "virtual_asset"})  # where value leaves the accounts that can be followed
# Wages are spent, shop takings are turnover (typologies A7 "F03" and "Business receivers").
BOUGHT = frozenset({"merchant", "card", "payroll"})
EXCUSED = frozenset({"rent", "tuition", "dues"})


def is_link(event: Event, is_kin: bool, profiles: Profiles) -> bool:
    """Whether the transfer may be part of a chain: large enough, no purchase, wage, rent or dues, neither to kin nor to oneself, and
    not from one firm to another (a group's treasury)."""
    if event.usd_minor < LEAST_USD * 100 or event.channel in BOUGHT or event.purpose_class in EXCUSED or is_kin:
        return False
    if event.channel in ENDS:
        return event.side == SENDER
    parties = [profiles.get(party, None) for party in (event.mine, event.other)]
    return any(party is None or party.is_person for party in parties)


def may_relay(came: Event, went: Event) -> bool:
    """Whether the payment may be what was just received, by time, sums and the parties opposite."""
    if not came.at_ms <= went.at_ms < came.at_ms + WITHIN_D * DAY_MS or went.other == came.other:
        return False
    return LEAST_KEPT * came.usd_minor <= 100 * went.usd_minor <= MOST_KEPT * came.usd_minor


def relays(came: Sequence[Event], went: Sequence[Event]) -> Iterator[tuple[Event, Event]]:
    """Each credit with the first payment that may be it; both lists are oldest first and hold links only."""
    for credit in came:
        for at in range(bisect_left(went, credit.at_ms, key=lambda e: e.at_ms), len(went)):
            if went[at].at_ms >= credit.at_ms + WITHIN_D * DAY_MS:
                break
            if may_relay(credit, went[at]):
                yield credit, went[at]
                break
