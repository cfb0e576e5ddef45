"""`strgw render`: a report document in the form of an FIU."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from connectors.fius.document import DocumentError, decode
from connectors.fius.resolve import ResolveError
from connectors.fius.resolved import Rendered
from ops.errors import CommandError
from ops.forms import form_options, form_to_use
from ops.output import json_option, print_json
from ops.settings import Settings


@click.command()
@click.argument("report", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@form_options
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files and, beside each, its ledger; held ones are written as NAME.held.",
)  # fmt: skip
@json_option
@click.pass_obj
def command(
    settings: Settings, report: Path, fiu: str, profile: str, profiles: Path | None, out: Path | None, as_json: bool
) -> int:
    """Render a report in an FIU's form, and say what became of every field.

    REPORT is a document of strgw.report/1, as `strgw backtest --report-documents` writes them (docs/fius.md). Exit code 0: every file may
    be published, 1: it would be held, with every error and the field it comes from.
    """
    used = form_to_use(settings, fiu, profile, profiles)
    try:
        resolved = decode(report.read_bytes()).resolved(used.fiu)
    except (DocumentError, ResolveError) as error:
        raise CommandError(f"{report} cannot be rendered. {error}", error.code) from error
    files = used.form.render(resolved)
    written = [_write(file, out) if out else "" for file in files]
    if as_json:
        print_json([_told(file, path) for file, path in zip(files, written, strict=True)])
    else:
        _print(files, written)
    return 1 if any(file.errors for file in files) else 0


def _told(file: Rendered, path: str) -> dict[str, object]:
    told = {name: value for name, value in msgspec.structs.asdict(file).items() if name != "payload"}
    return told | {"valid": not file.errors, "bytes": len(file.payload), "path": path}


def _write(file: Rendered, out: Path) -> str:
    name = Path(file.file_name).name + (".held" if file.errors else "")
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(file.payload)
        ledger = msgspec.json.format(msgspec.json.encode({"ledger": file.ledger, "errors": file.errors}), indent=1)
        (out / f"{name}.ledger.json").write_bytes(ledger + b"\n")
    except OSError as error:
        raise CommandError(
            f"The file cannot be written to {out} ({error.strerror}); choose another --out.", "not_writable"
        ) from error
    return str(out / name)


def _print(files: Sequence[Rendered], written: Sequence[str]) -> None:
    for file, path in zip(files, written, strict=True):
        states = Counter(row.state for row in file.ledger)
        counted = ", ".join(f"{states[state]} {state}" for state in ("present", "placeholder", "absent") if states[state])
        verdict = f"held, {len(file.errors)} error(s)" if file.errors else "valid"
        click.echo(
            f"{path or file.file_name}: {verdict}; {len(file.payload):,} bytes, {file.schema_id}; fields: {counted or 'none'}"
        )
        for row in file.ledger:
            if row.state == "placeholder":
                click.echo(f"  placeholder {row.rule}: {row.target_path} <- {row.canonical_path}")
        for error in file.errors:
            where = " <- ".join(filter(None, (error.target_path, error.canonical_path)))
            click.echo(f"  {error.code}: {error.text} [{where}]")
