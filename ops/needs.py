"""What a typology loses where partners leave a field out: by its own examples, which tests strip of each field in turn."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from schemas.transfer import Party, Transfer

Loss = Literal["blind", "weaker", "noisier"]
LOSS_WORDS: Mapping[Loss, str] = {
    "blind": "see nothing",
    "weaker": "see less",
    "noisier": "take lawful payments for the pattern",
}


class Field(NamedTuple):
    """A thing that a transfer may say. asks: whether it could say so at all; says: whether it does."""

    name: str
    words: str
    asks: Callable[[Transfer], bool]
    says: Callable[[Transfer], bool]


def _people(transfer: Transfer) -> list[Party]:
    return [party for party in (transfer.sender, transfer.receiver) if party is not None and party.kind == "person"]


def _always(_: Transfer) -> bool:
    return True


FIELDS = (
    Field("countries", "country of both sides: of the agents, else in the addresses", _always, lambda t: bool(t.send_place.country and t.pay_place.country)),
    Field("towns", "town of both sides, one that the gateway knows", _always, lambda t: bool(t.send_place.town and t.pay_place.town)),
    Field("agent", "agent at the counter", lambda t: "cash" in t.channel, lambda t: bool(t.send_agent or t.pay_agent)),
    Field("identifiers", "phone, document, account, device or address of both parties", lambda t: bool(_people(t)), lambda t: all(p.identifiers for p in _people(t))),
    Field("nationality", "nationality of both people", lambda t: bool(_people(t)), lambda t: all(p.nationality for p in _people(t))),
    Field("occupation", "occupation of a party", lambda t: bool(_people(t)), lambda t: any(p.occupation for p in _people(t))),
    Field("customer_since", "first day as a customer, of a party", lambda t: bool(_people(t)), lambda t: any(p.customer_since for p in _people(t))),
    Field("purpose", "purpose", lambda t: t.channel not in ("card", "merchant"), lambda t: bool(t.purpose)),
    Field("relationship", "relationship of sender and receiver", lambda t: len(_people(t)) == 2, lambda t: bool(t.relationship)),
    Field("merchant", "category of the merchant, or what is bought", lambda t: t.channel in ("card", "merchant"), lambda t: bool(t.merchant_category or t.purpose)),
)  # fmt: skip

# Typology -> field -> loss where nobody ever says it.
NEEDS: Mapping[str, Mapping[str, Loss]] = {
    "TS-F01": {"towns": "weaker", "countries": "weaker"},
    "TS-F02": {"towns": "weaker", "countries": "weaker"},
    "TS-F03": {},
    "TS-F04": {"purpose": "noisier", "countries": "blind"},
    "TS-F05": {"identifiers": "blind", "countries": "blind"},
    "TS-F06": {"purpose": "noisier", "countries": "weaker"},
    "TS-F07": {"purpose": "noisier", "countries": "blind"},
    "TS-F08": {"purpose": "noisier", "towns": "weaker", "countries": "blind"},
    "TS-K01": {"identifiers": "blind"},
    "TS-K02": {"identifiers": "blind"},
    "TS-K03": {"purpose": "noisier", "customer_since": "weaker", "towns": "weaker", "countries": "weaker", "agent": "weaker"},
    "TS-K04": {"occupation": "weaker", "countries": "blind"},
    "TS-K05": {"purpose": "weaker", "relationship": "blind", "nationality": "weaker", "countries": "weaker"},
    "TS-P01": {"towns": "weaker", "countries": "blind"},
    "TS-P02": {"countries": "blind"},
    "TS-P03": {"countries": "blind"},
    "TS-P04": {"purpose": "noisier", "identifiers": "blind"},
    "TS-P05": {"identifiers": "weaker", "towns": "weaker", "countries": "weaker"},
    "TS-P06": {"towns": "weaker", "countries": "weaker", "merchant": "blind"},
    "TS-P07": {"nationality": "weaker", "countries": "blind"},
    "TS-S01": {"countries": "blind"},
    "TS-S02": {"towns": "weaker", "countries": "weaker", "agent": "blind"},
    "TS-S03": {"purpose": "noisier", "customer_since": "weaker", "identifiers": "weaker", "agent": "blind"},
    "TS-S04": {"towns": "blind", "countries": "blind"},
    "TS-S05": {"purpose": "noisier", "countries": "blind"},
    "TS-W01": {"relationship": "noisier"},
    "TS-W02": {"purpose": "noisier", "relationship": "noisier", "towns": "weaker", "countries": "weaker", "agent": "weaker"},
    "TS-W03": {"purpose": "blind", "relationship": "noisier", "countries": "weaker"},
    "TS-W04": {"purpose": "noisier", "countries": "weaker", "identifiers": "blind"},
    "TS-W05": {"purpose": "weaker", "merchant": "blind"},
}
# Judged at a shared identifier: without identifiers there is no such entity, so an example cannot be stripped of it.
AT_IDENTIFIERS = frozenset({"TS-K01", "TS-K02", "TS-W04"})


def losing(field: str) -> dict[Loss, list[str]]:
    """Typologies by what they lose without a field, the worst loss first."""
    return {
        loss: [name for name, needs in NEEDS.items() if needs.get(field) == loss]
        for loss in LOSS_WORDS
        if any(needs.get(field) == loss for needs in NEEDS.values())
    }
