"""Which fields a transfer carries, as the bits of one number; numbers are counted, and told apart into fields once a minute.

An event costs one number and one count (2.7 us); the number has three parts, which are few each: 11 bits of the sender, 12 of the receiver, 12 of
the transfer.
"""

from collections import Counter
from collections.abc import Mapping

from schemas.places import UNKNOWN_MARK
from schemas.quality import FIELDS, OF_PERSONS, PARTY_FIELDS, TRANSFER_FIELDS, Counts, no_counts
from schemas.transfer import NO_RELATION, Party, Transfer

Marks = Counter[tuple[str, int]]  # partner and bits -> transfers

_PERSON, _IS_THERE = 1 << len(PARTY_FIELDS), 1 << (len(PARTY_FIELDS) + 1)
_IS_PERSON = _PERSON | _IS_THERE
_PARTY_BITS = len(PARTY_FIELDS) + 2
_PARTY_MASK = (1 << _PARTY_BITS) - 1
_PURPOSE, _RELATIONSHIP, _MERCHANT, _SEND_AGENT, _PAY_AGENT, _SEND_TOWN, _PAY_TOWN = (1 << n for n in range(len(TRANSFER_FIELDS)))
# Said in words that nothing is made of: a town outside the list, a purpose or a relationship of no class.
UNKNOWN = ("purpose", "relationship", "send_town", "pay_town")
_ODD_PURPOSE, _ODD_RELATION, _ODD_SEND, _ODD_PAY = (1 << (len(TRANSFER_FIELDS) + n) for n in range(len(UNKNOWN)))
_HAS_RECEIVER = 1 << (len(TRANSFER_FIELDS) + len(UNKNOWN))
_OF_RECEIVER = frozenset({"relationship", "pay_agent", "pay_town"})  # cash that is drawn has none of them


def marks_of(transfer: Transfer) -> int:
    """The bits of what the transfer carries: sender, receiver, transfer, from the lowest."""
    receiver = transfer.receiver
    return joined(transfer, party_marks(transfer.sender), None if receiver is None else party_marks(receiver))


def joined(transfer: Transfer, sender: int, receiver: int | None) -> int:
    """The bits of the transfer, given those of its parties: its own are not looked at."""
    own = _words(transfer) | _places(transfer)
    if receiver is None:
        return sender | own << 2 * _PARTY_BITS
    return sender | receiver << _PARTY_BITS | (own | _HAS_RECEIVER) << 2 * _PARTY_BITS


def party_marks(party: Party) -> int:
    """Bits in the order of PARTY_FIELDS."""
    return (
        (1 if party.party_id else 0)
        | (2 if party.date_of_birth else 0)
        | (4 if party.nationality else 0)
        | (8 if party.occupation else 0)
        | (16 if party.customer_since else 0)
        | (32 if party.documents else 0)
        | (64 if party.phones else 0)
        | (128 if party.addresses else 0)
        | (256 if party.accounts else 0)
        | (512 if party.devices or party.emails or party.ip else 0)
        | (_IS_PERSON if party.kind == "person" else _IS_THERE)
    )


def _words(transfer: Transfer) -> int:
    bits = 0
    if transfer.purpose:
        bits = _PURPOSE | _ODD_PURPOSE if transfer.purpose_class == "none" else _PURPOSE
    if transfer.relationship:
        bits |= _RELATIONSHIP | _ODD_RELATION if transfer.relation == NO_RELATION else _RELATIONSHIP
    return bits | _MERCHANT if transfer.merchant_category else bits


def _places(transfer: Transfer) -> int:
    bits = (_SEND_AGENT if transfer.send_agent is not None else 0) | (_PAY_AGENT if transfer.pay_agent is not None else 0)
    if town := transfer.send_place.town:
        bits |= _SEND_TOWN | _ODD_SEND if town[0] == UNKNOWN_MARK else _SEND_TOWN
    if town := transfer.pay_place.town:
        bits |= _PAY_TOWN | _ODD_PAY if town[0] == UNKNOWN_MARK else _PAY_TOWN
    return bits


def counts(marks: Mapping[tuple[str, int], int]) -> dict[str, Counts]:
    """The marks as counts by field, by partner."""
    parts: Counter[tuple[str, int, int]] = Counter()
    found: dict[str, Counts] = {}
    for (partner, bits), transfers in marks.items():
        found.setdefault(partner, no_counts()).transfers += transfers
        for part, own in enumerate((bits & _PARTY_MASK, bits >> _PARTY_BITS & _PARTY_MASK, bits >> 2 * _PARTY_BITS)):
            parts[partner, part, own] += transfers
    for (partner, part, bits), transfers in parts.items():
        if part < 2:
            _add_party(found[partner], part * len(PARTY_FIELDS), bits, transfers)
        else:
            _add_transfer(found[partner], bits, transfers)
    return dict(sorted(found.items()))


def _add_party(total: Counts, start: int, bits: int, transfers: int) -> None:
    if not bits & _IS_THERE:
        return
    for place, name in enumerate(PARTY_FIELDS):
        if name not in OF_PERSONS or bits & _PERSON:
            total.asked[start + place] += transfers
        total.said[start + place] += transfers * (bits >> place & 1)


def _add_transfer(total: Counts, bits: int, transfers: int) -> None:
    start = 2 * len(PARTY_FIELDS)
    for place, name in enumerate(TRANSFER_FIELDS):
        if name not in _OF_RECEIVER or bits & _HAS_RECEIVER:
            total.asked[start + place] += transfers
        total.said[start + place] += transfers * (bits >> place & 1)
    for place, name in enumerate(UNKNOWN):
        total.unknown[FIELDS.index(name)] += transfers * (bits >> (len(TRANSFER_FIELDS) + place) & 1)
