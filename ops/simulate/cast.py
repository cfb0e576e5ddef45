"""The words in which a planted case is told: who takes part, in which role, and how he pays."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ops.simulate.people import Known
from ops.simulate.places import Place

PRESENTATIONS = ("plain", "sparse", "two_numbers", "spellings", "small", "large")
SUBJECTS = ("smuggler", "facilitator", "recruiter", "exploiter", "unknown")
PROTECTED = ("family_payer", "victim", "smuggled_person")


class Case(NamedTuple):
    """What makes a scene: its place in the simulation, the seed of its draws, how its records look."""

    number: int
    seed: int
    presentation: str


class Who(NamedTuple):
    """What a scene settles about a person; empty: left to chance.

    since   about how many days before the case's first day he became a customer; -1: not noted
    settled may be somebody of the lawful part
    """

    nation: str = ""
    family: int = -1
    phone: str = ""
    line: str = ""
    device: str = ""
    since: int = 400
    app: bool = False
    occupation: str = ""
    document: str = ""
    female: bool | None = None
    settled: bool = False


class How(NamedTuple):
    """How a payment is made; a counter is the town's of that side unless it says otherwise. `minute` of the hour, -1: by chance."""

    channel: str = "cash_to_cash"
    purpose: str = ""
    relationship: str = ""
    category: str = ""
    sent_in: Place | None = None
    paid_in: Place | None = None
    agent: int = -1
    status: str = "paid"
    minute: int = -1


ANYBODY, ANYHOW = Who(), How()


@dataclass(slots=True)
class Actor:
    """Somebody of the case; `numbers` are his customer numbers."""

    ref: str
    known: Known
    place: Place
    role: str
    family: int
    numbers: list[str] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """His phone."""
        phones = self.known.party.phones
        return phones[0] if phones else ""
