"""How complete a partner's transfers were in the last day and the week before it, and what suffers where a field is not said."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from connectors.kafka.scan import CommittedLog
from connectors.partners.intake import QUALITY
from ops.needs import losing
from schemas import topics
from schemas.quality import FIELDS, PARTY_FIELDS, Counts, QualityRecord, add, no_counts

DAY_MS = 86_400_000
DAYS_BEFORE = 7
DROP = 0.1  # DEF: a share that fell by as much is marked
# The things that ops/needs.py strips from the typologies' examples, by the fields that say them.
GROUPS: Mapping[str, str] = {
    "nationality": "nationality", "occupation": "occupation", "customer_since": "customer_since", "documents": "identifiers",
    "phones": "identifiers", "addresses": "identifiers", "accounts": "identifiers", "online": "identifiers", "purpose": "purpose",
    "relationship": "relationship", "merchant_category": "merchant", "send_agent": "agent", "pay_agent": "agent", "send_town": "towns", "pay_town": "towns",
}  # fmt: skip
# Of each of these one is enough for the typologies, as ops/needs.py strips them: what suffers stands at the one that is said most.
ENOUGH: tuple[tuple[str, ...], ...] = (
    *(tuple(f"{side}.{name}" for name in PARTY_FIELDS if GROUPS.get(name) == "identifiers") for side in ("sender", "receiver")),
    ("sender.occupation", "receiver.occupation"), ("sender.customer_since", "receiver.customer_since"), ("send_agent", "pay_agent"),
)  # fmt: skip
# What a report then lacks, in the words of its completeness ledger or of the form's parties; "": nothing.
REPORT: Mapping[str, str] = {
    "date_of_birth": "birth date of the party", "nationality": "nationality of the party", "occupation": "occupation of the party",
    "documents": "identity documents of the party", "phones": "phones of the party", "addresses": "addresses of the party",
    "accounts": "accounts of the party", "purpose": "purpose of the transfer", "relationship": "relationship of the parties",
    "send_town": "transfers.send_town", "pay_town": "transfers.pay_town", "send_agent": "where money was paid in", "pay_agent": "where money was paid out",
}  # fmt: skip


class FieldLine(msgspec.Struct, frozen=True):
    """One field. Shares are of the transfers that could say it, 0 to 1; None where none could.

    day, week  share in the last 24 hours, and in the 7 days before them; change: their difference
    unknown    share of what was said in the last day in words that the gateway does not know
    """

    field: str
    day: float | None
    week: float | None
    change: float | None
    unknown: float | None
    typologies: dict[str, list[str]]
    report: str

    @property
    def has_fallen(self) -> bool:
        """Whether the field is said far less than in the week before."""
        return self.change is not None and self.change <= -DROP


class PartnerLine(msgspec.Struct, frozen=True):
    """A partner's transfers in the last day and in the week before it, and each field that any of them could say."""

    partner: str
    transfers_day: int
    transfers_week: int
    fields: list[FieldLine]


def read(bootstrap: str, now_ms: int) -> list[PartnerLine]:
    """Every partner that sent anything in the last eight days, by id. Raises TopicMissing."""
    with CommittedLog(bootstrap) as log:
        records = ((r.timestamp, QUALITY.decode(r.value)) for r in log.scan(topics.QUALITY) if r.value is not None)
        return lines(records, now_ms)


def lines(records: Iterable[tuple[int, QualityRecord]], now_ms: int) -> list[PartnerLine]:
    """The lines of records written at these times (ms UTC)."""
    day: dict[str, Counts] = {}
    week: dict[str, Counts] = {}
    for at_ms, record in records:
        age = now_ms - at_ms
        if age < (1 + DAYS_BEFORE) * DAY_MS:
            for partner, more in record.partners.items():
                add((day if age < DAY_MS else week).setdefault(partner, no_counts()), more)
    return [_partner(name, day.get(name) or no_counts(), week.get(name) or no_counts()) for name in sorted(day | week)]


def _partner(name: str, day: Counts, week: Counts) -> PartnerLine:
    asked = [place for place in range(len(FIELDS)) if day.asked[place] or week.asked[place]]
    costless = _costless(day if day.transfers else week)
    return PartnerLine(name, day.transfers, week.transfers, [_field(place, day, week, costless) for place in asked])


def _costless(counts: Counts) -> set[str]:
    """Fields whose absence no typology feels, since another is said as often or more."""
    found: set[str] = set()
    for names in ENOUGH:
        most = max(names, key=lambda name: counts.said[FIELDS.index(name)])
        found.update(name for name in names if name != most)
    return found


def _field(place: int, day: Counts, week: Counts, costless: Collection[str]) -> FieldLine:
    name = FIELDS[place]
    short = name.rpartition(".")[2]
    now, before = _share(day.said[place], day.asked[place]), _share(week.said[place], week.asked[place])
    change = None if now is None or before is None else round(now - before, 4)
    losses = {str(loss): ids for loss, ids in losing(GROUPS[short]).items()} if short in GROUPS and name not in costless else {}
    return FieldLine(name, now, before, change, _share(day.unknown[place], day.said[place]), losses, REPORT.get(short, ""))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
