"""One transfer as an entity sees it."""

import msgspec

from schemas.observation import SENDER, TransferFacts
from schemas.transfer import Place
from streams.domain.lines import may_be_near

DAY_MS = 86_400_000


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One transfer at one entity. `mine` is the party on our side, `other` the one opposite (empty: none)."""

    at_ms: int
    uid: bytes
    side: int
    revision: int
    partition: int
    offset: int
    index: int
    utc_offset_min: int
    mine: bytes
    other: bytes
    partner: str
    amount_minor: int
    currency: str
    usd_minor: int
    channel: str
    send: Place
    pay: Place
    relation: str
    name_tie: bool
    purpose_class: str
    flagged: bool
    young_stream: bool  # within 45 days of the partner's first event: newness is unknown then
    is_near_line: bool  # the sum may lie just under a reporting line (amount and currency alone)
    counter: int = 0  # the agent at whose counter the customer stood, as 32 bits of its key; 0: none
    trade: str = ""  # what the paid business sells (streams.domain.trade), where a pattern asks for it
    passenger: int = 0  # whom a ticket, room, SIM or vehicle is for; comparable for one payer only; 0: nobody named

    @property
    def local_hour(self) -> int:
        """The hour on the clock of the transfer, 0 to 23; some clocks are half an hour off."""
        return (self.at_ms // 60_000 + self.utc_offset_min) // 60 % 24

    def order(self) -> tuple[int, bytes, int]:
        """Sort key: event time, then the transfer, then the side."""
        return (self.at_ms, self.uid, self.side)


def event_of(facts: TransferFacts, side: int) -> Event:
    """The transfer as the entity on `side` (SENDER or RECEIVER) sees it."""
    receiver = facts.receiver.key if facts.receiver else b""
    mine, other = (facts.sender.key, receiver) if side == SENDER else (receiver, facts.sender.key)
    young = facts.at_ms - facts.stream_start_ms < 45 * DAY_MS  # A7 "New"
    return Event(
        facts.at_ms, facts.uid, side, facts.revision, facts.partition, facts.offset, facts.index, facts.utc_offset_min,
        mine, other, facts.partner, facts.amount_minor, facts.currency, facts.usd_minor, facts.channel,
        facts.send_place, facts.pay_place, facts.relation, facts.name_tie, facts.purpose_class, facts.flagged, young,
        may_be_near(facts.currency, facts.amount_minor), facts.counter, facts.trade, facts.passenger,
    )  # fmt: skip
