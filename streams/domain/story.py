"""What a party tells those who ask: its own payments, who pays it, and what it passes on."""

from schemas.observation import RECEIVER, SENDER
from streams.domain.entity import EntityState, Story
from streams.domain.event import Event
from streams.domain.marks import BUSINESS_CHANNELS, NOT_DEBT
from streams.domain.memory import with_places
from streams.domain.pairs import Pairs
from streams.domain.relays import is_link, relays
from streams.domain.strangers import told_of

MAX_DEBITS = 64  # DEF
MAX_PAYERS = 16  # DEF: the rules ask for three
MAX_WAGES = 24  # DEF: half a year of weekly pay
MAX_RELAYS = 16  # DEF: a chain needs one; 400 bytes each


def story_of(state: EntityState) -> Story:
    """The party's newest payments and its non-kin payers; a function of its transfers alone."""
    kin = Pairs(state).kin
    links: tuple[list[Event], list[Event]] = ([], [])  # payments, credits
    debits = []
    wages = []
    payers: dict[bytes, int] = {}
    for plain in state.events:
        event = plain if plain.send.country and plain.pay.country else with_places(state, plain)
        if is_link(event, event.mine == event.other or (event.mine, event.other) in kin, state.profiles):
            links[event.side == RECEIVER].append(event)
        if event.channel == "payroll" and event.side == RECEIVER:
            wages.append((event.at_ms, event.usd_minor))
        if not event.other or event.channel in BUSINESS_CHANNELS:
            continue
        is_kin = (event.mine, event.other) in kin
        if event.side == SENDER:
            is_plain = not is_kin and event.purpose_class not in NOT_DEBT
            debits.append((event.at_ms, event.usd_minor, event.other, event.send.country, event.pay.country, is_plain))
        elif not is_kin:
            payers.setdefault(event.other, event.at_ms)
    earliest = sorted(payers.items(), key=lambda item: (item[1], item[0]))[:MAX_PAYERS]
    told = tuple(debits[-MAX_DEBITS:])
    relatives = {other for _, other in kin}
    passed_on = tuple(relays(links[1], links[0]))[-MAX_RELAYS:]
    related = tuple(sorted({debit[2] for debit in told} & relatives))
    return Story(told, tuple(earliest), tuple(wages[-MAX_WAGES:]), related, passed_on, told_of(state))
