"""Which values of a transfer are personal: they are taken out before it is stored, sealed by the edge, and put back where a report is rendered.

What stays in clear is what detection works on: keys, times, sums, countries and known towns, kind, nationality and day of a customer's
start, and the classes of the words that were taken out. Nothing here encrypts.
"""

from collections.abc import Callable

import msgspec

from schemas.transfer import Account, Address, Agent, Document, Flag, Party, Transfer, Veil
from streams.domain.trade import passenger, trade_of
from streams.domain.wording import occupation_class

# DEF: as many parties as streams.domain.canonical keeps; beyond, all are forgotten at once
KEPT_PARTIES = 16_384


class PartyWords(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The personal values of one party."""

    name: str
    party_id: str | None
    date_of_birth: str | None
    occupation: str | None
    documents: tuple[Document, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    devices: tuple[str, ...]
    ip: str | None
    addresses: tuple[Address, ...]
    accounts: tuple[Account, ...]


class Words(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The personal values of one transfer; agents are the names of their counters, which may be a person's."""

    sender: PartyWords
    receiver: PartyWords | None
    purpose: str | None
    relationship: str | None
    notes: tuple[str | None, ...]
    agents: tuple[str, str]


class VeiledParty(msgspec.Struct, frozen=True, gc=False):
    """What a stored transfer needs of a party, in few pieces, for they are looked for in memory that is cold.

    bare, words      the party without its personal values, and these (`PartyWords`), encoded
    occupation       class of its occupation
    kind, name, key  as in Party
    """

    bare: msgspec.Raw
    words: msgspec.Raw
    occupation: str
    kind: str
    name: str
    key: bytes


_NO_OCCUPATION = occupation_class(None)
_WORDS = msgspec.msgpack.Decoder(Words)
_ENCODE = msgspec.msgpack.Encoder().encode


def classes(transfer: Transfer) -> tuple[str, int, tuple[str, str]]:
    """What is bought, for whom, and the classes of both occupations: of the words, or as they were when the words were sealed."""
    veil = transfer.veil
    if veil is not None:
        return veil.trade, veil.passenger, veil.occupations
    sender, receiver = transfer.sender, transfer.receiver
    occupations = occupation_class(sender.occupation), occupation_class(receiver.occupation if receiver else None)
    return *_purchase(transfer, sender, receiver), occupations


def _purchase(transfer: Transfer, payer: "Party | VeiledParty", payee: "Party | VeiledParty | None") -> tuple[str, int]:
    """What is bought, and for whom."""
    trade = trade_of(transfer, None if payee is None else payee.kind)
    return trade, passenger(transfer.purpose, payer.name, payer.key) if trade else 0


def veiled_party(party: Party) -> VeiledParty:
    """The party as a stored transfer has it."""
    p = party
    words = PartyWords(
        p.name, p.party_id, p.date_of_birth, p.occupation, p.documents, p.phones, p.emails, p.devices, p.ip, p.addresses, p.accounts
    )  # fmt: skip
    bare = Party(
        p.key, p.kind, "", None, None, p.nationality, None, p.customer_since, (), (), (), (), None, (), (), p.identifiers, p.name_keys
    )  # fmt: skip
    return VeiledParty(
        msgspec.Raw(_ENCODE(bare)), msgspec.Raw(_ENCODE(words)), occupation_class(p.occupation), p.kind, p.name, p.key
    )


class Veiling:
    """Takes the personal values out of transfers. Remembers parties and agents, for they come again as the same objects."""

    def __init__(self) -> None:
        self._parties: dict[bytes, tuple[Party, VeiledParty]] = {}
        self._agents: dict[bytes, tuple[Agent, msgspec.Raw]] = {}

    def veiled(self, transfer: Transfer, seal: Callable[[bytes], bytes]) -> msgspec.Raw:
        """The transfer as it is stored, encoded; `seal` seals its `Words`, encoded, in a way that only the edge can open."""
        receiver = transfer.receiver
        return self.stored(transfer, self._party(transfer.sender), None if receiver is None else self._party(receiver), seal)

    def stored(
        self, transfer: Transfer, sender: VeiledParty, receiver: VeiledParty | None, seal: Callable[[bytes], bytes]
    ) -> msgspec.Raw:
        """As `veiled`, of a transfer whose parties are veiled already: its own are not looked at."""
        t, send_agent, pay_agent = transfer, transfer.send_agent, transfer.pay_agent
        # An array as `Words` is one, its parties encoded already.
        words = (
            sender.words,
            None if receiver is None else receiver.words,
            t.purpose,
            t.relationship,
            [flag.note for flag in t.flags] if t.flags else (),
            (send_agent.name if send_agent else "", pay_agent.name if pay_agent else ""),
        )
        occupations = sender.occupation, _NO_OCCUPATION if receiver is None else receiver.occupation
        # An array as `Transfer` is one.
        return msgspec.Raw(_ENCODE((
            t.uid, t.digest, t.partner, t.scope, t.transfer_id, t.status, t.occurred_ms, t.utc_offset_min, t.amount, t.usd_minor, t.channel,
            sender.bare, None if receiver is None else receiver.bare, t.send_place, t.pay_place,
            self._agent(send_agent) if send_agent else None, self._agent(pay_agent) if pay_agent else None,
            None, None, t.merchant_category, t.relation, t.name_tie, t.purpose_class,
            [Flag(flag.code) for flag in t.flags] if t.flags else (), t.source, Veil(seal(_ENCODE(words)), *_purchase(t, sender, receiver), occupations),
        )))  # fmt: skip

    def _party(self, party: Party) -> VeiledParty:
        known = self._parties.get(party.key)
        if known is not None and known[0] is party:
            return known[1]
        if len(self._parties) >= KEPT_PARTIES:
            self._parties.clear()
        veiled = veiled_party(party)
        self._parties[party.key] = (party, veiled)
        return veiled

    def _agent(self, agent: Agent) -> msgspec.Raw:
        known = self._agents.get(agent.key)
        if known is not None and known[0] is agent:
            return known[1]
        if len(self._agents) >= KEPT_PARTIES:
            self._agents.clear()
        bare = Agent(agent.key, agent.agent_id, "", agent.country, agent.city, agent.town, agent.lat, agent.lon)
        encoded = msgspec.Raw(_ENCODE(bare))
        self._agents[agent.key] = (agent, encoded)
        return encoded


def unveiled(stored: Transfer, words: bytes) -> Transfer:
    """The transfer as it was before its words were taken out. Raises msgspec.MsgspecError where `words` are none."""
    found = _WORDS.decode(words)
    send_name, pay_name = found.agents
    return msgspec.structs.replace(
        stored,
        sender=_named(stored.sender, found.sender),
        receiver=_named(stored.receiver, found.receiver) if stored.receiver is not None and found.receiver is not None else None,
        send_agent=stored.send_agent and msgspec.structs.replace(stored.send_agent, name=send_name),
        pay_agent=stored.pay_agent and msgspec.structs.replace(stored.pay_agent, name=pay_name),
        purpose=found.purpose,
        relationship=found.relationship,
        flags=tuple(Flag(flag.code, note) for flag, note in zip(stored.flags, found.notes, strict=True)),
        veil=None,
    )


def _named(party: Party, words: PartyWords) -> Party:
    return msgspec.structs.replace(party, **msgspec.structs.asdict(words))
