"""FinCEN's rules on parties: which must be there, and that everything critical is said or ticked as unknown, never both."""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from lxml import etree

from connectors.fius.fincen.canonical import SUBJECT
from connectors.fius.fincen.mapping import Form
from schemas.filing import FilingError

# Parties by type: name, least and most in an activity (SAR XML guide).
NEEDED = {
    "35": ("transmitter", 1, 1),
    "37": ("transmitter contact", 1, 1),
    "30": ("filing institution", 1, 1),
    "8": ("contact for assistance", 1, 1),
    "34": ("institution where the activity was", 1, 99),
    SUBJECT: ("subject", 1, 999),
}
_NUMBERS = {
    "35": (("4", "taxpayer identification number"), ("28", "transmitter control code")),
    "30": (("2", "employer identification number"),),
}
_NOBODY = "AllCriticalSubjectInformationUnavailableIndicator"
# Value and its box, at a place below the subject ("": the subject itself).
_CRITICAL = (
    ("PartyName", "RawEntityIndividualLastName", "EntityLastNameUnknownIndicator"),
    ("Address", "RawStreetAddress1Text", "StreetAddressUnknownIndicator"),
    ("Address", "RawCityText", "CityUnknownIndicator"),
    ("Address", "RawZIPCode", "ZIPCodeUnknownIndicator"),
    ("Address", "RawCountryCodeText", "CountryCodeUnknownIndicator"),
)
_CRITICAL_OF_PERSONS = (
    ("", "IndividualBirthDateText", "BirthDateUnknownIndicator"),
    ("PartyName", "RawIndividualFirstName", "FirstNameUnknownIndicator"),
)
_TINS = frozenset({"1", "2", "4", "9"})


class At(Protocol):
    """Makes an error at an element, or at its child `element`."""

    def __call__(self, code: str, text: str, node: etree._Element, element: str = "") -> FilingError: ...


def check_parties(activity: etree._Element, form: Form, at: At) -> Iterator[FilingError]:
    """Every broken rule on the parties of an activity."""
    parties = [(party, party.findtext("{*}ActivityPartyTypeCode") or "") for party in activity.iterchildren("{*}Party")]
    counts = Counter(code for _, code in parties)
    for code, (name, least, most) in NEEDED.items():
        if not least <= counts[code] <= most:
            wanted = "exactly one" if most == 1 else f"{least} to {most}"
            said = f"The report has {counts[code]} parties of type {code} ({name}); FinCEN takes {wanted}."
            yield at("party_missing" if counts[code] < least else "party_too_many", said, activity, "Party")
    for party, code in parties:
        if code in _NUMBERS:
            yield from _numbers(party, code, at)
        if code == SUBJECT:
            yield from _subject(party, form, at)
        elif code in NEEDED and not _said(party, "PartyName", "RawPartyFullName"):
            yield at("name_missing", f"The {NEEDED[code][0]} has no name.", party, "PartyName")


def _numbers(party: etree._Element, code: str, at: At) -> Iterator[FilingError]:
    """Identification numbers that a filing party must have, each with a number."""
    given = {
        paper.findtext("{*}PartyIdentificationTypeCode"): paper.findtext("{*}PartyIdentificationNumberText")
        for paper in party.iterchildren("{*}PartyIdentification")
    }
    for kind, name in _NUMBERS[code]:
        if not given.get(kind):
            yield at("number_missing", f"The {NEEDED[code][0]} has no {name} (type {kind}).", party, "PartyIdentification")


def _subject(party: etree._Element, form: Form, at: At) -> Iterator[FilingError]:
    if party.findtext(f"{{*}}{_NOBODY}") == "Y":
        return
    person = party.findtext("{*}PartyAsEntityOrganizationIndicator") != "Y"
    for place, value, box in (*_CRITICAL, *(_CRITICAL_OF_PERSONS if person else ())):
        for node in _places(party, place):
            known, unknown = bool(node.findtext(f"{{*}}{value}")), node.findtext(f"{{*}}{box}") == "Y"
            if known == unknown:
                said = f"{value} and its box {box}: {'both are there' if known else 'neither is there'}; give one of them."
                yield at("value_and_unknown" if known else "critical_missing", said, node, value)
        if place and party.find(f"{{*}}{place}") is None:
            yield at("critical_missing", f"A subject needs {place}, if only with the boxes for what is unknown.", party, place)
    for address in party.iterchildren("{*}Address"):
        yield from _state(address, form, at)
    yield from _papers(party, at)


def _places(party: etree._Element, place: str) -> list[etree._Element]:
    """The subject itself, its legal name, or its addresses."""
    if not place:
        return [party]
    found = list(party.iterchildren(f"{{*}}{place}"))
    return [node for node in found if place != "PartyName" or node.findtext("{*}PartyNameTypeCode") == "L"]


def _state(address: etree._Element, form: Form, at: At) -> Iterator[FilingError]:
    country = address.findtext("{*}RawCountryCodeText") or ""
    known = address.findtext("{*}RawStateCodeText") or address.findtext("{*}StateCodeUnknownIndicator") == "Y"
    if country in form.map.states_needed and not known:
        yield at(
            "critical_missing",
            f"An address in {country} needs a state, or the box for one that is unknown.",
            address,
            "RawStateCodeText",
        )


def _papers(party: etree._Element, at: At) -> Iterator[FilingError]:
    """A taxpayer's number and a paper of identity, or their boxes."""
    papers = list(party.iterchildren("{*}PartyIdentification"))
    codes = {
        paper.findtext("{*}PartyIdentificationTypeCode") for paper in papers if paper.findtext("{*}PartyIdentificationNumberText")
    }
    boxes = {
        box
        for box in ("TINUnknownIndicator", "IdentificationPresentUnknownIndicator")
        if any(p.findtext(f"{{*}}{box}") == "Y" for p in papers)
    }
    has = ((bool(codes & _TINS), "TINUnknownIndicator"), (bool(codes - _TINS - {None}), "IdentificationPresentUnknownIndicator"))
    for known, box in has:
        if known == (box in boxes):
            said = f"A number and the box {box}: {'both are there' if known else 'neither is there'}; give one of them."
            yield at("value_and_unknown" if known else "critical_missing", said, party, "PartyIdentification")


def _said(party: etree._Element, place: str, name: str) -> bool:
    return any(node.findtext(f"{{*}}{name}") for node in party.iterchildren(f"{{*}}{place}"))
