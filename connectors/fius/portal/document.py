"""The structure `strgw.portal/1`: what `report.json` of a portal package holds. Times are ISO 8601 UTC, amounts exact decimals."""

from typing import Any, Literal

import msgspec

from schemas.filing import INITIAL

FORMAT: Literal["strgw.portal/1"] = "strgw.portal/1"
SCHEMA_ID = "strgw.portal"
SCHEMA_VERSION = "1"

Role = Literal["subject", "facilitator", "victim", "protected", "family_payer", "involved", "unknown"]
# suspected: a subject of the report · protect: may need protection · payer: pays, perhaps under pressure · named: neither
Treatment = Literal["suspected", "protect", "payer", "named"]
FlowPart = Literal["source", "transit", "destination"]
Age = Literal["", "child", "possibly_child", "age_unknown"]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every part: what is not in the structure is refused on reading."""


class Notice(Record, frozen=True):
    """What the reader must know before anything else."""

    urgent: bool
    do_not_stop_payment: bool
    persons_to_protect: tuple[str, ...]
    text: tuple[str, ...]


class Identity(Record, frozen=True):
    """Which report this is. `supersedes`: reports this one replaces."""

    report_id: str
    version: int
    supersedes: tuple[str, ...]
    offence: str
    offence_label: str
    suspicion_formed_at: str


class BasisStep(Record, frozen=True):
    """One step of the legal basis; `confidence` H, M or L."""

    rule: str
    says: str
    confidence: str


class FilingPart(Record, frozen=True):
    """Who files to whom, on what basis and by when.

    relation  to the filing before it (schemas.filing.RELATIONS); prior_reference: the FIU's own number for that one, "" where not known
    """

    fiu_country: str
    fiu_name: str
    fiu_acronym: str
    reporting_entity: str
    registration: str
    branch: str
    obligation: str
    legal_basis: tuple[BasisStep, ...]
    due_at: str
    due_at_local: str
    deadline_steps: tuple[str, ...]
    relation: str = INITIAL
    prior_reference: str = ""


class Measured(Record, frozen=True):
    """A number and the line it was held against."""

    name: str
    observed: str
    line: str
    unit: str
    source: str
    transfers: tuple[str, ...]


class Pattern(Record, frozen=True):
    """A pattern that was seen: its reason in words, its numbers, the transfers it rests on (T1 …)."""

    typology: str
    name: str
    score: str
    reason: str
    first_at: str
    last_at: str
    numbers: tuple[Measured, ...]
    transfers: tuple[str, ...]


class Reference(Record, frozen=True):
    """A published indicator: key, document, what it says, and how it was read."""

    id: str
    document: str
    says: str
    read: str


class LocalCode(Record, frozen=True):
    """A code of the FIU's own list."""

    code: str
    label: str


class Indication(Record, frozen=True):
    """Which published indicators a pattern shows and what this FIU calls it; `unmapped` says why no code of its own names it."""

    typology: str
    published: tuple[Reference, ...]
    local_codes: tuple[LocalCode, ...]
    unmapped: str


class Judged(Record, frozen=True):
    """The numbers that judged: label of the parameter file ("built-in" without one) and SHA-256 over all numbers in force."""

    version: str
    sha256: str


class IdDocument(Record, frozen=True):
    """An identity document."""

    type: str
    number: str
    country: str


class PostalAddress(Record, frozen=True):
    """An address as the payer or payee gave it."""

    line: str
    city: str
    country: str


class PayAccount(Record, frozen=True):
    """An account, wallet, IBAN or card."""

    type: str
    number: str


class Person(Record, frozen=True):
    """A party with every spelling and identifier its transfers gave; `sent` and `received` name transfers (T1 …).

    latin  for each of `names` its transliteration, "" where the name is written in Latin letters
    """

    label: str
    role: Role
    treatment: Treatment
    why: str
    age: Age
    kind: str
    names: tuple[str, ...]
    customer_numbers: tuple[str, ...]
    dates_of_birth: tuple[str, ...]
    nationalities: tuple[str, ...]
    occupations: tuple[str, ...]
    customer_since: tuple[str, ...]
    documents: tuple[IdDocument, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    devices: tuple[str, ...]
    ips: tuple[str, ...]
    addresses: tuple[PostalAddress, ...]
    accounts: tuple[PayAccount, ...]
    sent: tuple[str, ...]
    received: tuple[str, ...]
    latin: tuple[str, ...] = ()


class Point(Record, frozen=True):
    """A pay-in or pay-out side: country, town, and the agent where there is one."""

    country: str
    town: str
    agent_id: str
    agent_name: str


class Payment(Record, frozen=True):
    """One transfer. `ref` T1 … in order of time; `local_time` as on the sender's clock; `sender` and `receiver` P1 … ("" none)."""

    ref: str
    transfer_id: str
    status: str
    occurred_at: str
    local_time: str
    amount: str
    currency: str
    usd: str
    channel: str
    sender: str
    receiver: str
    paid_in: Point
    paid_out: Point
    purpose: str
    relationship: str
    remarks: tuple[str, ...]


class FlowPlace(Record, frozen=True):
    """A town of the flow of money; `part`: it only pays in, does both, or only pays out."""

    country: str
    town: str
    part: FlowPart


class FlowLink(Record, frozen=True):
    """What went from one place to another (positions in `places`): how many transfers, US dollars by the reference rates, first and last day UTC."""

    origin: int
    target: int
    transfers: int
    usd: str
    first: str
    last: str


class Flow(Record, frozen=True):
    """Where the money went: places in the order source, transit, destination, and what links them. No person is named."""

    places: tuple[FlowPlace, ...] = ()
    links: tuple[FlowLink, ...] = ()


class Part(Record, frozen=True):
    """Which of how many packages of the same report this is; the transfers are divided among them, part 1 holds the grounds."""

    number: int = 1
    of: int = 1


class Proposal(Record, frozen=True):
    """An exchange between FIUs this report suggests; the reporting entity sends nothing there itself."""

    country: str
    basis: tuple[BasisStep, ...]


class LedgerLine(Record, frozen=True):
    """One field: present, absent (with the reason) or placeholder (with the rule)."""

    field: str
    state: str
    reason: str


class PortalReport(Record, frozen=True):
    """The whole of `report.json`. `narrative` by language; its P1 … are the labels of `parties`.

    language   the one the FIU works in, where a narrative is written in it; `languages` those of the form, English first
    """

    format: Literal["strgw.portal/1"]
    notice: Notice
    report: Identity
    filing: FilingPart
    narrative: dict[str, str]
    language: str
    patterns: tuple[Pattern, ...]
    parties: tuple[Person, ...]
    transfers: tuple[Payment, ...]
    not_known: tuple[str, ...]
    exchange_proposals: tuple[Proposal, ...]
    completeness: tuple[LedgerLine, ...]
    indicators: tuple[Indication, ...] = ()
    parameters: tuple[Judged, ...] = ()
    languages: tuple[str, ...] = ("en",)
    flow: Flow = Flow()
    part: Part = Part()


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of `report.json`, for whoever reads packages by machine."""
    return msgspec.json.schema(PortalReport)
