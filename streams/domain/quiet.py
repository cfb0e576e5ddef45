"""Which parties no typology could be interested in: most of them, so that they need not be judged."""

from schemas.observation import SENDER
from schemas.transfer import KIN, OTHER_RELATION
from streams.domain.entity import EntityState
from streams.domain.event import DAY_MS, Event
from streams.domain.relays import may_relay
from streams.domain.strangers import is_bare
from streams.domain.trade import TICKET

MOST_TRAVEL = 3  # tickets, and purchases for others, that are nobody's pattern (TS-W05 asks for four)
CONTRADICTIONS = 3  # as many are needed to interest a typology (TS-K05, `min_conflicts`)
ROUND_MS = 2 * DAY_MS  # as far apart as two visits to counters may be to interest a typology (TS-S02, `window_h`)


def is_quiet(state: EntityState) -> bool:
    """Whether the party's transfers are too few for any rule: most parties pay one or two others and are paid by nobody."""
    near = travel = 0
    credit: Event | None = None
    payees: set[bytes] = set()
    debits: list[Event] = []
    for event in state.events:
        if event.side == SENDER:
            payees.add(event.other)
            debits.append(event)
        elif credit is not None:
            return False
        else:
            credit = event
        near += event.is_near_line
        travel += event.trade == TICKET or event.passenger != 0
        if near > 1 or len(payees) > 2 or travel > MOST_TRAVEL:
            return False
    if credit is not None and debits and (any(may_relay(credit, debit) for debit in debits) or is_bare(state)):
        return False
    return len(debits) < 2 or not (_is_on_a_round(debits) or _is_contradicted(debits))


def _is_on_a_round(debits: list[Event]) -> bool:
    """Whether the party was at two counters within ROUND_MS (TS-S02)."""
    counter, at_ms = 0, 0
    for event in debits:
        if event.counter:
            if counter not in (0, event.counter) and event.at_ms - at_ms <= ROUND_MS:
                return True
            counter, at_ms = event.counter, event.at_ms
    return False


def _is_contradicted(debits: list[Event]) -> bool:
    """Whether what the party said of one or two people paid may hold three contradictions (TS-K05)."""
    said: dict[bytes, tuple[set[str], set[str]]] = {}
    for event in debits:
        if not event.name_tie:
            relations, purposes = said.setdefault(event.other, (set(), set()))
            relations.add(event.relation)
            purposes.add(event.purpose_class)
    count = 0
    for relations, purposes in said.values():
        count += (KIN in relations) + (KIN in relations and OTHER_RELATION in relations) + max(0, len(purposes - {"none"}) - 1)
    return count >= CONTRADICTIONS
