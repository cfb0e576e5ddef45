"""The catalogue as one Markdown page; docs/typologies.md is this page for the numbers and FIUs that come with the gateway."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ops.catalogue import HEADINGS, SIDES, Entry, Parameter
from ops.catalogue_text import spelled, tier_words
from schemas.indicators import READ, load_indicators
from schemas.registry import Fiu
from streams.typologies.calibration import Calibration

COMMAND = "strgw typologies --markdown > docs/typologies.md"


def markdown(catalogue: Sequence[Entry], calibration: Calibration, fius: Mapping[str, Fiu]) -> str:
    """The page: an overview, each typology in full, what each FIU calls them; ends with a line feed."""
    parts = (
        _head(calibration),
        _overview(catalogue),
        *(_section(entry) for entry in catalogue),
        _sources(),
        _fius(catalogue, fius),
    )
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def _head(calibration: Calibration) -> Iterator[str]:
    used = calibration.used
    yield "# Typologies"
    yield ""
    yield f"<!-- Made by `{COMMAND}` from the code; `make check` compares. Do not edit. -->"
    yield ""
    yield "What the gateway looks for in a stream of transfers, by which numbers, from which source, and when it stays silent. A finding is a reason to look,"
    yield "not an accusation. Numbers marked SRC stand in a source, DEF are our defaults; a deployment changes them in one file ([how](parameters.md))."
    yield ""
    since = f", effective {calibration.effective}" if calibration.effective else ""
    yield f"Parameters in force: {used.version}{since}, SHA-256 `{used.sha256}`."
    yield ""


def _overview(catalogue: Sequence[Entry]) -> Iterator[str]:
    yield "Side: the offence a typology is evidence of (TIP trafficking in persons, SOM smuggling of migrants). Tier: 1 needs the transfers alone,"
    yield "2 accounts, merchants or payroll too, 3 several institutions or a long memory."
    yield ""
    yield "| id | name | side | tier | weight | published indicators |"
    yield "|---|---|---|---|---|---|"
    for entry in catalogue:
        typology = entry.typology
        names = " ".join(row.id for row in entry.published) or "none"
        cells = (
            f"[{typology.id}](#{_anchor(f'{typology.id} {typology.name}')})",
            _cell(typology.name),
            entry.side,
            entry.tier or "-",
            f"{typology.weight:g}",
            names,
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _section(entry: Entry) -> Iterator[str]:
    typology = entry.typology
    yield f"## {typology.id} {typology.name}"
    yield ""
    yield entry.summary
    yield ""
    for heading in HEADINGS:
        yield f"* **{'False alarms it leaves out' if heading == 'Not a hit' else heading}:** {entry.said.get(heading, '-')}"
    yield f"* **Offence:** {entry.side}, {SIDES[entry.side]}; **needs** {tier_words(entry.tier)}; version {typology.version}"
    yield f"* **Window in force:** {entry.window}"
    if entry.do_not_block:
        yield "* **Do not block:** a person may be held until the money arrives"
    roles = "; ".join(f"{part.part}: {', else '.join(part.roles)}" for part in entry.parts)
    yield f"* **Roles:** {roles}"
    yield ""
    yield "| parameter | value | unit | may be | basis |"
    yield "|---|---|---|---|---|"
    for parameter in entry.parameters:
        yield _row(parameter)
    yield ""
    yield f"Fires on: {'; '.join(e.what for e in typology.examples if e.fires)}."
    yield ""
    yield f"Does not fire on: {'; '.join(e.what for e in typology.examples if not e.fires)}."
    yield ""
    yield "Published indicators:"
    yield ""
    for row in entry.published:
        yield f"* {row.id}: {row.says}"
    yield ""
    yield "Codes of FIUs (every other one: unmapped, see [below](#codes-of-the-fius)):"
    yield ""
    mapped = {fiu: told for fiu, told in entry.local.items() if told.codes and not told.unmapped}
    for fiu, told in sorted(mapped.items()):
        for code, label in told.codes:
            yield f"* {fiu} `{code}` {label}".rstrip()
    yield ""


def _row(parameter: Parameter) -> str:
    line = parameter.line
    value = f"{parameter.value:g}" + (f" (declared {parameter.declared:g})" if parameter.is_overridden else "")
    cells = (f"`{parameter.name}`", value, line.unit, str(parameter.span), f"{line.basis}: {line.source}")
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _sources() -> Iterator[str]:
    yield "## Sources of the published indicators"
    yield ""
    yield "The number after a document's key is ours. What was read second-hand is to be checked against the document before it is quoted."
    yield ""
    yield "| key | document | how it was read |"
    yield "|---|---|---|"
    for source in load_indicators().sources.values():
        date = f" ({source.date})" if source.date else ""
        yield f"| {source.id} | {_cell(f'{source.issuer}, {source.document}{date}')} | {READ[source.read]} |"
    yield ""


def _fius(catalogue: Sequence[Entry], fius: Mapping[str, Fiu]) -> Iterator[str]:
    yield "## Codes of the FIUs"
    yield ""
    yield "What a report to an FIU carries where a typology has no code of its own there."
    yield ""
    yield "| FIU | | typologies with codes | of the others |"
    yield "|---|---|---|---|"
    for name in sorted(fius):
        told = [entry.local[name] for entry in catalogue]
        mapped = sum(bool(one.codes) and not one.unmapped for one in told)
        rest = dict.fromkeys(spelled(one) for one in told if one.unmapped)
        yield f"| {name} | {_cell(fius[name].acronym)} | {mapped} of {len(told)} | {_cell(' '.join(rest)) or '-'} |"


def _anchor(heading: str) -> str:
    """The anchor that GitHub and GitLab make of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
