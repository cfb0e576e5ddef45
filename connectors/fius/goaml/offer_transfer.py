"""A transfer in goAML's vocabulary: one transaction with its two sides."""

from datetime import datetime

import msgspec

from connectors.fius.goaml.conversion import Converted, Rates, convert, plain
from connectors.fius.goaml.mapping import FormMap
from connectors.fius.goaml.offer import Leaf, Node, zone
from connectors.fius.goaml.offer_party import PartyOffers, account_node, network_node, suspected
from connectors.fius.resolved import ResolvedParty, ResolvedReport
from schemas.money import to_decimal
from schemas.transfer import Agent, Party, Place, Transfer

REFERENCE_RATE = "REFERENCE_RATE"


class Side(msgspec.Struct, frozen=True):
    """One side of a transfer: who, where, through which agent, and whether the reporting entity served it."""

    end: str
    party: ResolvedParty
    said: Party
    place: Place
    agent: Agent | None
    mine: bool
    shows: str
    rule: str = ""


def local_time(at_ms: int, timezone: str) -> str:
    """`at_ms` (ms UTC) as goAML writes times: local to the FIU, without zone."""
    return datetime.fromtimestamp(at_ms // 1000, zone(timezone)).replace(tzinfo=None).isoformat()


class TransferOffers:
    """Makes the nodes of a report's transfers for one FIU."""

    def __init__(self, resolved: ResolvedReport, form_map: FormMap, rates: Rates) -> None:
        self.resolved = resolved
        self.map = form_map
        self.rates = rates
        self.parties = PartyOffers(form_map)
        self.by_key = {party.key: party for party in resolved.parties}
        self._accounts: dict[tuple[object, ...], Node] = {}

    def node(self, transfer: Transfer, continued: str) -> Node:
        """One transaction; `continued`: the part of the narrative that its comments carry."""
        at = f"transfers[{transfer.transfer_id}]"
        node = Node(at, self._told(transfer)) if self.map.fields else Node(at)
        node.add("transactionnumber", Leaf(transfer.transfer_id, f"{at}.transfer_id").or_shorter(transfer.uid.hex()))
        node.say("internal_ref_number", transfer.uid.hex(), f"{at}.uid")
        node.say("transaction_is_suspicious", "true", at)
        agent = transfer.send_agent or transfer.pay_agent
        if agent is not None:
            node.say("agent_name", agent.name, f"{at}.send_agent.name")
            node.add("transaction_location", Leaf(f"{agent.name}, {agent.city}, {agent.country}", f"{at}.send_agent", text=True))
        elif transfer.sender.addresses:
            home = transfer.sender.addresses[0]
            node.add(
                "transaction_location",
                Leaf(f"{home.city}, {home.country}", f"{at}.sender.addresses", text=True).by("PLACE_OF_SENDER"),
            )
        node.add("transaction_description", Leaf(self._description(transfer), f"{at}.purpose", text=True))
        node.say("date_transaction", local_time(transfer.occurred_ms, self.resolved.fiu.timezone), f"{at}.occurred_ms")
        node.add("transmode_code", Leaf(transfer.channel, f"{at}.channel", "transmode", variant=self._direction(transfer)))
        node.say("transaction_status", transfer.status, f"{at}.status", "transaction_status")
        converted = convert(transfer.amount, self.map.currency, transfer.occurred_ms, self.rates)
        if converted is not None:
            rule = "" if transfer.amount.currency == self.map.currency else REFERENCE_RATE
            node.add("amount_local", Leaf(plain(converted.amount), f"{at}.amount").by(rule))
        self._sides(node, transfer, converted)
        node.add("comments", self._comments(transfer, continued, converted))
        return node

    def _told(self, transfer: Transfer) -> dict[str, str]:
        """What a form may put into a field of its own choice."""
        said = {
            "channel": transfer.channel.replace("_", " "),
            "status": transfer.status,
            "purpose": transfer.purpose or "",
            "relationship": transfer.relationship or "",
            "agent": transfer.send_agent.agent_id if transfer.send_agent else "",
        }
        return {name: value for name, value in said.items() if value}

    def _direction(self, transfer: Transfer) -> str:
        """The transfer seen from the FIU's country: "out", "in", "home" (within), "" where it is neither or not known."""
        home = self.resolved.fiu.country
        ends = transfer.send_place.country == home, transfer.pay_place.country == home
        return {(True, False): "out", (False, True): "in", (True, True): "home"}.get(ends, "")

    def _description(self, transfer: Transfer) -> str:
        texts = self.map.texts
        parts = [texts.description.format(channel=transfer.channel.replace("_", " "), status=transfer.status)]
        if transfer.purpose:
            parts.append(texts.purpose.format(values=transfer.purpose))
        if transfer.relationship:
            parts.append(texts.relationship.format(values=transfer.relationship))
        return " ".join(parts)

    def _comments(self, transfer: Transfer, continued: str, converted: Converted | None) -> Leaf | None:
        texts = self.map.texts
        lines = [continued] if continued else []
        if converted is not None and transfer.amount.currency != self.map.currency:
            lines.append(texts.reference_rate.format(rate=plain(converted.rate), currency=transfer.amount.currency))
        if transfer.receiver is None:
            lines.append(texts.no_receiver)
        for flag in transfer.flags:
            lines.append(texts.flag.format(code=flag.code.replace("_", " "), note=flag.note or "-"))
        return Leaf(" ".join(lines), f"transfers[{transfer.transfer_id}].flags", text=True) if lines else None

    def sides(self, transfer: Transfer) -> tuple[Side, ...]:
        """Sender's and receiver's side; where nobody is named as receiver and the map allows it, the account holder."""
        nodes = self.map.nodes.get(transfer.channel) or self.map.nodes["*"]
        sender = self.by_key[transfer.sender.key]
        mine = self._served(transfer, transfer.send_place, transfer.send_agent)
        paid = self._served(transfer, transfer.pay_place, transfer.pay_agent)
        if transfer.receiver is None:
            # Cash out: native format, "sender: the holder of the account"; place and agent are those of paying out.
            mine = mine or paid
            place = transfer.send_place if transfer.send_place.country else transfer.pay_place
            first = Side("from", sender, transfer.sender, place, transfer.send_agent or transfer.pay_agent, mine, nodes.sender)
            if self.map.cash_out is None:
                return (first,)
            return first, Side(
                "to", sender, transfer.sender, transfer.pay_place, transfer.pay_agent, mine, "person", self.map.cash_out.id
            )
        receiver = self.by_key[transfer.receiver.key]
        return (
            Side("from", sender, transfer.sender, transfer.send_place, transfer.send_agent, mine, nodes.sender),
            Side("to", receiver, transfer.receiver, transfer.pay_place, transfer.pay_agent, paid, nodes.receiver),
        )

    def _served(self, transfer: Transfer, place: Place, agent: Agent | None) -> bool:
        """Whether the reporting entity's branch in the FIU's country served this side, so that its party is its customer."""
        partner, country = self.resolved.partner, self.resolved.fiu.country
        if transfer.partner != partner.id or place.country != country:
            return False
        licences = [licence for licence in partner.licences if licence.country == country]
        return any(not licence.agents or agent is None or agent.agent_id in licence.agents for licence in licences)

    def _sides(self, node: Node, transfer: Transfer, converted: Converted | None) -> None:
        if self.map.shape == "multi_party":
            node.wrap("involved_parties", "party", [self._party(side, transfer, converted) for side in self.sides(transfer)])
            return
        for side in self.sides(transfer):
            node.add(f"t_{side.end}_my_client" if side.mine else f"t_{side.end}", self._end(side, transfer, converted))

    def _end(self, side: Side, transfer: Transfer, converted: Converted | None) -> Node:
        at = f"transfers[{transfer.transfer_id}].{'sender' if side.end == 'from' else 'receiver'}"
        node = Node(at, self._facts(side, transfer))
        node.rule = side.rule
        node.say(f"{side.end}_funds_code", transfer.channel, f"transfers[{transfer.transfer_id}].channel", f"funds_{side.end}")
        shown, subject = self._shown(side, transfer, at)
        if shown != "account" and side.said.accounts:
            numbers = "; ".join(f"{account.type} {account.number}" for account in side.said.accounts)
            node.add(f"{side.end}_funds_comment", Leaf(numbers, f"{at}.accounts", text=True))
        device = side.said.devices[0] if side.said.devices else None
        node.add(f"{side.end}_transaction_additional_info", network_node(side.said.ip, device, at))
        if side.end == "from":
            node.add("from_foreign_currency", self._foreign(transfer, converted))
        doubt = suspected(side.party)
        if doubt is not None:
            node.say(f"{side.end}_is_suspected", "true" if doubt else "false", f"parties[{side.party.label}].role")
        node.add(f"{side.end}_{shown}", subject)
        node.say(f"{side.end}_country", self._country(side), f"{at}.place", "country")
        return node

    def _party(self, side: Side, transfer: Transfer, converted: Converted | None) -> Node:
        at = f"transfers[{transfer.transfer_id}].{'sender' if side.end == 'from' else 'receiver'}"
        node = Node(at, self._facts(side, transfer))
        node.rule = side.rule
        node.say("role", "sender" if side.end == "from" else "receiver", at, "party_role")
        shown, subject = self._shown(side, transfer, at)
        node.add(f"{shown}_my_client" if side.mine else shown, subject)
        node.say("funds_code", transfer.channel, f"transfers[{transfer.transfer_id}].channel", f"funds_{side.end}")
        if side.end == "from":
            node.add("foreign_currency", self._foreign(transfer, converted))
        node.say("country", self._country(side), f"{at}.place", "country")
        doubt = suspected(side.party)
        if doubt is not None:
            node.say("is_suspected", "true" if doubt else "false", f"parties[{side.party.label}].role")
        return node

    def _facts(self, side: Side, transfer: Transfer) -> dict[str, str]:
        return {"currency": transfer.amount.currency, "country": side.place.country}

    def _country(self, side: Side) -> str | None:
        return side.place.country or next((address.country for address in side.said.addresses), None)

    def _shown(self, side: Side, transfer: Transfer, at: str) -> tuple[str, Node]:
        """The element for the party's side ("person", "entity" or "account") and what goes into it."""
        person = self.parties.party(side.party)
        kind = "entity" if side.party.kind == "entity" else "person"
        allowed = (side.mine or self.map.other_accounts) and (kind == "person" or self.map.entity_accounts)
        if side.shows != "account" or not side.said.accounts or not allowed:
            return kind, person
        account, agent = side.said.accounts[0], side.agent
        key = (
            side.party.key,
            account,
            side.mine,
            agent.agent_id if agent else "",
            agent.name if agent else "",
            transfer.amount.currency,
            side.place.country,
        )
        if key not in self._accounts:
            self._accounts[key] = self._account(side, transfer, person, at)
        return "account", self._accounts[key]

    def _account(self, side: Side, transfer: Transfer, person: Node, at: str) -> Node:
        """The account of a side with its institution; made once for all transfers that say the same of it."""
        node = account_node(side.said.accounts[0], side.party, person, f"{at}.accounts")
        node.shared = True
        node.facts = self._facts(side, transfer)
        partner = self.resolved.partner
        if side.mine:
            node.say("institution_name", partner.name, "partner.name")
            node.say("institution_code", self.resolved.plan.reporting_entity, "filings.reporting_entity")
            node.say("branch", self.resolved.plan.branch, "filings.branch")
            node.say("non_bank_institution", "false" if partner.kind == "bank" else "true", "partner.kind")
        elif side.agent is not None:
            node.say("institution_name", side.agent.name, f"{at}.agent.name")
            node.say("institution_code", side.agent.agent_id, f"{at}.agent.agent_id")
            node.say("institution_country", side.agent.country, f"{at}.agent.country", "country")
        return node

    def _foreign(self, transfer: Transfer, converted: Converted | None) -> Node | None:
        if converted is None or transfer.amount.currency == self.map.currency:
            return None
        at = f"transfers[{transfer.transfer_id}].amount"
        node = Node(at)
        node.say("foreign_currency_code", transfer.amount.currency, at, "currency")
        node.say("foreign_amount", plain(to_decimal(transfer.amount)), at)
        node.add("foreign_exchange_rate", Leaf(plain(converted.rate), at).by(REFERENCE_RATE))
        return node
