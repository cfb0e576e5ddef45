"""Every text that the sample cases lead to, in every form and language, against the safe words and the victim rules.

The forms come from the registry of profiles, so that a form added later is read here without being named.
"""

import csv
import gzip
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import msgspec
import openpyxl
import pypdfium2
import pytest
from lxml import etree

from connectors.fius.fincen.mapping import PROFILE as FINCEN
from connectors.fius.forms import PORTAL, report_form
from connectors.fius.resolve import resolve
from connectors.fius.resolved import Rendered, ResolvedReport
from connectors.partners.accept import Acceptor
from connectors.partners.registry import load_partners
from ops.backtest import stream_begins
from ops.chain import Chain
from ops.demo.stream import PARTNER, sample_cases, sample_events, without_background
from schemas.case import SUBJECT_ROLES
from schemas.fius import load_fius
from schemas.safe_words import broken
from schemas.transfer import Coordinate
from streams.domain.identity import Keyring
from streams.domain.languages import CODES, language
from streams.domain.narrative import narrate

REFERENCE = Path(__file__).resolve().parents[5] / "shared" / "reference" / "cases"
STREAMS = ("packaged", pytest.param("variant_1", marks=pytest.mark.long), pytest.param("variant_2", marks=pytest.mark.long))
PROFILES = (
    PORTAL,
    *sorted(f.name for f in files("connectors.fius.profiles").iterdir() if f.is_dir() and not f.name.startswith("_")),
)
AMERICAN = "101052"
BATCH = 500
QUOTED_COLUMNS = ("purpose", "relationship", "remarks")
pytestmark = pytest.mark.timeout(300)


class Text(NamedTuple):
    """Something that a person at an FIU reads, of which report, in which form and entry."""

    report: ResolvedReport
    profile: str
    entry: str
    said: str


class Made(NamedTuple):
    """A file that a form made of a report, in a language beside English."""

    report: ResolvedReport
    profile: str
    code: str
    file: Rendered


class Told(NamedTuple):
    """The reports of a stream, as each FIU would get them, what every form makes of them, and all their texts."""

    reports: list[ResolvedReport]
    files: list[Made]
    texts: list[Text]


def events_of(name: str) -> list[bytes]:
    """The events of the cases of a stream, without the lawful background."""
    if name == "packaged":
        return without_background(sample_events(), sample_cases())
    path = REFERENCE / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip("the variants ../shared/reference/cases are not beside the project")
    truth = json.loads((REFERENCE / f"{name}.truth.json").read_text("utf-8"))["cases"]
    wanted = {transfer for case in truth for transfer in case["transfers"]}
    return [event for event in gzip.decompress(path.read_bytes()).splitlines() if json.loads(event)["transfer_id"] in wanted]


def reports_of(events: list[bytes]) -> list[ResolvedReport]:
    partners, fius = load_partners(None), load_fius(None)
    acceptor = Acceptor(partners[PARTNER], Keyring(b"k" * 32), lambda: time.time_ns() // 1_000_000)
    chain = Chain(partners, fius)
    accepted = [acceptor.accept(event, Coordinate("cases", 0, number)) for number, event in enumerate(events)]
    start = {PARTNER: stream_begins(partners[PARTNER], accepted[0])}  # type: ignore[arg-type]
    for at in range(0, len(accepted), BATCH):
        chain.feed(accepted[at : at + BATCH], start)  # type: ignore[arg-type]
    found = [report for report in chain.reports.values() if report.state == "open"]
    return [
        resolve(report, plan, chain.archive, partners, fius)
        for report in found
        for plan in report.filings
        if plan.obligation == "file" and plan.status == "ready"
    ]


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest) -> Told:
    """Each report for its first FIU in every form, and as a package in every language."""
    reports = list({resolved.report.report_id: resolved for resolved in reports_of(events_of(str(request.param)))}.values())
    files = [made for number, resolved in enumerate(reports) for made in files_of(resolved, number)]
    texts = [Text(made.report, f"{made.profile} {made.code}", *one) for made in files for one in read(made.file)]
    texts += [
        Text(resolved, "narrative", code, narrate(resolved.report, language(code))) for resolved in reports for code in CODES
    ]
    assert len(reports) >= 5
    return Told(reports, files, texts)


def files_of(resolved: ResolvedReport, number: int) -> Iterator[Made]:
    """What every form makes of a report; packages in one language after another, for they say the same of every report."""
    for profile in PROFILES:
        form = report_form(profile)
        assert form is not None
        code = CODES[number % len(CODES)] if profile == PORTAL else "en"
        fiu = msgspec.structs.replace(resolved.fiu, profile=profile, language=code)
        # FinCEN's form asks who files, by the number of the licence in the United States.
        number_there = AMERICAN if profile == FINCEN else resolved.plan.reporting_entity
        plan = msgspec.structs.replace(resolved.plan, reporting_entity=number_there)
        for file in form.render(msgspec.structs.replace(resolved, fiu=fiu, plan=plan)):
            yield Made(resolved, profile, code, file)


def read(file: Rendered) -> Iterator[tuple[str, str]]:
    """Entry and text of whatever a form made: a package, XML of any kind, or plain text."""
    if file.media_type == "application/zip":
        with zipfile.ZipFile(io.BytesIO(file.payload)) as package:
            for name in package.namelist():
                yield name, "\n".join(entry(name, package.read(name)))
    elif "xml" in file.media_type:
        root = etree.fromstring(file.payload)
        yield file.file_name, "\n".join(filter(None, (element.text for element in root.iter())))
    else:
        yield file.file_name, file.payload.decode()


def entry(name: str, body: bytes) -> Iterator[str]:
    """The words of ours in one entry; what a customer or clerk said is left out where it has a place of its own."""
    match Path(name).suffix:
        case ".json":
            yield from ours(json.loads(body))
        case ".pdf":
            pages = pypdfium2.PdfDocument(body)
            yield from (page.get_textpage().get_text_range() for page in pages)
        case ".csv":
            for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig"))):
                yield from (said for column, said in row.items() if column not in QUOTED_COLUMNS)
        case ".xlsx":
            for row in openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(min_row=2, max_col=19, values_only=True):
                yield from (str(cell) for cell in row if cell)
        case ".svg":
            yield from (str(said) for said in etree.fromstring(body).itertext())
        case _:
            yield body.decode()


def ours(document: object, field: str = "") -> Iterator[str]:
    if isinstance(document, str) and field not in QUOTED_COLUMNS:
        yield document
    elif isinstance(document, dict):
        for name, value in document.items():
            yield from ours(value, name)
    elif isinstance(document, list):
        for value in document:
            yield from ours(value, field)


def names(resolved: ResolvedReport, roles: set[str]) -> set[str]:
    """Names of at least two words; a single word may be one of ours too."""
    return {name for party in resolved.parties if party.role in roles for name in party.names if " " in name}


@pytest.mark.parametrize("told", STREAMS, indirect=True)
def test_every_text_keeps_the_safe_words(told: Told) -> None:
    lines: dict[tuple[str, str], Text] = {}  # each once: forms and versions say the same again and again
    for text in told.texts:
        for code in {"en", text.profile.split()[-1], text.entry} & set(CODES):
            lines.update({(code, line): text for line in text.said.splitlines()})
    assert {code for code, _ in lines} == set(CODES)
    for (code, line), text in lines.items():
        assert [(f.rule.id, f.words) for f in broken(line, code)] == [], (text.profile, text.entry, line)


@pytest.mark.parametrize("told", STREAMS, indirect=True)
def test_nobody_to_protect_is_a_subject_in_any_form(told: Told) -> None:
    protected = 0
    for resolved in told.reports:
        shielded = {party.key for party in resolved.parties if party.role in ("victim", "protected", "family_payer")}
        protected += len(shielded)
        assert not shielded & {party.key for party in resolved.parties if party.role in SUBJECT_ROLES}
    assert protected > 10
    for made in told.files:
        shielded_names = names(made.report, {"victim", "protected", "family_payer"}) - names(made.report, set(SUBJECT_ROLES))
        assert not suspected(made.file) & shielded_names, made.profile


def suspected(file: Rendered) -> set[str]:
    """Names that the form itself marks as those of suspects."""
    if file.media_type == "application/zip":
        with zipfile.ZipFile(io.BytesIO(file.payload)) as package:
            people = json.loads(package.read("report.json"))["parties"]
        return {name for person in people if person["treatment"] == "suspected" for name in person["names"]}
    marked = etree.fromstring(file.payload).iterfind(".//{*}is_suspected[.='true']")
    return {
        " ".join(map(str, said.itertext()))
        for flag in marked
        if (parent := flag.getparent()) is not None
        for said in parent.iterfind(".//{*}full_name_frn")
    }


@pytest.mark.parametrize("told", STREAMS, indirect=True)
def test_nobody_of_unknown_role_is_a_subject(told: Told) -> None:
    for text in told.texts:
        if text.profile == "narrative":
            own = language(text.entry)
            line = next((line for line in text.said.splitlines() if line.startswith(own.roles["subject"] + ":")), "")
            numbered = {f"P{n}": party.role for n, party in enumerate(text.report.report.parties, 1)}
            assert {numbered[label] for label in re.findall(r"\bP\d+\b", line)} <= SUBJECT_ROLES


@pytest.mark.parametrize("told", STREAMS, indirect=True)
def test_an_urgent_report_says_first_not_to_stop_and_not_to_contact(told: Told) -> None:
    urgent = [text for text in told.texts if text.profile == "narrative" and text.report.report.urgent]
    assert urgent
    for text in urgent:
        assert text.said.startswith(language(text.entry).phrases.urgent)


@pytest.mark.parametrize("told", STREAMS, indirect=True)
def test_no_narrative_gives_a_name_or_a_nationality(told: Told) -> None:
    for text in told.texts:
        if text.profile == "narrative":
            everybody = names(text.report, {party.role for party in text.report.parties})
            assert [name for name in everybody if name in text.said] == []
            assert not re.search(r"(?i)\b(nationals?|citizens?) of\b|гражданин|гражданк|تبعه", text.said)


@pytest.mark.parametrize("told", STREAMS, indirect=True)
def test_no_text_advises_to_close_an_account(told: Told) -> None:
    for text in told.texts:
        assert not re.search(r"(?i)clos(e|ing|ure of) (the |this |an )?accounts?|закрыть сч[её]т|بستن حساب", text.said), (
            text.entry
        )


@pytest.mark.parametrize("told", STREAMS, indirect=True)
def test_no_text_of_a_filing_carries_a_hint_on_help(told: Told) -> None:
    for text in told.texts:
        assert not re.search(r"111-247-786|Istiqbolli|UNHCR|IOM,|without the person's own", text.said), (text.profile, text.entry)
