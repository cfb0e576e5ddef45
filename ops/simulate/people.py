"""Makes a customer from dice and traits: numbers that nobody else has, a name, documents, address, account."""

from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import UNSET

from ops.simulate.dice import Faces
from ops.simulate.feasts import day_of
from ops.simulate.names import FIRM_WORDS, STREETS, full_name
from ops.simulate.places import COUNTRIES, Country, Place
from schemas.native import NativeAccount, NativeAddress, NativeDocument, NativeParty

OCCUPATIONS = tuple(
    "construction worker,driver,cook,cleaner,farm worker,courier,carer,welder,shop assistant,tailor,mechanic,nurse,plasterer".split(
        ","
    )
)
AT_HOME = tuple("farmer,teacher,pensioner,housewife,shopkeeper,tailor,driver,accountant".split(","))
_SUFFIX = {
    "DE": "GmbH",
    "US": "Inc",
    "GB": "Ltd",
    "AU": "Pty Ltd",
    "RU": "OOO",
    "KZ": "TOO",
    "UZ": "MChJ",
    "PL": "Sp. z o.o.",
    "TR": "A.S.",
}
# Odd multipliers without the factor 5: they spread consecutive people over all numbers and give no number twice.
_ID, _PHONE, _PAPER, _ACCOUNT = 677_171_717, 7_654_321, 39_916_801, 861_804_913_357


class Known(NamedTuple):
    """A party and its name in the bearer's own script."""

    party: NativeParty
    native: str


class Traits(NamedTuple):
    """What is settled about a person before dice are thrown. `since`: day number of becoming a customer, or -1 where nobody noted it."""

    place: Place
    nation: str
    family: int
    female: bool
    since: int
    app: bool = False
    at_home: bool = False
    phone: str = ""
    line: str = ""


def phone_of(number: int, country: Country) -> str:
    """The mobile number of person `number`."""
    span = 10**country.digits
    lead = country.lead[(number // span) % len(country.lead)]
    return f"+{country.dial}{lead}{number * _PHONE % span:0{country.digits}d}"


def address_line(face: int) -> str:
    """A street and a house number."""
    return f"{STREETS[face % len(STREETS)]} {face // len(STREETS) % 240 + 1}"


def person(number: int, face: Faces, traits: Traits) -> Known:
    """The customer with this number, the same whenever he is made with the same faces (of dice) and traits."""
    nation = COUNTRIES[traits.nation]
    name = full_name(nation.bank, face[0], traits.family, traits.female)
    phone = traits.phone or phone_of(number, COUNTRIES[traits.place.country])
    at_home = traits.at_home
    born = 1958 + face[1] % 27 if at_home else 1972 + face[1] % 32
    kind = nation.document if at_home or face[2] % 100 < 35 else "passport"
    paper = f"{'ABCDEFGHKLMNPRSTUVX'[face[3] % 19]}{'ABEKMNPRTX'[face[4] % 10]}{number * _PAPER % 10**8:08d}"
    jobs = AT_HOME if at_home else OCCUPATIONS
    party = NativeParty(
        kind="person",
        name=name.latin,
        party_id=f"{number * _ID % 10**9:09d}",
        date_of_birth=f"{born}-{face[5] % 12 + 1:02d}-{face[6] % 28 + 1:02d}",
        nationality=traits.nation,
        occupation=jobs[face[8] % len(jobs)] if face[7] % 100 < 35 else UNSET,
        documents=(NativeDocument(kind, paper, traits.nation),),
        phones=(phone,),
        addresses=(NativeAddress(traits.line or address_line(face[9]), traits.place.town, traits.place.country),),
        accounts=(
            NativeAccount("wallet", phone) if traits.app else NativeAccount("account", f"{number * _ACCOUNT % 10**12:012d}"),
        ),
        customer_since=_day_text(traits.since) if traits.since >= 0 else UNSET,
        **_app_traces(number, face) if traits.app else {},
    )
    return Known(party, name.native)


@lru_cache(maxsize=8192)
def _day_text(day: int) -> str:
    return day_of(day).isoformat()


def _app_traces(number: int, face: Faces) -> dict[str, Any]:
    traces: dict[str, Any] = {
        "devices": (f"d-{number * _PAPER % 2**44:011x}",),
        "ip": f"2001:db8:{number >> 16 & 0xFFFF:x}:{number & 0xFFFF:x}::{face[10] % 250 + 1:x}",
    }
    if face[11] % 5 == 0:
        traces["emails"] = (f"u{number:x}@mail.example",)
    return traces


def firm(number: int, face: Faces, place: Place, trade: str) -> Known:
    """A business of this trade ("Builders") in `place`."""
    country = COUNTRIES[place.country]
    words = f"{FIRM_WORDS[face[0] % len(FIRM_WORDS)]} {FIRM_WORDS[face[1] % len(FIRM_WORDS)]}"
    party = NativeParty(
        kind="entity",
        name=f"{words} {trade} {_SUFFIX.get(place.country, 'LLC')}",
        party_id=f"E{number:08d}",
        documents=(NativeDocument("registration", f"R{number * _PAPER % 10**9:09d}", place.country),),
        phones=(phone_of(number + 1, country),),
        addresses=(NativeAddress(address_line(face[2]), place.town, place.country),),
        accounts=(NativeAccount("account", f"9{number * _ACCOUNT % 10**11:011d}"),),
        customer_since=f"{2012 + face[3] % 11}-{face[4] % 12 + 1:02d}-{face[5] % 28 + 1:02d}",
    )
    return Known(party, str(party.name))
