"""`strgw partner test` and `strgw partner schemas`: what a partner needs before it goes live, without a broker."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.needs import FIELDS, LOSS_WORDS, losing
from ops.output import json_option, print_json, say
from ops.registries import fius_of, partner_of, partners_of
from ops.settings import Settings

if TYPE_CHECKING:  # the forms take half a second to load
    from ops.partner_check import Checked

LISTED = 20  # DEF refused transfers that are printed for people; --json lists more


@click.command("test")
@click.argument("identity", metavar="ID")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--show", default=1, show_default=True, type=click.IntRange(0, 1000), help="Transfers to print in full.")
@json_option
@click.pass_obj
def test(settings: Settings, identity: str, file: Path, show: int, as_json: bool) -> int:
    """Read FILE as the gateway would read it from the partner ID, and say what is refused and what each gap costs. Needs no broker.

    Exit code 0: every transfer would be taken in; 1: not all, or none. Personal data of the file is printed: it is the partner's own.
    """
    from connectors.fius.forms import renderer
    from ops.partner_check import Forms, check

    partner = partner_of(partners_of(settings), identity)
    forms = Forms(fius_of(settings), lambda profile: renderer(profile, settings.profiles))
    checked = check(partner, file, forms, time.time_ns() // 1_000_000, show)
    if as_json:
        print_json(_data(checked))
    else:
        _print(checked, Console())
    return 0 if checked.passes else 1


@click.command("schemas")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder, made where it does not exist."
)
@json_option
@click.pass_obj
def schemas(settings: Settings, out: Path, as_json: bool) -> None:
    """Write what a partner's developers ask for: JSON Schema and Avro schema of a transfer, of receipts, and the OpenAPI document."""
    from connectors.partners.schema_files import schema_files

    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in schema_files().items():
        (out / name).write_bytes(content)
        written.append(str(out / name))
    if as_json:
        print_json({"files": written})
        return
    for path in written:
        click.echo(path)


def _data(checked: "Checked") -> object:
    gaps = [gap._asdict() | {"typologies": losing(gap.field)} for gap in checked.gaps]
    found = checked._asdict() | {"gaps": gaps, "passes": checked.passes}
    found["shown"] = [{"record": one.record, "line": one.line, "fields": dict(one.fields)} for one in checked.shown]
    for name in ("refusals", "form_gaps"):
        found[name] = [one._asdict() for one in found[name]]
    found["problem"] = None if checked.problem is None else dict(zip(("code", "detail"), checked.problem, strict=True))
    return msgspec.to_builtins(found)


def _print(checked: "Checked", console: Console) -> None:
    for one in checked.shown:
        _table(console, f"Record {one.record}, line {one.line}, as we read it", ("Field", "Value"), one.fields)
    refused = [(f"{r.record} / {r.line}", r.transfer_id or "", r.code, r.detail, r.field) for r in checked.refusals[:LISTED]]
    _table(
        console,
        f"Refused: {checked.refused:,} transfers",
        ("Record / line", "Transfer", "Code", "What to mend", "Field"),
        refused,
    )
    if checked.refused > LISTED:
        console.print(f"and {checked.refused - LISTED:,} more: " + ", ".join(f"{c} {n:,}" for c, n in checked.reasons.items()))
    words = {field.name: field.words for field in FIELDS}
    gaps = [
        (words[gap.field], f"{gap.missing:,} of {gap.asked:,}", "; ".join(f"{LOSS_WORDS[loss]}: {', '.join(ids)}" for loss, ids in losing(gap.field).items()))
        for gap in checked.gaps
    ]  # fmt: skip
    _table(console, "Not said, and what that costs", ("Field", "Missing in", "If it is never said"), gaps)
    forms = [(gap.fiu, gap.field, gap.target, f"{gap.missing} of {gap.tried}", gap.text) for gap in checked.form_gaps]
    _table(
        console, "What FIUs' forms ask for and do not get", ("FIU", "Our field", "Its field", "Missing in", "What then"), forms
    )
    if checked.unlicensed:
        say(f"{checked.unlicensed} transfers have no side in a country of the partner's licences; nobody would report them.")
    console.print(_verdict(checked), style="bold")


def _verdict(checked: "Checked") -> str:
    if checked.problem is not None:
        return f"Not ready: the file is refused ({checked.problem[0]}). {checked.problem[1]}"
    if not checked.accepted:
        return f"Not ready: none of the {checked.refused:,} transfers is taken in."
    if checked.refused:
        return f"Not ready: {checked.refused:,} of {checked.accepted + checked.refused:,} transfers are refused."
    held = sorted({gap.fiu for gap in checked.form_gaps if gap.how == "held"})
    rest = f" Reports to {', '.join(held)} would wait for a person." if held else ""
    return f"Ready: all {checked.accepted:,} transfers in {checked.records:,} records are taken in.{rest}"


def _table(console: Console, title: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if not rows:
        return
    table = Table(box=None, header_style="bold", title=title, title_justify="left", title_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # a partner's text is never markup
    console.print(table)
    console.print()
