"""`strgw fiu`: the FIU's side of the gateway."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click
import msgspec

from connectors.fius.forms import report_form
from connectors.fius.receiving import FiuTopic, Received, received, save
from ops.broker import running_bootstrap
from ops.errors import CommandError
from ops.output import json_option
from ops.settings import Settings
from schemas.feedback import STATUSES, Feedback, FeedbackError, InformationRequest
from schemas.filing import Filing
from schemas.fius import load_fius


@click.group()
def command() -> None:
    """Read an FIU's topic as that FIU would, or answer in its place on a test system."""


@command.command()
@click.option("--fiu", required=True, help="Country code of the FIU (ISO 3166, two letters).")
@click.option(
    "--save", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write each genuine report into this folder."
)
@click.option(
    "--from-beginning", is_flag=True, help="Start with the first report instead of the next one, and end with the last."
)
@click.option("--follow", is_flag=True, help="With --from-beginning: go on waiting for new reports.")
@click.option("--max", "most", type=click.IntRange(min=1), help="End after this many reports.")
@json_option
@click.pass_obj
def tail(
    settings: Settings, fiu: str, folder: Path | None, from_beginning: bool, follow: bool, most: int | None, as_json: bool
) -> int:
    """Print each report of an FIU: its digest is verified, then its bytes are checked against the FIU's form.

    With --json each report is one line of JSON. Exit code 1 when any record was not what the gateway sent or does not follow the form.
    """
    known = load_fius(settings.fius).get(fiu.upper())
    if known is None:
        raise CommandError(f"There is no FIU {fiu.upper()} in the registry.", "fiu_unknown")
    form = report_form(known.profile, settings.profiles)
    topic = FiuTopic(running_bootstrap(settings), known.id, from_beginning)
    faulty = 0
    try:
        records = topic.records(follow=follow or not from_beginning)
        for partition, offset, raw in islice(records, most):
            one = received(partition, offset, raw, known.id, form.check if form else None)
            faulty += bool(one.problems)
            _print(one, _saved(one, folder), as_json)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
    finally:
        topic.close()
    return 1 if faulty else 0


@command.command()
@click.option("--fiu", required=True, help="Country code of the FIU to play (ISO 3166, two letters).")
@click.option("--report", required=True, help="Id of the report, or an unambiguous beginning of it.")
@click.option("--status", required=True, type=click.Choice(sorted(STATUSES)), help="What the FIU says of it.")
@click.option("--version", type=click.IntRange(min=1), help="Version answered; without it the last one on the FIU's topic.")
@click.option("--filing", default="", help="Id of the one filing answered; without it every filing of the version.")
@click.option(
    "--error", "errors", nargs=3, multiple=True, metavar="CODE TEXT PATH", help='An error; PATH in the FIU\'s form, or "".'
)
@click.option("--reference", default="", help="The FIU's own number for the report.")
@click.option("--text", default="", help="What else it says.")
@click.option(
    "--asks", nargs=4, metavar="REFERENCE SCOPE PURPOSE LEGAL-BASIS", help="With information_requested: what it asks for."
)
@click.option(
    "--transfer", "transfers", multiple=True, help="With --asks: a transfer id asked for; without any: all of the report."
)
@json_option
@click.pass_obj
def answer(
    settings: Settings,
    fiu: str,
    report: str,
    status: str,
    version: int | None,
    filing: str,
    errors: tuple[tuple[str, str, str], ...],
    reference: str,
    text: str,
    asks: tuple[str, str, str, str] | None,
    transfers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Answer a report as the FIU would: for a test system, never where a real FIU is connected.

    The answer goes to the FIU's topic, exactly as an FIU's own system would write it, and the register takes it for that FIU's word.
    """
    from connectors.fius.answering import answered, newest_version
    from ops.register import now_ms

    known = load_fius(settings.fius).get(fiu.upper())
    if known is None:
        raise CommandError(f"There is no FIU {fiu.upper()} in the registry.", "fiu_unknown")
    bootstrap = running_bootstrap(settings)
    found = newest_version(bootstrap, known.id, report)
    if found is None and version is None:
        raise CommandError(
            f"{known.id} has no report whose id starts with {report}, or several; see `strgw fiu tail`.", "report_unknown"
        )
    feedback = Feedback(
        report_id=found[0] if found else report,
        version=version or (found[1] if found else 1),
        status=status,
        errors=tuple(FeedbackError(code, text, path or None) for code, text, path in errors),
        fiu=known.id,
        filing_id=filing,
        fiu_reference=reference,
        received_at_ms=now_ms(),
        text=text,
        request=_asked(asks, transfers) if asks else None,
    )
    offset = answered(bootstrap, feedback)
    if as_json:
        click.echo(msgspec.json.encode({"report_id": feedback.report_id, "version": feedback.version, "offset": offset}))
        return
    click.echo(f"{known.id} says {feedback.status} of report {feedback.report_id} version {feedback.version} (offset {offset}).")


def _asked(words: tuple[str, str, str, str], transfers: tuple[str, ...]) -> InformationRequest:
    reference, scope, purpose, legal_basis = words
    return InformationRequest(reference, scope, purpose, legal_basis, None, transfers)


def _saved(one: Received, folder: Path | None) -> Path | None:
    """Where the report was written; a report whose digest does not hold is never written."""
    if folder is None or one.filing is None or not one.is_genuine:
        return None
    try:
        return save(one.filing, folder)
    except ValueError as error:
        raise CommandError(str(error), "file_name") from error


def _print(one: Received, path: Path | None, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(_document(one, path)))
        return
    filing = one.filing
    click.echo(f"{one.partition}/{one.offset}  {_headline(filing) if filing else 'unreadable'}")
    if filing is not None:
        verified = "verified" if one.is_genuine else "NOT WHAT THE GATEWAY SENT"
        click.echo(f"  {filing.summary}")
        click.echo(f"  due {_utc(filing.due_at_ms)}, suspicion formed {_utc(filing.suspicion_formed_at_ms)}")
        click.echo(
            f"  {filing.file_name}: {len(filing.payload)} bytes, {filing.schema_id} {filing.schema_version}, digest {verified}"
        )
        if filing.supersedes:
            click.echo(f"  replaces {', '.join(filing.supersedes)}")
    for problem in one.problems:
        click.echo(f"  ! {problem.code}: {problem.text}{f' [{problem.target_path}]' if problem.target_path else ''}")
    if path is not None:
        click.echo(f"  saved as {path}")


def _headline(filing: Filing) -> str:
    marks = [word for word, on in (("URGENT", filing.urgent), ("do not stop the payment", filing.do_not_block)) if on]
    said = f"report {filing.report_id} version {filing.version} for {filing.fiu}"
    return f"{said}  [{', '.join(marks)}]" if marks else said


def _document(one: Received, path: Path | None) -> dict[str, Any]:
    filing = one.filing
    fields = {n: getattr(filing, n) for n in filing.__struct_fields__ if n != "payload"} if filing else {}
    size = len(filing.payload) if filing else 0
    state = {"genuine": one.is_genuine, "valid": not one.problems, "problems": one.problems, "saved": str(path) if path else None}
    return {"partition": one.partition, "offset": one.offset, **fields, "bytes": size, **state}


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
