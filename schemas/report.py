"""The canonical suspicious transaction report (STR), before any FIU's form is laid over it."""

import msgspec

from schemas.case import CaseParty
from schemas.finding import Evidence, Finding, ParametersUsed


class RouteStep(msgspec.Struct, frozen=True):
    """One step of a legal reasoning: the rule, what it says here, and how sure we are (H, M, L)."""

    rule: str
    says: str
    confidence: str


class Considered(msgspec.Struct, frozen=True):
    """A country that was looked at and what came of it: file, spontaneous, hold or none."""

    country: str
    outcome: str
    why: str


class Clock(msgspec.Struct, frozen=True):
    """When the filing is due: `start_ms` formation of suspicion, `steps` in words, `due_ms` UTC."""

    start_ms: int
    steps: tuple[str, ...]
    due_ms: int


class FilingPlan(msgspec.Struct, frozen=True):
    """What goes to one FIU. obligation: file | spontaneous | hold. fiu and country: ISO alpha-2.

    reporting_entity  the licensed branch's registration number at that FIU ("" where there is none)
    status            ready | proposed | held
    hold_code         why a person must look first ("" when nobody must)
    release           automatic | one_reviewer | four_eyes: how many people must agree
    formed_by         score | reviewer: whose judgement starts the clock; until the reviewer's it is shown from the score's
    """

    fiu: str
    country: str
    obligation: str
    status: str
    reporting_entity: str
    branch: str
    basis: tuple[RouteStep, ...]
    clock: Clock
    hold_code: str = ""
    hold_reason: str = ""
    release: str = "automatic"
    formed_by: str = "score"


class TypologyLine(msgspec.Struct, frozen=True):
    """A typology named in the report with its best score."""

    id: str
    name: str
    score: float
    reason: str


class Report(msgspec.Struct, frozen=True):
    """One version of an STR. Evidence points into the archive; names join only where a filing is rendered.

    report_id      = case id; version counts up
    narrative      by language; parties are called P1, P2 … in the order of `parties`, transfers by their transfer id
    completeness   canonical field -> present | absent: reason
    parameters     the numbers that judged its findings; more than one where they were changed while the case grew
    state          open | withdrawn (merged into another report or fallen below the line before release)
    """

    report_id: str
    version: int
    state: str
    scope: str
    offence: str
    score: float
    urgent: bool
    do_not_block: bool
    suspicion_formed_ms: int
    typologies: tuple[TypologyLine, ...]
    findings: tuple[Finding, ...]
    transfers: tuple[Evidence, ...]
    parties: tuple[CaseParty, ...]
    narrative: dict[str, str]
    completeness: dict[str, str]
    filings: tuple[FilingPlan, ...]
    considered: tuple[Considered, ...]
    supersedes: tuple[str, ...] = ()
    material: bool = True
    parameters: tuple[ParametersUsed, ...] = ()
