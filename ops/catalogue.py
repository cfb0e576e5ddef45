"""The catalogue of typologies as plain facts: what the code, its examples and the reference data say of each."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from connectors.fius.forms import local_codes
from schemas.indicators import READ, LocalCodes, Published, load_indicators
from schemas.registry import Fiu
from streams.domain.roles import possible_roles
from streams.domain.score import SOM_EVIDENCE, TIP_EVIDENCE
from streams.typologies.base import Explanation, Line, Typology
from streams.typologies.calibration import Calibration, settable
from streams.typologies.ranges import Range
from streams.typologies.tiers import TIERS

HEADINGS = ("Question", "Source", "Subject", "Looks back", "Not a hit")
SIDES = {"TIP": "trafficking in persons", "SOM": "smuggling of migrants", "either": "decides nothing by itself"}
TIER_WORDS = {"1": "the transfers alone", "2": "accounts, merchants or payroll too", "3": "several institutions or a long memory"}

HOUR_MS = 3_600_000
MOST_HOURS = 96  # longer windows are said in days; DEF
_NAME = re.compile(r"`(\w+)`")


class Parameter(NamedTuple):
    """One number of a typology. `declared`: what the typology's file says; `value`: what is in force."""

    name: str
    value: float
    declared: float
    line: Line
    span: Range

    @property
    def is_overridden(self) -> bool:
        """Whether the parameter file puts another number in force."""
        return self.value != self.declared


class Part(NamedTuple):
    """What a party does in the pattern, and the roles that can follow from it, the first that fits first."""

    part: str
    roles: tuple[str, ...]


class Entry(NamedTuple):
    """A typology of the catalogue. `said`: the headings of its docstring, the question with the numbers in force; `local`: FIU id -> what that FIU calls it."""

    typology: Typology
    summary: str
    said: Mapping[str, str]
    side: str
    tier: str
    parameters: tuple[Parameter, ...]
    parts: tuple[Part, ...]
    do_not_block: bool
    published: tuple[Published, ...]
    local: Mapping[str, LocalCodes]

    @property
    def window(self) -> str:
        """The window in force in words: "30 days", "72 hours"."""
        hours = self.typology.window_ms / HOUR_MS
        return f"{hours / 24:g} days" if hours > MOST_HOURS else f"{hours:g} hours"


def entries(
    calibration: Calibration, declared: Iterable[Typology], fius: Mapping[str, Fiu], own: Path | None = None
) -> tuple[Entry, ...]:
    """The catalogue in its own order. `own`: folder of the deployment's compiled FIU schemas.

    Raises  ProfileError, schemas.yaml_rows.RegistryError where an FIU's form cannot be read
    """
    before = {typology.id: typology for typology in declared}
    names = {fiu.id: local_codes(fiu, own) for fiu in fius.values()}
    return tuple(_entry(typology, before[typology.id], names) for typology in calibration.catalogue)


def _entry(typology: Typology, declared: Typology, names: Mapping[str, Callable[[str], LocalCodes]]) -> Entry:
    summary, said = _read(typology.doc)
    now = {name: f"{value:g}" for name, (value, _, _) in settable(typology).items()}
    said["Question"] = _NAME.sub(lambda found: now.get(found[1], found[0]), said.get("Question", ""))
    then = settable(declared)
    told = [_told(declared, number) for number, example in enumerate(declared.examples) if example.fires]
    return Entry(
        typology=typology,
        summary=summary,
        said=said,
        side=side_of(typology.id),
        tier=TIERS.get(typology.id, ""),
        parameters=tuple(Parameter(n, v, then[n][0], line, span) for n, (v, line, span) in settable(typology).items()),
        parts=tuple(Part(part, possible_roles(part)) for part in sorted({p for one in told for p in one.parts.values()})),
        do_not_block=any(one.do_not_block for one in told),
        published=load_indicators().of(typology.id),
        local={fiu: local(typology.id) for fiu, local in names.items()},
    )


def side_of(typology: str) -> str:
    """TIP, SOM, or "either" for a typology that does not decide the offence (typologies A7 "Offence")."""
    if typology in TIP_EVIDENCE:
        return "TIP"
    return "SOM" if typology in SOM_EVIDENCE else "either"


def _read(doc: str) -> tuple[str, dict[str, str]]:
    """First paragraph and headings of a typology's docstring; a line that starts with a blank goes on with the one before."""
    head, _, rest = doc.strip().partition("\n\n")
    said: dict[str, str] = {}
    last = ""
    for line in rest.splitlines():
        heading = next((h for h in HEADINGS if line.startswith(f"{h}  ")), "")
        if heading:
            last = heading
            said[last] = line[len(heading) :].strip()
        elif last:
            said[last] += f" {line.strip()}"
    return " ".join(head.split()), said


def _told(typology: Typology, number: int) -> Explanation:
    """What the typology says of its own example."""
    view = typology.examples[number].build()
    best = max(typology.hits(view, typology.parameters), key=lambda hit: hit.strength)
    return typology.explain(view, typology.parameters, best, best.events)


def as_data(entry: Entry) -> dict[str, object]:
    """One typology for machines."""
    typology = entry.typology
    return {
        "id": typology.id,
        "name": typology.name,
        "version": typology.version,
        "summary": entry.summary,
        "description": typology.doc.strip(),
        **{heading.lower().replace(" ", "_"): text for heading, text in entry.said.items()},
        "offence_side": entry.side,
        "tier": entry.tier,
        "weight": typology.weight,
        "flag_raise": typology.flag_raise,
        "window_ms": typology.window_ms,
        "do_not_block": entry.do_not_block,
        "parameters": [_number(parameter) for parameter in entry.parameters],
        "roles": [{"part": part.part, "roles": list(part.roles)} for part in entry.parts],
        "hits": [e.what for e in typology.examples if e.fires],
        "misses": [e.what for e in typology.examples if not e.fires],
        "indicators": [
            {"id": row.id, "source": source_of(row), "says": row.says, "read": READ[load_indicators().sources[row.source].read]}
            for row in entry.published
        ],
        "local_codes": {
            fiu: {"codes": [{"code": code, "label": label} for code, label in told.codes], "unmapped": told.unmapped}
            for fiu, told in entry.local.items()
        },
    }


def _number(parameter: Parameter) -> dict[str, object]:
    line = parameter.line
    return {
        "name": parameter.name,
        "value": parameter.value,
        "declared": parameter.declared,
        "overridden": parameter.is_overridden,
        "unit": line.unit,
        "basis": line.basis,
        "source": line.source,
        "range": str(parameter.span),
    }


def source_of(row: Published) -> str:
    """The document behind an indicator, as one cites it."""
    source = load_indicators().sources[row.source]
    return f"{source.issuer}, {source.document}" + (f" ({source.date})" if source.date else "")
