"""Writes drafts as events of the native format, with the gaps and spellings of a partner's data entry."""

from functools import lru_cache
from random import Random
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from ops.simulate.draft import Draft
from ops.simulate.feasts import day_of
from ops.simulate.people import Known
from ops.simulate.population import Population, Ref
from schemas.native import NativeAmount, NativeParty, NativeTransfer

_ENCODE = msgspec.json.Encoder().encode
_ID_MASK, _ID_FACTOR = (1 << 48) - 1, 0x9E3779B97F4B  # odd: no two numbers share an id
_DAY_S = 86_400
_OPTIONAL = ("date_of_birth", "nationality", "occupation", "documents", "phones", "addresses", "customer_since", "emails")
_STATUS = ("sent", "changed", "refunded", "cancelled")
_NO_NUMBER = 0.1  # of cash pick-ups come without the receiver's customer number


def transfer_id(number: int) -> str:
    """The id of transfer `number`; consecutive numbers do not look it."""
    return f"T{(number * _ID_FACTOR + 0x5DEECE66D) & _ID_MASK:012X}"


class Scribe:
    """Turns drafts into lines of JSON; `rng` decides about gaps, spellings and statuses, in the order of the stream."""

    def __init__(self, population: Population, rng: Random) -> None:
        self._population = population
        self._rng = rng
        self._days: dict[int, str] = {}

    def line(self, draft: Draft) -> bytes:
        """The event without a line end."""
        rng = self._rng
        status: Any = draft.status
        if status == "paid" and rng.random() < 0.016:
            status = _STATUS[int(rng.random() * 4)]
        channel: Any = draft.channel
        agent = self._population.agent
        event = NativeTransfer(
            schema="strgw.transfer/1",
            transfer_id=transfer_id(draft.number),
            status=status,
            occurred_at=self._time(draft.at, draft.offset),
            amount=NativeAmount(draft.value, draft.currency),
            channel=channel,
            sender=self._party(draft.sender, draft.left_out),
            receiver=UNSET if draft.receiver is None else self._receiver(draft),
            purpose=self._words(draft.purpose, draft.left_out),
            relationship=self._words(draft.relationship, draft.left_out),
            merchant_category=draft.category or UNSET,
            send_agent=agent(*draft.send_agent) if draft.send_agent else UNSET,
            pay_agent=agent(*draft.pay_agent) if draft.pay_agent else UNSET,
        )
        return _ENCODE(event)

    def _words(self, words: str, left_out: int) -> str | msgspec.UnsetType:
        if not words or self._rng.random() * 100 < left_out:
            return UNSET
        if self._rng.random() < 0.03:
            return words.upper() if self._rng.random() < 0.5 else words.replace("pp", "p").replace("ll", "l")
        return words

    def _receiver(self, draft: Draft) -> NativeParty:
        assert draft.receiver is not None
        party = self._party(draft.receiver, draft.left_out)
        if draft.channel == "cash_to_cash" and self._rng.random() < _NO_NUMBER and (party.phones or party.documents):
            return replace(party, party_id=UNSET)
        return party

    def _party(self, who: Ref | Known, left_out: int) -> NativeParty:
        known = who if isinstance(who, Known) else self._population.party(who)
        party, rng = known.party, self._rng
        if rng.random() < 0.07:
            party = replace(party, name=spelled(known, rng))
        # A clerk leaves out several fields or none.
        if rng.random() * 60 < left_out:
            gone = {field: UNSET for field in _OPTIONAL if rng.random() < 0.5}
            party = replace(party, **gone)
        return party

    def _time(self, at: int, offset: int) -> str:
        day, second = divmod(at + offset * 60, _DAY_S)
        date = self._days.get(day)
        if date is None:
            if len(self._days) > 8:
                self._days.clear()
            date = self._days[day] = day_of(day).isoformat()
        minute, second = divmod(second, 60)
        return f"{date}T{_CLOCK[minute]}:{_CLOCK[second][3:]}{_zone(offset)}"


_CLOCK = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60))


@lru_cache(maxsize=64)
def _zone(offset: int) -> str:
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def spelled(known: Known, rng: Random) -> str:
    """The name in another spelling: capitals, two letters swapped, family name first, or the bearer's own script."""
    name, way = known.party.name, rng.random()
    if way < 0.35:
        return name.upper()
    if way < 0.6 and known.native != name:
        return known.native
    if way < 0.8 and known.party.kind == "person":
        first, _, last = name.partition(" ")
        return f"{last} {first}" if last else first
    place = 1 + int(rng.random() * (len(name) - 3))
    if " " in name[place : place + 2]:
        return name
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
