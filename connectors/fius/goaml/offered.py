"""What is offered inside one element, under the FIU's names and with the FIU's own uses of its fields."""

from typing import NamedTuple

from connectors.fius.goaml.offer import Leaf, Node, Offer
from connectors.fius.goaml.place import Place

Fields = dict[str, list[Offer]]


class Offered(NamedTuple):
    """`values[i]` is offered as `names[i]`; a name may come more than once."""

    names: list[str]
    values: list[Offer]

    def by_name(self) -> Fields:
        """The values of each name, names in the order in which they first come."""
        fields: Fields = {}
        for name, value in zip(self.names, self.values, strict=True):
            fields.setdefault(name, []).append(value)
        return fields


def offered(place: Place, node: Node, rename: dict[str, str]) -> Offered:
    """What `node` offers at `place`. Where two of our names become one of the FIU's, the later one stands."""
    pairs = list(zip(node.names, node.values, strict=True))
    if rename:
        renamed = {rename.get(name, name): of for name, of in Offered(node.names, node.values).by_name().items()}
        pairs = [(name, value) for name, of in renamed.items() for value in of]
    if place.fields:
        pairs = [pair for pair in pairs if pair[0] not in place.fields]
        for name, field in place.fields.items():
            told = node.facts.get(field.take, "")
            if told:
                pairs.append((name, Leaf(told, f"{node.at}.{field.take}", field.codes, text=True).by(field.id)))
    return Offered([name for name, _ in pairs], [value for _, value in pairs])
