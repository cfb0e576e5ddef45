"""A report about people rather than transactions, in goAML's vocabulary: who is involved, why, and in which transfers."""

from datetime import UTC, datetime

from connectors.fius.goaml.mapping import FormMap
from connectors.fius.goaml.offer import Leaf, Node
from connectors.fius.goaml.offer_party import SHIELDED_ROLES, suspected
from connectors.fius.goaml.offer_transfer import TransferOffers
from connectors.fius.resolved import ResolvedParty, ResolvedReport
from schemas.money import to_decimal
from schemas.transfer import Transfer


class ActivityOffers:
    """Makes the activity of one report."""

    def __init__(self, resolved: ResolvedReport, form_map: FormMap, transfers: TransferOffers) -> None:
        self.resolved = resolved
        self.map = form_map
        self.transfers = transfers

    def node(self, transfers: tuple[Transfer, ...]) -> Node:
        """The parties of `transfers`, each with its own lines."""
        node = Node("activity")
        named = {party.key for transfer in transfers for party in (transfer.sender, transfer.receiver) if party is not None}
        involved = [party for party in self.resolved.parties if party.key in named]
        node.wrap("report_parties", "report_party", [self._party(party, transfers) for party in involved])
        return node

    def _party(self, party: ResolvedParty, transfers: tuple[Transfer, ...]) -> Node:
        at = f"parties[{party.label}]"
        node = Node(at)
        if "report_party_role" in self.map.codes:
            node.say("role", "subject" if suspected(party) else "involved", f"{at}.role", "report_party_role")
        node.add("entity" if party.kind == "entity" else "person", self.transfers.parties.party(party))
        if party.addresses:
            node.say("country", party.addresses[0].country, f"{at}.addresses", "country")
        doubt = suspected(party)
        if doubt is not None:
            node.say("is_suspected", "true" if doubt else "false", f"{at}.role")
        shielded = getattr(self.map.texts, f"role_{party.role}") if party.role in SHIELDED_ROLES else ""
        node.add("reason", Leaf(shielded or party.why or self.map.texts.label.format(label=party.label), f"{at}.why", text=True))
        node.add("comments", Leaf(" ".join(self._lines(party, transfers)), f"{at}.transfers"))
        return node

    def _lines(self, party: ResolvedParty, transfers: tuple[Transfer, ...]) -> list[str]:
        texts, labels = self.map.texts, {other.key: other.label for other in self.resolved.parties}
        lines = []
        for transfer in transfers:
            if transfer.sender.key == party.key:
                other = texts.sent_to.format(label=labels[transfer.receiver.key]) if transfer.receiver else texts.nobody
            elif transfer.receiver is not None and transfer.receiver.key == party.key:
                other = texts.received_from.format(label=labels[transfer.sender.key])
            else:
                continue
            amount = f"{to_decimal(transfer.amount):f} {transfer.amount.currency}"
            at = datetime.fromtimestamp(transfer.occurred_ms // 1000, UTC).strftime("%Y-%m-%d %H:%MZ")
            lines.append(texts.transfer.format(id=transfer.transfer_id, at=at, amount=amount, other=other))
        return lines
