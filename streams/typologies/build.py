"""Builds small streams for the typologies' examples: who paid whom, when, how much, from where to where."""

from collections.abc import Iterable
from hashlib import sha256

from schemas.corridors import corridors, town_id
from schemas.observation import RECEIVER, SENDER, Side, TransferFacts
from schemas.transfer import ADDRESS, DEVICE, NO_RELATION, PARTY, PHONE, Identifier, Place
from streams.domain.entity import EntityState, Story
from streams.domain.event import DAY_MS, Event, event_of
from streams.domain.memory import remember, upsert
from streams.domain.view import View

START_MS = 1_709_251_200_000  # 2024-03-01T00:00Z: any day serves, the stream began a year before
HOUR_MS = 3_600_000


def key_of(name: str) -> bytes:
    """The entity key that stands for an example's party."""
    return sha256(name.encode()).digest()[:16]


def pay(  # noqa: PLR0913 - an example reads best as one line of facts
    sender: str,
    receiver: str,
    day: float,
    usd: float,
    send: str = "DE:Hamburg",
    pay: str = "TR:Van",
    channel: str = "cash_to_cash",
    relation: str = NO_RELATION,
    surname: bool = False,
    purpose: str = "none",
    phone: str = "",
    address: str = "",
    entity_sender: bool = False,
    nationality: str = "",
    device: str = "",
    counter: int = 0,
    flagged: bool = False,
    trade: str = "",
    passenger: int = 0,
) -> TransferFacts:
    """One transfer: days since 1 March 2024 (fractions are hours of the day, UTC), US dollars, "CC:Town" places."""
    at = START_MS + round(day * DAY_MS)
    ids = tuple(Identifier(kind, key_of(v)) for kind, v in ((PHONE, phone), (ADDRESS, address), (DEVICE, device)) if v)
    source = Side(key_of(sender), not entity_sender, nationality, 0, (key_of(sender)[:8],), ids)
    target = Side(key_of(receiver), True, "", 0, (key_of(receiver)[:8],), ()) if receiver else None
    uid = sha256(f"{sender}>{receiver}@{day}/{usd}".encode()).digest()[:16]
    return TransferFacts(
        uid, 1, True, 0, 0, 0, at, 0, "demo", "partner:demo", source, target, round(usd * 100), "USD", round(usd * 100),
        channel, _place(send), _place(pay), relation, surname, purpose, flagged, START_MS - 365 * DAY_MS, counter, trade, passenger,
    )  # fmt: skip


def view_of(name: str, transfers: Iterable[TransferFacts], stories: dict[str, Story] | None = None) -> View:
    """What detection sees of the party `name` after the transfers."""
    state = EntityState(PARTY)
    key = key_of(name)
    for facts in transfers:
        for side, party in ((SENDER, facts.sender), (RECEIVER, facts.receiver)):
            if party and party.key == key:
                remember(state, facts)
                upsert(state, event_of(facts, side), True)
    state.stories = {key_of(n): s for n, s in (stories or {}).items()}
    return View(key, state, corridors())


def bare(name: str, hops: Iterable[tuple[str, str, float, float]], returning: int = 0) -> View:
    """What detection sees of `name` where nothing is known but who paid whom: the payments `hops` (payer, payee, day, dollars), something
    spent long after, and people who paid in on two days each. The others told it what they know of the hops; with somebody `returning`,
    as what breaks their habit."""
    nowhere = {"send": "", "pay": ""}
    made = [pay(a, b, day, usd, **nowhere) for a, b, day, usd in hops]  # type: ignore[arg-type]
    again = [pay(f"again{i}", name, day + i, 90, **nowhere) for i in range(returning) for day in (0, 3)]  # type: ignore[arg-type]
    last = max((f.at_ms - START_MS) / DAY_MS for f in made) + 60
    told: dict[bytes, list[tuple[Event, bool]]] = {}
    for facts in made:
        for side, party in ((SENDER, facts.sender), (RECEIVER, facts.receiver)):
            if party:
                told.setdefault(party.key, []).append((event_of(facts, side), returning > 0))
    view = view_of(name, [*made, *again, pay(name, "shop", last, 20, channel="merchant", **nowhere)])  # type: ignore[arg-type]
    view.state.stories = {party: Story(strangers=tuple(events)) for party, events in told.items() if party != view.key}
    return view


def _place(text: str) -> Place:
    country, _, town = text.partition(":")
    return Place(country, town_id(town))
