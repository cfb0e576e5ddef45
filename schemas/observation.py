"""Observations: what one transfer means for each entity it touches, and what entities tell each other (signals)."""

import msgspec

from schemas.transfer import Identifier, Place

SENDER, RECEIVER, SEND_AGENT, PAY_AGENT = range(4)


class Side(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A party as detection sees it: keys and plain attributes, no names. `living` is the class of the stated occupation: 0 unknown,
    1 without pay, 2 paid, 3 skilled, 4 a trade of one's own."""

    key: bytes
    is_person: bool
    nationality: str
    since_day: int  # customer_since as days since the epoch; 0: unknown
    name_keys: tuple[bytes, ...]
    identifiers: tuple[Identifier, ...]
    living: int = 0


class TransferFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One transfer as detection sees it. `revision` orders the states of one uid (0: never spoke for it); `counts` is False once it was
    refunded or cancelled: detection then forgets it."""

    uid: bytes
    revision: int
    counts: bool
    partition: int
    offset: int
    index: int
    at_ms: int
    utc_offset_min: int
    partner: str
    scope: str
    sender: Side
    receiver: Side | None
    amount_minor: int
    currency: str
    usd_minor: int
    channel: str
    send_place: Place
    pay_place: Place
    relation: str
    name_tie: bool
    purpose_class: str
    flagged: bool
    stream_start_ms: int
    counter: int = 0  # the agent at whose counter the customer stood, as 32 bits of its key; 0: none
    trade: str = ""  # what the paid business sells (streams.domain.trade), where a pattern asks for it
    passenger: int = 0  # whom a ticket, room, SIM or vehicle is for, as 32 bits under the payer's key; 0: nobody named


class Observation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`entity` (of `kind`) took part on `side` in the transfer at `fact` in the batch's list."""

    fact: int
    entity: bytes
    kind: int
    side: int
    # Not counted for this entity: the transfer's new revision no longer names it, or a newer one speaks for the transfer already.
    dropped: bool = False


class Signal(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What `source` tells `entity`: an upsert by (source, topic); `depth` bounds how far news travels (<= 4)."""

    entity: bytes
    source: bytes
    topic: str
    depth: int
    body: bytes


class ObservationBatch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One record on `observations`, all of it for one partition."""

    facts: tuple[TransferFacts, ...] = ()
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
