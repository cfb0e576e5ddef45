"""`strgw filings`: every filing's state and deadline, and the decisions of people."""

from typing import TYPE_CHECKING, Any

import click

from ops.output import json_option, print_json
from ops.register import now_ms, records_of, register_of, utc
from ops.settings import Settings

if TYPE_CHECKING:
    from connectors.register.overview import AnswerLine, FilingLine, Shown

SHORT = 12  # hex digits: 48 bits
HOUR_MS = 3_600_000


@click.group()
def command() -> None:
    """See every filing and its deadline, and decide about those that wait for a person.

    The register is kept by the process `strgw register`; decisions are published by it within a second.
    """


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also filings that the FIU has, and those that are closed.")
@click.option("--fiu", help="Only filings for this FIU (country code).")
@click.option("--state", help="Only filings in this state.")
@json_option
@click.pass_obj
def list_(settings: Settings, everything: bool, fiu: str | None, state: str | None, as_json: bool) -> None:
    """List the filings that an FIU does not have yet, nearest deadline first; what is late says so."""
    from connectors.register.overview import filings, unmatched

    with register_of(settings) as engine:
        found = filings(engine, now_ms(), everything or state is not None)
        strays = unmatched(engine)
    shown = [line for line in found if (fiu is None or line.fiu == fiu.upper()) and state in (None, line.state)]
    if as_json:
        print_json({"filings": shown, "answers_that_change_nothing": strays})
        return
    if shown:
        _table([("FILING", "FIU", "REPORT", "VERSION", "DUE (UTC)", "LEFT", "STATE", "PEOPLE", "WHY"), *map(_row, shown)])
    else:
        click.echo("No filing waits.")
    for answer in strays:
        click.echo(f"! {_stray(answer)}")


@command.command()
@click.argument("filing")
@json_option
@click.pass_obj
def show(settings: Settings, filing: str, as_json: bool) -> None:
    """Show one filing with its whole life: versions, holds, decisions, what was sent, and the FIU's answers in its own words.

    FILING may be shortened to what is unambiguous.
    """
    from connectors.register.overview import shown

    with register_of(settings) as engine:
        found = shown(engine, filing, now_ms())
    words = _words(settings, found)
    if as_json:
        print_json({"filing": found, "words": words})
        return
    _print(found, words)


def _deciding(action: str, meaning: str, why_optional: bool) -> click.Command:
    """One command for each decision: they differ in name and meaning alone."""

    @click.command(action, help=meaning)
    @click.argument("filing")
    @click.option("--by", "name", required=True, help="Name of the person who decides.")
    @click.option(
        "--reason", default="", required=not why_optional, help="Why; without names of parties. It goes into the audit."
    )
    @click.option(
        "--version",
        type=click.IntRange(min=1),
        default=None,
        help="The version you have read; refused where there is a newer one.",
    )
    @json_option
    @click.pass_obj
    def deciding(settings: Settings, filing: str, name: str, reason: str, version: int | None, as_json: bool) -> None:
        from connectors.register.decide import Wish, decide
        from ops.registries import fius_of

        with register_of(settings) as engine:
            made = decide(engine, Wish(filing, action, name, reason, version or 0), fius_of(settings), now_ms())
        if as_json:
            print_json({"decision_id": made.decision_id, "filing": made.subject, "version": made.version, "effect": made.effect})
            return
        follows = {"send": "it goes out now", "settle": "it rests", "": "another person is needed"}[made.effect]
        click.echo(f"{made.subject[:SHORT]} version {made.version}: {action} by {made.name}; {follows}.")

    return deciding


for _action, _meaning, _optional in (
    ("approve", "Agree that a report that waits for review goes out. FILING may be shortened.", True),
    ("release", "Send what is held (it is rendered again), or a rejected report once more after it was mended.", False),
    ("refuse", "Decide that a report that waits is not filed.", False),
    ("withdraw", "Take a filing back here; what the FIU has stays there, tell it through its own channel.", False),
    ("close", "End the life of a filing that was answered, refused or withdrawn.", False),
):
    command.add_command(_deciding(_action, _meaning, _optional))


def _row(line: "FilingLine") -> tuple[str, ...]:
    people = f"{line.agreed} of {line.needed}" if line.needed else "-"
    state = f"{line.state}, urgent" if line.urgent and line.is_open else line.state
    ids = (line.filing[:SHORT], line.fiu or "-", line.report_id[:SHORT], str(line.version))
    return (*ids, utc(line.due_ms), _left(line), state, people, line.code or "-")


def _left(line: "FilingLine") -> str:
    """Time left in words; late filings are marked so that no one overlooks them."""
    if not line.is_open or not line.due_ms:
        return "-"
    if line.is_overdue:
        return "OVERDUE"
    hours, rest = divmod(max(0, line.due_ms - now_ms()), HOUR_MS)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h {rest // 60_000} min"


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        said = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.echo(click.style(said, fg="red", bold=True) if "OVERDUE" in row else said)


def _stray(answer: "AnswerLine") -> str:
    about = f"report {answer.report_id[:SHORT]} version {answer.version}"
    return f"{answer.fiu} answered {answer.status} to {about}, which changes nothing ({answer.code})"


def _print(found: "Shown", words: dict[str, Any]) -> None:
    line = found.line
    late = "  OVERDUE" if line.is_overdue else ""
    click.echo(f"{line.filing}  {line.state}{f' ({line.code})' if line.code else ''}  due {utc(line.due_ms)} UTC{late}")
    click.echo(
        f"  report {line.report_id} version {line.version} for {line.fiu or 'no FIU'}, registration {line.registration or '-'}"
    )
    click.echo(f"  suspicion formed {utc(line.formed_ms)} UTC; release policy {line.release}")
    if line.needed:
        click.echo(f"  people who agreed: {line.agreed} of {line.needed}")
    for version, event, state, cause in found.steps:
        click.echo(f"  v{version} {event:<10} -> {state}{f'  [{cause[:SHORT]}]' if cause else ''}")
    for one in found.decisions:
        void = found.void.get(one["decision_id"], "")
        click.echo(
            f"  {utc(one['at_ms'])} {one['name']}: {one['action']} v{one['version']} {one['reason']}{f' ({void})' if void else ''}"
        )
    for sent in found.sent:
        click.echo(f"  {utc(sent['at_ms'])} sent {sent['filing_id']} v{sent['version']} ({sent['relation']})")
    for answer in found.answers:
        click.echo(
            f"  {utc(answer.received_ms)} FIU: {answer.status} v{answer.version} {answer.fiu_reference} {answer.code}".rstrip()
        )
        for code, target, path in answer.errors:
            click.echo(f"    - {code} at {target or '?'}, our field {path or '?'}")
        click.echo(f"    in its words: {words.get(answer.answer_id) or '-'}")


def _words(settings: Settings, found: "Shown") -> dict[str, str]:
    """What the FIU wrote in each answer, read from its topic; the register does not keep it."""
    if not found.answers:
        return {}
    from connectors.register.answers import read_answer
    from ops.broker import running_bootstrap
    from schemas import topics

    words: dict[str, str] = {}
    with records_of(running_bootstrap(settings), topics.fiu_feedback(found.line.fiu)) as source:
        for answer in found.answers:
            raw = dict(source.read(answer.partition, [answer.offset])).get(answer.offset)
            if raw is not None:
                said = read_answer(raw, answer.fiu)
                words[answer.answer_id] = "; ".join(
                    filter(None, (said.text, *(f"{one.code}: {one.text}" for one in said.errors)))
                )
    return words
