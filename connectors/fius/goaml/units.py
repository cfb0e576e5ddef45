"""Into how many files a report goes, and what stands in each: by transactions, by parties, by the length of the narrative."""

from collections.abc import Iterator

import msgspec

from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.narrative import spread
from connectors.fius.goaml.offer_report import ReportOffers, Unit
from connectors.fius.goaml.profile import Element, elements
from schemas.transfer import Transfer

Chunk = tuple[Transfer, ...]
# Kept free in a transaction's comments beside a part of the narrative, for its own notes. DEF
_NOTES = 800
_LEAST_ROOM = 200  # characters of comments below which a narrative is not continued there; DEF
_NO_CAP = 100_000  # where the schema sets none; DEF
_ACTIVITY = 30  # transfers of one activity report: as many lines as the comments of a party take. DEF


class Rooms(msgspec.Struct, frozen=True):
    """Most characters of the two elements that carry the narrative; comments 0: it is not continued there."""

    reason: int
    comments: int


def chunks(transfers: Chunk, form: Form, parts: int, activity: bool) -> list[Chunk]:
    """The transfers in at least `parts` files, none with more transactions or parties than the FIU takes."""
    limits = form.map.limits
    most = max(1, min(limits.transactions, _ACTIVITY) if activity else limits.transactions)
    parts = max(parts, -(-len(transfers) // most), 1)
    size = max(1, -(-len(transfers) // parts))
    equal = [transfers[start : start + size] for start in range(0, len(transfers), size)] or [()]
    return [small for chunk in equal for small in _by_parties(chunk, limits.parties)] or [()]


def _by_parties(chunk: Chunk, most: int) -> Iterator[Chunk]:
    if not most:
        yield chunk
        return
    held: list[Transfer] = []
    parties: set[bytes] = set()
    for transfer in chunk:
        ends = {party.key for party in (transfer.sender, transfer.receiver) if party is not None}
        if held and len(parties | ends) > most:
            yield tuple(held)
            held, parties = [], set()
        held.append(transfer)
        parties |= ends
    yield tuple(held)


def units(split: list[Chunk], offers: ReportOffers) -> tuple[list[Unit], bool]:
    """The files, and whether the narrative fits them: whole in each where it can, else its parts one after the other."""
    room, count = rooms(offers.form), len(split)
    whole: list[Unit] = []
    for number, chunk in enumerate(split, 1):
        text = offers.narrative(number, count)
        pieces = spread(text, _slots(room, chunk, offers), offers.map.texts.continued)
        if pieces is None:
            return _shared(split, offers)
        whole.append(Unit(number, count, chunk, tuple(pieces) if text else ()))
    return whole, True


def _shared(split: list[Chunk], offers: ReportOffers) -> tuple[list[Unit], bool]:
    """Files that each carry a part of the narrative; in the first of them whole, and not fitting, where all together have no room."""
    room, count = rooms(offers.form), len(split)
    slots = [_slots(room, chunk, offers) for chunk in split]
    heads = [offers.narrative(number, count, body=False) + "\n" if number > 1 else "" for number in range(1, count + 1)]
    flat = [
        size - (len(heads[index]) if slot == 0 else 0) for index, sizes in enumerate(slots) for slot, size in enumerate(sizes)
    ]
    text = offers.narrative(1, count)
    pieces = spread(text, flat, offers.map.texts.continued) if all(size > 0 for size in flat) else None
    if pieces is None:
        return [Unit(number, count, chunk, (text,)) for number, chunk in enumerate(split, 1)], False
    found: list[Unit] = []
    start = 0
    for index, chunk in enumerate(split):
        mine = pieces[start : start + len(slots[index])]
        start += len(slots[index])
        first = heads[index] + (mine[0] if mine else offers.map.texts.continued)
        found.append(Unit(index + 1, count, chunk, (first, *mine[1:])))
    return found, True


def _slots(room: Rooms, chunk: Chunk, offers: ReportOffers) -> list[int]:
    return [room.reason, *([room.comments] * (len(chunk) if room.comments and not offers.activity else 0))]


def rooms(form: Form) -> Rooms:
    """How long `reason` and a transaction's comments may be in this FIU's schema."""
    if form.rooms is None:
        form.rooms = _rooms(form)
    return Rooms(*form.rooms)


def _rooms(form: Form) -> tuple[int, int]:
    names = form.map.rename
    inside = _inside(form, form.root)
    transactions = _inside(form, inside.get(names.get("transactions", "transactions")))
    name = names.get("transaction", "transaction")
    below = _inside(form, inside.get(name) or transactions.get(name))
    comments = below.get(names.get("comments", "comments"))
    room = max(_cap(form, comments) - _NOTES, 0) if comments is not None and comments.max != 0 else 0
    return _cap(form, inside.get(names.get("reason", "reason"))), room if room >= _LEAST_ROOM else 0


def _inside(form: Form, element: Element | None) -> dict[str, Element]:
    return {inner.name: inner for group in form.schema.content(element) for inner in elements(group)} if element else {}


def _cap(form: Form, element: Element | None) -> int:
    if element is None or not form.schema.is_simple(element):
        return _NO_CAP
    caps = [simple.max_length for simple in form.schema.facets(element) if simple.max_length is not None]
    caps += [form.map.caps[element.name]] if element.name in form.map.caps else []
    return min(caps, default=_NO_CAP)
