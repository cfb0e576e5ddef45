"""What an identifier does with the news of those who use it.

Of a single user, the case of 95 to 100 % of identifiers, only the key is kept. When a second one appears each is asked what its use
is like, and tells every change from then on; the users of a strong identifier are asked for their flows too.
"""

from schemas.observation import Signal
from schemas.transfer import ACCOUNT
from streams.domain.entity import QUARTER_MS, IdentifierState, LoneUse, User, fresh
from streams.signals import ASK_FLOWS, ASK_USE, TOLD_USED, Outbox, told_use

POOL_LIMIT = 5  # DEF: parties whose flows one identifier pools; more than that is an agent's or a hostel's number
MAX_USERS = 64  # DEF: users an identifier remembers, smallest keys first


def hear_use(signal: Signal, known: LoneUse | IdentifierState | None, outbox: Outbox) -> LoneUse | IdentifierState:
    """The identifier's state after a party told that it uses it."""
    told = told_use(signal.body)
    if known is None or (isinstance(known, LoneUse) and known.user == signal.source):
        return LoneUse(signal.source, told.year)
    newcomers = [signal.source]
    if isinstance(known, LoneUse):
        newcomers.append(known.user)
        known = IdentifierState(told.kind, {}, fresh(told.kind, told.scope), [])
    for user in newcomers:
        if _has_room(known, user):
            outbox.send(signal.entity, user, ASK_USE, 1)
            if user not in known.users and user not in known.awaited:
                known.awaited.append(user)
    return known


def hear_used(signal: Signal, known: IdentifierState) -> bool:
    """Takes in what a user told of its use; True if that changes anything."""
    told, users = TOLD_USED.decode(signal.body), known.users
    if signal.source in known.awaited:
        known.awaited.remove(signal.source)
    user = User(told.earliest.at_ms // QUARTER_MS, told.last_quarter, told.earliest, told.profile)
    if users.get(signal.source) == user or not _has_room(known, signal.source):
        return False
    users[signal.source] = user
    if len(users) > MAX_USERS:
        del users[max(users)]
    return True


def _has_room(known: IdentifierState, user: bytes) -> bool:
    return len(known.users) < MAX_USERS or user <= max(known.users)


def pool(key: bytes, known: IdentifierState, outbox: Outbox) -> None:
    """Asks the users of a strong identifier for their flows, once each, while they are few. Of more than it pools those who used it first,
    once all have told when that was: whose news arrived first leaves no trace."""
    asked, users = known.group.asked, known.users
    if known.kind > ACCOUNT:
        return
    chosen = [user for user in sorted({*users, *known.awaited}) if user not in asked]
    if len(users) + len(known.awaited) > POOL_LIMIT:
        if known.awaited or len(users) == MAX_USERS:
            return
        chosen.sort(key=lambda user: users[user].earliest.order())
        chosen = chosen[: max(0, POOL_LIMIT - len(users) + len(chosen))]
    for party in chosen:
        asked.append(party)
        outbox.send(key, party, ASK_FLOWS, 1)
