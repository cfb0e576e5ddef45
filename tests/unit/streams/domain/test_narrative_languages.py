"""Narratives in every language: nothing is left in English, numbers and plurals are right, and everybody is called what the report calls them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import pytest

from schemas.case import ROLES, SUBJECT_ROLES, CaseParty
from schemas.finding import Evidence, Finding, Number
from schemas.money import Money
from schemas.native import NativeTransfer
from schemas.report import Report, TypologyLine
from schemas.transfer import ENTITY_KINDS
from streams.domain.languages import CODES, EN, Slot, language, read_by, town
from streams.domain.narrative import narrate
from streams.domain.reasons import reason
from streams.domain.roles import _PRECEDENCE
from streams.episodes import evidence_of
from streams.typologies import CATALOGUE
from streams.typologies.base import Typology

OTHERS = tuple(code for code in CODES if code != "en")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Latin letters that stay in any language: currencies, labels, ids, abbreviations, and towns the gazetteer has in no other script
STAY = re.compile(r"TS-[A-Z]\d\d|P\d+|\b[A-Z]{2,3}\b")
T0 = 1_709_629_200_000  # 2024-03-05T09:00Z


@dataclass(frozen=True)
class Fired:
    """An example of a typology that fires, as a finding."""

    typology: str
    what: str
    finding: Finding


def fired() -> Iterator[Fired]:
    for typology in CATALOGUE:
        for example in typology.examples:
            if example.fires:
                yield Fired(typology.id, example.what, found(typology, example.build()))


def found(typology: Typology, view: object) -> Finding:
    hits = list(typology.hits(view, typology.parameters))  # type: ignore[arg-type]
    best = max(hits, key=lambda hit: hit.strength)
    told = typology.explain(view, typology.parameters, best, best.events)  # type: ignore[arg-type]
    evidence = tuple(sorted((evidence_of(event) for event in best.events), key=lambda e: (e.at_ms, e.uid)))
    return Finding(
        "f" * 32, 1, "open", typology.id, 1, "partner:demo", view.key, view.kind, 0, evidence[0].at_ms, evidence[-1].at_ms,  # type: ignore[attr-defined]
        best.strength, 0.5, 0.7, told.reason, (), told.numbers, told.parts, best.facets, told.absent, told.suppressors, evidence,
    )  # fmt: skip


FIRED = list(fired())


def report(findings: tuple[Finding, ...], role: str = "subject") -> Report:
    transfers = tuple({e.uid: e for f in findings for e in f.evidence}.values())
    keys = dict.fromkeys(key for t in transfers for key in (t.sender, t.receiver) if key)
    lines = tuple(TypologyLine(f.typology, f"name of {f.typology}", f.score, f.reason) for f in findings)
    return Report(
        "ab" * 16, 1, "open", "partner:demo", "TIP", 0.75, True, True, T0, lines, findings, transfers,
        tuple(CaseParty(key, role, "English words") for key in keys), {}, {}, (), (),
    )  # fmt: skip


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("example", FIRED, ids=lambda example: f"{example.typology} {example.what}")
def test_every_example_that_fires_has_a_sentence_of_its_own_in_every_language(code: str, example: Fired) -> None:
    said = reason(example.finding, language(code))
    assert language(code).phrases.some_pattern not in said
    assert "{" not in said
    for number in example.finding.numbers:
        assert number.name.removeprefix("min_").removeprefix("max_") in language(code).measures
    assert set(example.finding.absent) <= set(language(code).absent)


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("example", FIRED, ids=lambda example: f"{example.typology} {example.what}")
def test_nothing_but_codes_and_towns_stays_in_latin_letters(code: str, example: Fired) -> None:
    towns = {town(e.pay_country, e.pay_town, EN) for e in example.finding.evidence}
    towns |= {town(e.send_country, e.send_town, EN) for e in example.finding.evidence}
    said = narrate(report((example.finding,)), language(code))
    for name in sorted(filter(None, towns), key=len, reverse=True):
        said = said.replace(name, "")
    assert LATIN_WORD.findall(STAY.sub("", said)) == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_a_word_for_every_code(code: str) -> None:
    own = language(code)
    channels = msgspec.json.schema(NativeTransfer)["$defs"]["NativeTransfer"]["properties"]["channel"]["enum"]
    assert set(own.channels) == set(channels)
    assert set(own.kinds) == set(ENTITY_KINDS)
    assert set(own.roles) == set(ROLES)
    assert list(own.roles) == list(EN.roles)
    assert set(own.typologies) == set(own.reasons) == {typology.id for typology in CATALOGUE}
    assert set(own.offences) == set(EN.offences)
    subjects = {"gathers" if least else part for part, least, role, _ in _PRECEDENCE if role in SUBJECT_ROLES}
    assert set(own.grounds) == subjects
    assert set(own.forms) == set(EN.forms)


@pytest.mark.parametrize("code", CODES)
def test_nobody_but_a_subject_is_called_suspected(code: str) -> None:
    own, finding = language(code), FIRED[0].finding
    for role in ROLES:
        said = narrate(report((finding,), role), own)
        assert (own.roles["subject"] + ":" in said) == (role == "subject")
        assert own.roles[role] in said


@pytest.mark.parametrize("code", CODES)
def test_the_narratives_of_a_report_name_the_same_labels_and_patterns(code: str) -> None:
    several = report(tuple(example.finding for example in FIRED[:3]))
    assert set(re.findall(r"TS-[A-Z]\d\d", narrate(several, language(code)))) == {line.id for line in several.typologies}
    assert named(narrate(several, language(code))) == named(narrate(several, EN)) == set(range(1, len(several.parties) + 1))


def named(said: str) -> set[int]:
    """Every party a text names, runs ("P1 to P3") spelled out."""
    runs = re.findall(r"\bP(\d+)(?:(?:–| to | تا )P(\d+))?\b", said)
    return {number for first, last in runs for number in range(int(first), int(last or first) + 1)}


@pytest.mark.parametrize(
    ("number", "noun"),
    [(0, "переводов"), (1, "перевод"), (2, "перевода"), (4, "перевода"), (5, "переводов"), (11, "переводов"), (12, "переводов"), (14, "переводов"),
     (21, "перевод"), (22, "перевода"), (25, "переводов"), (101, "перевод"), (111, "переводов"), (112, "переводов"), (1_001, "перевод")],
)  # fmt: skip
def test_russian_nouns_agree_with_their_number(number: int, noun: str) -> None:
    assert language("ru").counted(number, "transfer").split("\u00a0")[-1].split(" ")[-1] == noun


def test_a_fraction_takes_the_form_of_two_in_russian() -> None:
    assert f"{Slot(1.5, language('ru')):год|года|лет}" == "1,5 года"


def test_numbers_are_written_as_each_language_writes_them() -> None:
    money = Money(123_456_789, "USD")
    assert language("en").money(money) == "USD 1,234,567.89"
    assert language("ru").money(money) == "USD 1\u00a0234\u00a0567,89"
    assert language("fa").money(money) == language("prs").money(money) == "USD 1,234,567.89"
    assert language("ru").share(0.6) == "0,60"
    assert f"{Slot(0.375, language('ru')):%}" == "38"
    assert f"{Slot(3400, language('ru')):$}" == "USD 3\u00a0400"


@pytest.mark.parametrize("code", ["fa", "prs"])
def test_persian_and_dari_keep_latin_digits_and_carry_the_solar_day(code: str) -> None:
    said = narrate(report((FIRED[0].finding,)), language(code))
    assert not re.search(r"[\u06f0-\u06f9\u0660-\u0669]", said)
    assert {"fa": "(15 اسفند 1402)", "prs": "(15 حوت 1402)"}[code] in said


def test_a_unit_is_written_to_in_what_it_reads() -> None:
    read = {
        code: own.code if (own := read_by(code)) else None
        for code in ("en", "ru", "tg", "uz", "kk", "tk", "ky", "fa", "prs", "uk", "tr", "ar")
    }
    assert read == {
        "en": None, "ru": "ru", "tg": "ru", "uz": "ru", "kk": "ru", "tk": "ru", "ky": "ru", "fa": "fa", "prs": "prs", "uk": None, "tr": None, "ar": None,
    }  # fmt: skip


@pytest.mark.parametrize("code", OTHERS)
def test_an_unknown_measure_is_said_without_inventing_a_reason(code: str) -> None:
    strange = msgspec.structs.replace(FIRED[0].finding, numbers=(Number("something", 3.0, 2.0, "", "DEF", ""),))
    assert reason(strange, language(code)).startswith(language(code).phrases.some_pattern)


def test_a_town_is_spelled_in_the_language_where_the_gazetteer_knows_how() -> None:
    assert town("KG", "bishkek", language("ru")) == "Бишкек"
    assert town("AF", "kabul", language("prs")) == "کابل"
    assert town("AE", "abudhabi", language("fa")) == "أبو ظبی"
    assert town("KG", "?karakulja", language("ru")) == "Karakulja"


def test_evidence_of_an_example_is_complete() -> None:
    assert all(isinstance(e, Evidence) for example in FIRED for e in example.finding.evidence)
    assert len(FIRED) >= 2 * len(CATALOGUE)
