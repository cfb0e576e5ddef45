"""The catalogue for a terminal: a table of all typologies, or one in full."""

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ops.catalogue import HEADINGS, SIDES, TIER_WORDS, Entry, source_of
from schemas.indicators import READ, LocalCodes, load_indicators
from schemas.registry import Fiu

PIPED_WIDTH = 180  # columns where there is no terminal to fit; DEF


def console() -> Console:
    """Stdout as wide as the terminal, or wide enough for the table where there is none."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=PIPED_WIDTH)


def table(catalogue: Iterable[Entry]) -> Table:
    """One row a typology."""
    made = Table(header_style="bold", show_lines=True)
    made.add_column("id", no_wrap=True)
    made.add_column("name", max_width=22)
    made.add_column("question", min_width=24)
    made.add_column("side")
    made.add_column("tier")
    made.add_column("weight", justify="right")
    made.add_column("indicators", max_width=22)
    for entry in catalogue:
        typology = entry.typology
        weight = next(p for p in entry.parameters if p.name == "weight")
        made.add_row(
            typology.id, typology.name, Text(entry.said.get("Question", "")), entry.side, entry.tier or "-",
            f"{weight.value:g}{' *' if weight.is_overridden else ''}", " ".join(row.id for row in entry.published) or "none",
        )  # fmt: skip
    return made


def page(entry: Entry, fius: Mapping[str, Fiu]) -> Iterator[RenderableType]:
    """Everything about one typology."""
    typology = entry.typology
    yield Text(f"{typology.id}  {typology.name}  (version {typology.version})", style="bold")
    yield Text(entry.summary)
    yield Text("")
    for heading in HEADINGS:
        yield _row(_label(heading), entry.said.get(heading, "-"))
    yield _row("Window", f"{entry.window} in force")
    yield _row("Offence", f"{entry.side}: {SIDES[entry.side]}")
    yield _row("Needs", f"tier {entry.tier or '-'}: {tier_words(entry.tier)}")
    if entry.do_not_block:
        yield _row("Do not block", "a person may be held until the money arrives")
    yield from _section("Parameters", [_parameters(entry)])
    yield from _section("Roles", [Text(f"{p.part}: {', else '.join(p.roles)}") for p in entry.parts])
    yield from _section("Fires on", [Text(e.what) for e in typology.examples if e.fires])
    yield from _section("Does not fire on", [Text(e.what) for e in typology.examples if not e.fires])
    yield from _section("Published indicators", [Text(line) for line in references(entry)])
    yield from _section("Codes of each FIU", [_codes(entry.local, fius)])


def references(entry: Entry) -> list[str]:
    """The published indicators, one a line."""
    sources = load_indicators().sources
    return [f"{row.id}: {row.says} ({source_of(row)}; {READ[sources[row.source].read]})" for row in entry.published] or ["none"]


def tier_words(tier: str) -> str:
    """What a tier, or a range of tiers, asks for."""
    return " or ".join(TIER_WORDS[one] for one in tier.split("-")) if tier else "not known"


def spelled(told: LocalCodes) -> str:
    """What an FIU calls a typology, in one line; never empty."""
    codes = "; ".join(f"{code} {label}".rstrip(" .") for code, label in told.codes)
    if not told.unmapped:
        return codes
    return f"unmapped: {told.unmapped}" + (f" The form carries {codes}." if codes else "")


def _label(heading: str) -> str:
    return "False alarms" if heading == "Not a hit" else heading


def _row(label: str, text: str) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=12, style="bold")
    grid.add_column(ratio=1)
    grid.add_row(label, Text(text))
    return grid


def _section(title: str, content: Iterable[RenderableType]) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", style="bold")
    for one in content:
        yield Padding(one, (0, 0, 0, 2))


def _parameters(entry: Entry) -> Table:
    made = Table.grid(padding=(0, 2))
    for name in ("name", "value", "unit", "range", "basis"):
        made.add_column(justify="right" if name == "value" else "left")
    for parameter in entry.parameters:
        line = parameter.line
        note = f"declared {parameter.declared:g}; " if parameter.is_overridden else ""
        style = "bold yellow" if parameter.is_overridden else ""
        made.add_row(
            parameter.name, Text(f"{parameter.value:g}", style), Text(line.unit), Text(f"{note}{parameter.span}"),
            Text(f"{line.basis}: {line.source}"),
        )  # fmt: skip
    return made


def _codes(local: Mapping[str, LocalCodes], fius: Mapping[str, Fiu]) -> Table:
    made = Table.grid(padding=(0, 2))
    for name in sorted(local, key=lambda fiu: (bool(local[fiu].unmapped), fiu)):
        made.add_row(name, fius[name].acronym, Text(spelled(local[name])))
    return made
