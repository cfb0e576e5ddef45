"""goAML reports made by others: valid in our forms, and read into our model and rendered again without loss of a mapped field."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from lxml import etree

from connectors.fius.goaml.mapping import Form, load_form
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.validate import examine
from connectors.fius.resolve import merge_parties
from connectors.fius.resolved import ResolvedReport
from schemas.fius import load_fius
from schemas.money import Money
from schemas.registry import Licence, Office, Officer, Partner
from schemas.report import Clock, FilingPlan, Report, TypologyLine
from schemas.transfer import Address, Document, Party, Place, Transfer

SAMPLES = {
    "STR.xml": "ae",
    "str_v5_uae_txn_plus_activity.xml": "ae",
    "str_v5_uae_multiparty.xml": "ae",
    "str_v4_srilanka_biparty.xml": "lk",
}
# What our model carries of a goAML report, as last steps of a path.
MAPPED = frozenset(
    "rentity_id rentity_branch submission_code report_code currency_code_local transactionnumber date_transaction transmode_code amount_local role "
    "from_funds_code to_funds_code funds_code from_country to_country country first_name last_name birthdate nationality1 residence occupation "
    "id_number address_type address city country_code tph_contact_type tph_communication_type tph_country_prefix tph_number type number issue_country".split()
)  # fmt: skip


# Of these the form says what our model implies, not what the sample said: a channel stands for mode and funds of both sides, a phone's kind follows
# from its number, and whether a contact is private from the party's kind.
DERIVED = frozenset({"transmode_code", "from_funds_code", "to_funds_code", "tph_contact_type", "tph_communication_type"})


class Reader:
    """Reads a goAML report into the canonical model, by a form's map the other way round."""

    def __init__(self, form: Form, country: str) -> None:
        self.form = form
        self.fiu = load_fius()[country]
        self.words = {
            name: {code: word.partition("@")[0] for word, code in reversed(codes.items()) if word != "*"}
            for name, codes in form.map.codes.items()
        }
        self.parties: dict[tuple[str, str], bytes] = {}

    def word(self, code_set: str, code: str | None, otherwise: str) -> str:
        return self.words[code_set].get(code or "", otherwise)

    def party(self, node: etree._Element) -> Party:
        name = f"{node.findtext('first_name')} {node.findtext('last_name')}"
        key = self.parties.setdefault((name, ""), bytes([len(self.parties) + 1]) * 16)
        birth, papers = (
            node.findtext("birthdate"),
            [*node.findall("identifications/identification"), *node.findall("identification")],
        )
        phones = [f"+{p.findtext('tph_country_prefix')}{p.findtext('tph_number')}" for p in node.iter("phone")]
        addresses = [
            Address(a.findtext("address") or "", a.findtext("city") or "", a.findtext("country_code") or "")
            for a in node.iter("address")
            if len(a)
        ]
        residence = node.findtext("residence")
        return Party(
            key, "person", name, date_of_birth=birth[:10] if birth else None, nationality=node.findtext("nationality1"), occupation=node.findtext("occupation"),
            documents=tuple(Document(self.word("identifier", p.findtext("type"), "other"), p.findtext("number") or "", p.findtext("issue_country") or "") for p in papers),
            phones=tuple(phones), addresses=tuple(addresses) or ((Address("", "", residence),) if residence else ()),
        )  # fmt: skip

    def transfer(self, node: etree._Element) -> Transfer:
        ends = node.findall("involved_parties/party") or [n for n in node if str(n.tag).startswith(("t_from", "t_to"))]
        people = [next(inner for inner in end if "person" in str(inner.tag)) for end in ends]
        countries = [next(str(inner.text) for inner in end if str(inner.tag).endswith("country")) for end in ends]
        funds = next(str(inner.text) for inner in ends[0] if str(inner.tag).endswith("funds_code"))
        moment = datetime.fromisoformat(str(node.findtext("date_transaction"))).replace(tzinfo=ZoneInfo(self.fiu.timezone))
        minor = int(Decimal(str(node.findtext("amount_local"))) * 100)
        uid = str(node.findtext("transactionnumber")).encode().ljust(16, b"0")[:16]
        return Transfer(
            uid=uid, digest=uid, partner="own", scope="", transfer_id=str(node.findtext("transactionnumber")), status="paid",
            occurred_ms=int(moment.timestamp() * 1000), utc_offset_min=0, amount=Money(minor, self.form.map.currency), usd_minor=0,
            channel=self.word("transmode" if funds != "CASH" else "funds_from", node.findtext("transmode_code") if funds != "CASH" else funds, "bank_transfer"),
            sender=self.party(people[0]), receiver=self.party(people[1]), send_place=Place(countries[0], ""), pay_place=Place(countries[1], ""),
        )  # fmt: skip

    def officer(self, report: etree._Element) -> Officer | None:
        node = report.find("reporting_person")
        if node is None:
            return None
        phone = node.find("phones/phone")
        assert phone is not None
        return Officer(
            str(node.findtext("first_name")), str(node.findtext("last_name")), gender=node.findtext("gender") or "", id_number=node.findtext("id_number") or "",
            nationality=node.findtext("nationality1") or "", phone=f"+{phone.findtext('tph_country_prefix')}{phone.findtext('tph_number')}",
            occupation=node.findtext("occupation") or "",
        )  # fmt: skip

    def report(self, root: etree._Element) -> ResolvedReport:
        place = root.find("location")
        office = Office(*(place.findtext(name) or "" for name in ("address", "city", "state"))) if place is not None else None
        number, branch, country = str(root.findtext("rentity_id")), str(root.findtext("rentity_branch")), self.fiu.country
        partner = Partner(
            "own", "Own", "mto", "", country, (Licence(country, number, branch, officer=self.officer(root), office=office),)
        )
        transfers = [self.transfer(node) for node in root.findall("transaction")]
        plan = FilingPlan(country, country, "file", "ready", number, branch, (), Clock(0, (), 0))
        report = Report(
            report_id=str(root.findtext("entity_reference")), version=1, state="open", scope="", offence="OTHER", score=1.0, urgent=False, do_not_block=False,
            suspicion_formed_ms=transfers[-1].occurred_ms, typologies=(TypologyLine("TS-S01", "", 1.0, ""),), findings=(), transfers=(), parties=(),
            narrative={"en": str(root.findtext("reason"))}, completeness={}, filings=(plan,), considered=(),
        )  # fmt: skip
        return ResolvedReport(report, plan, self.fiu, partner, {t.uid: t for t in transfers}, merge_parties((), transfers))


def leaves(root: etree._Element) -> dict[str, list[str]]:
    """Every mapped value, by path without numbers, in order."""
    found: dict[str, list[str]] = {}
    for leaf in root.iter():
        path = "/".join([str(node.tag) for node in reversed(list(leaf.iterancestors()))] + [str(leaf.tag)])
        if len(leaf) == 0 and str(leaf.tag) in MAPPED and "/activity/" not in path and "reporting_person/addresses" not in path:
            found.setdefault(path, []).append(str(leaf.text))
    return found


@pytest.fixture(params=sorted(SAMPLES))
def sample(request: pytest.FixtureRequest, cases: Any) -> Path:
    path = Path(cases.reference / "samples" / request.param)
    if not path.is_file():
        pytest.skip(f"the samples of others are not at hand ({path.name} beside the repository)")
    return path


def form_of(path: Path) -> Form:
    """The form a sample follows; one with a list of parties is held against the map that says so."""
    form = load_form(SAMPLES[path.name])
    if "multiparty" not in path.name:
        return form
    return Form(form.schema, msgspec.structs.replace(form.map, shape="multi_party", rules=()))


def test_the_samples_are_valid_in_our_forms(sample: Path) -> None:
    assert examine(sample.read_bytes(), form_of(sample)) == ()


def test_a_sample_read_into_our_model_renders_every_mapped_field_again(sample: Path) -> None:
    form = form_of(sample)
    theirs = etree.fromstring(sample.read_bytes())
    (file,) = render(Reader(form, SAMPLES[sample.name].upper()).report(theirs), form)
    assert file.errors == ()
    told, back = leaves(theirs), leaves(etree.fromstring(file.payload))
    assert len(told) > 20
    lost = {path: (values, back.get(path)) for path, values in told.items() if missing(values, back.get(path, []))}
    assert {path.rpartition("/")[2] for path in lost} <= DERIVED, lost
    assert str(theirs.findtext("reason")) in str(etree.fromstring(file.payload).findtext("reason"))


def missing(told: list[str], back: list[str]) -> list[str]:
    """Of what was told at a path, what has not come back; each value that came back stands for one."""
    left, gone = list(back), []
    for value in told:
        found = next((other for other in left if same(value, other)), None)
        if found is None:
            gone.append(value)
        else:
            left.remove(found)
    return gone


def same(told: str, back: str) -> bool:
    return told == back or (told[:1].isdigit() and back[:1].isdigit() and "." in told and Decimal(told) == Decimal(back))
