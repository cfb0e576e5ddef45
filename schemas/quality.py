"""How complete partners' transfers are: counts by field, no value of any. Topic `intake.quality`, one record a minute of intake's work."""

import msgspec

# What a party may carry, what a transfer may, and what can be said and yet not understood. The order is that of the counts: append only.
PARTY_FIELDS = (
    "party_id", "date_of_birth", "nationality", "occupation", "customer_since", "documents", "phones", "addresses", "accounts", "online",
)  # fmt: skip
TRANSFER_FIELDS = ("purpose", "relationship", "merchant_category", "send_agent", "pay_agent", "send_town", "pay_town")
FIELDS = (*(f"sender.{name}" for name in PARTY_FIELDS), *(f"receiver.{name}" for name in PARTY_FIELDS), *TRANSFER_FIELDS)
OF_PERSONS = frozenset({"date_of_birth", "nationality", "occupation"})  # a firm has none


class Counts(msgspec.Struct, array_like=True):
    """Of one partner, by the place in FIELDS: in how many transfers the field could be said, was said, and was said in words unknown to us."""

    transfers: int
    asked: list[int]
    said: list[int]
    unknown: list[int]


class QualityRecord(msgspec.Struct):
    """What was counted since the record before it of the same process, by partner."""

    partners: dict[str, Counts]


def no_counts() -> Counts:
    """Nothing counted yet."""
    return Counts(0, [0] * len(FIELDS), [0] * len(FIELDS), [0] * len(FIELDS))


def add(total: Counts, more: Counts) -> None:
    """Adds `more`, which an earlier release may have written with fewer fields."""
    total.transfers += more.transfers
    for ours, theirs in ((total.asked, more.asked), (total.said, more.said), (total.unknown, more.unknown)):
        for place, count in enumerate(theirs[: len(ours)]):
            ours[place] += count
