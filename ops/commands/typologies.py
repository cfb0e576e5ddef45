"""`strgw typologies`: the catalogue for a compliance officer."""

import click

from ops.output import json_option, print_json
from streams.typologies import CATALOGUE
from streams.typologies.base import Typology, lines


@click.command("typologies", help="Print the catalogue of typologies: question, sources, parameters, examples.")
@click.argument("wanted", metavar="[ID]...", nargs=-1)
@json_option
def command(wanted: tuple[str, ...], as_json: bool) -> None:
    """Prints all typologies, or those named."""
    known = {t.id: t for t in CATALOGUE}
    unknown = [i for i in wanted if i.upper() not in known]
    if unknown:
        raise click.UsageError(f"No typology is called {unknown[0]}; known are {', '.join(known)}.")
    chosen = [known[i.upper()] for i in wanted] if wanted else list(CATALOGUE)
    if as_json:
        print_json([described(t) for t in chosen])
        return
    for typology in chosen:
        click.echo(_page(typology))


def described(typology: Typology) -> dict[str, object]:
    """One typology as plain data."""
    sources = lines(type(typology.parameters))
    return {
        "id": typology.id,
        "name": typology.name,
        "version": typology.version,
        "weight": typology.weight,
        "description": typology.doc.strip(),
        "indicators": list(typology.indicators),
        "parameters": [
            {"name": n, "value": getattr(typology.parameters, n), "unit": s.unit, "basis": s.basis, "source": s.source}
            for n, s in sources.items()
        ],
        "hits": [e.what for e in typology.examples if e.fires],
        "misses": [e.what for e in typology.examples if not e.fires],
    }


def _page(typology: Typology) -> str:
    facts = described(typology)
    sources = lines(type(typology.parameters))
    values = [f"  {n} = {getattr(typology.parameters, n):g} {s.unit}   ({s.basis}: {s.source})" for n, s in sources.items()]
    hits = [f"  + {e}" for e in facts["hits"]]  # type: ignore[attr-defined]
    misses = [f"  - {e}" for e in facts["misses"]]  # type: ignore[attr-defined]
    head = f"{typology.id}  {typology.name}  (version {typology.version}, weight {typology.weight:g} DEF)"
    parts = [head, "=" * len(head), typology.doc.strip(), "", "Parameters", *values, "", "Examples", *hits, *misses, ""]
    return "\n".join(parts)
