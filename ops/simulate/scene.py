"""The stage of one planted case: people with roles, payments between them, and how a partner's records show them."""

from random import Random

from msgspec import UNSET
from msgspec.structs import replace

from ops.simulate.cast import ANYBODY, ANYHOW, SUBJECTS, Actor, Case, How, Who
from ops.simulate.dice import faces
from ops.simulate.draft import COUNTERS, Draft
from ops.simulate.names import family_count
from ops.simulate.people import Known, Traits, firm, person
from ops.simulate.places import COUNTRIES, Place, local, minor_text, offset_of
from ops.simulate.population import AT_HOME, Population
from ops.simulate.scribe import spelled
from schemas.native import NativeAccount, NativeDocument, NativeParty

PEOPLE_A_CASE = 1024  # also the most transfers of a case
PLANTED = 1 << 40  # numbers of planted transfers start here, lawful ones at 0
_OPTIONAL = ("date_of_birth", "nationality", "occupation", "documents", "phones", "addresses", "customer_since")
_CAST = 50  # kind of the cast's dice
_TRIES = 8  # to find a given name that no subject has
_KNOWN_FAMILIES = 3  # families met first in a scene (its subjects') are given to nobody else


class Scene:
    """One case in the making.

    essential  fields that make the pattern and are never left out
    """

    def __init__(self, population: Population, case: Case, start: int) -> None:
        self.population, self.rng, self.presentation = population, Random(case.seed), case.presentation
        self.actors: list[Actor] = []
        self.drafts: list[Draft] = []
        self.sides: list[tuple[Actor, Actor | None]] = []
        self.essential: tuple[str, ...] = ()
        self.knowable = 0
        self.agents: list[tuple[Place, int]] = []
        self._case = case.number
        self._next = population.next_number + case.number * PEOPLE_A_CASE
        self._families: dict[str, list[int]] = {}
        self._start = start
        self._first_number = PLANTED + case.number * PEOPLE_A_CASE

    def count(self, least: int, most: int) -> int:
        """How many of something: `least` in a small case, twice `most` in a large one, else between."""
        if self.presentation == "small":
            return least
        return 2 * most if self.presentation == "large" else self.rng.randint(least, most)

    def person(self, place: Place, role: str, who: Who = ANYBODY) -> Actor:
        """A new person in `place`, or (`who.settled`) a customer of the lawful part who lives there, where one is found."""
        if who.settled and self.rng.random() < 0.5:
            found = self._neighbour(place, role)
            if found is not None:
                return found
        nation = who.nation or place.country
        family = who.family if who.family >= 0 else self._family(COUNTRIES[nation].bank)
        female = who.female if who.female is not None else self.rng.random() < 0.35
        since = self._start - int(who.since * self.rng.uniform(0.4, 1.2)) if who.since >= 0 else -1
        traits = Traits(place, nation, family, female, since, who.app or bool(who.device), False, who.phone, who.line)
        made = self._made(traits)
        return self._cast(Known(_settled(made, who), made.native), place, role, family)

    def _made(self, traits: Traits) -> Known:
        """A person who shares no given name with the case's subjects: that would look like kinship."""
        met = {actor.known.party.name.split()[0] for actor in self.actors if actor.role in SUBJECTS}
        tries = 0
        while True:
            number, tries = self._number(), tries + 1
            made = person(number, faces(self.population.seed, _CAST, self._case, number), traits)
            if tries == _TRIES or made.party.name.split()[0] not in met:
                return made

    def people(self, places: tuple[Place, ...], count: int, role: str, who: Who = ANYBODY) -> list[Actor]:
        """`count` people, in these towns in turn."""
        return [self.person(places[i % len(places)], role, who) for i in range(count)]

    def firm(self, place: Place, role: str, trade: str) -> Actor:
        """A business nobody else in the stream uses."""
        number = self._number()
        made = firm(1_000_000 * 50 + number, faces(self.population.seed, _CAST + 1, self._case, number), place, trade)
        return self._cast(made, place, role, -1)

    def usd(self, amount: float, currency: str = "USD") -> tuple[str, str]:
        """`amount` US dollars as a payer would round it, in `currency`."""
        value = local(amount, currency)
        step = 10.0 ** (len(str(int(value))) - 2) if value >= 10 else 1.0
        return minor_text(max(round(value / step * 2) / 2 * step, 1.0), currency), currency

    def paying_currency(self, payer: Actor) -> str:
        """The currency of the payer's country, or US dollars where people send those."""
        return "USD" if self.rng.random() < 0.5 else COUNTRIES[payer.place.country].currency

    def pay(
        self, when: tuple[float, float], sides: tuple[Actor, Actor | None], amount: tuple[str, str], how: How = ANYHOW
    ) -> Draft:
        """A payment on a day of the case (from 0) at a local hour; cash_out has no receiver."""
        payer, payee = sides
        sending, paying = COUNTERS[how.channel]
        sent_in, paid_in = how.sent_in or payer.place, how.paid_in or (payee or payer).place
        here = paid_in if how.channel == "cash_out" else sent_in
        hour = int(when[1])
        minute = how.minute if how.minute >= 0 else min(59, int((when[1] - hour) * 60) + self.rng.randint(0, 9))
        offset = offset_of(here)
        at = (self._start + int(when[0])) * 86_400 + hour * 3600 + minute * 60 + self.rng.randint(0, 59) - offset * 60
        draft = Draft(
            at, self._first_number + len(self.drafts), self._shown(payer, False), self._shown(payee, how.channel == "cash_to_cash") if payee else None,
            amount[0], amount[1], how.channel, offset, self._said(how.purpose), self._said(how.relationship), how.category,
            (sent_in, self._agent(how.agent)) if sending else None,
            (paid_in, self._agent(-1)) if paying else None,
            how.status, -1,
        )  # fmt: skip
        self.drafts.append(draft)
        self.sides.append(sides)
        return draft

    def known_with(self, evidence: list[Draft], count: int) -> None:
        """The pattern can first be known with the `count`-th of these payments."""
        self.knowable = sorted(draft.at for draft in evidence)[min(count, len(evidence)) - 1]

    def day_of(self, draft: Draft) -> int:
        """The local day of a payment, counted from the first of the case."""
        return (draft.at + draft.offset * 60) // 86_400 - self._start

    def band(self, least: float, most: float) -> float:
        """An amount within a range, seldom at its ends."""
        return self.rng.triangular(least, most)

    def _agent(self, number: int) -> int:
        return number if number >= 0 else int(self.rng.random() * self.population.agents_a_town)

    def _said(self, words: str) -> str:
        left_out = 0.5 if self.presentation == "sparse" else 0.1
        return "" if "purpose" not in self.essential and self.rng.random() < left_out else words

    def _shown(self, actor: Actor, may_lack_number: bool) -> Known:
        """The actor as this one record has him."""
        party, rng = actor.known.party, self.rng
        if len(actor.numbers) > 1:
            party = replace(party, party_id=rng.choice(actor.numbers))
        left_out = 0.5 if self.presentation == "sparse" else 0.06
        gone = {name: UNSET for name in _OPTIONAL if name not in self.essential and rng.random() < left_out}
        # Two customer numbers are one person only by what the records share: that is not left out.
        if len(actor.numbers) > 1:
            gone.pop("documents", None)
            gone.pop("phones", None)
        if may_lack_number and rng.random() < 0.08 and "phones" not in gone:
            gone["party_id"] = UNSET
        party = replace(party, **gone)
        if rng.random() < (0.5 if self.presentation == "spellings" else 0.05):
            party = replace(party, name=spelled(Known(party, actor.known.native), rng))
        return Known(party, actor.known.native)

    def _cast(self, known: Known, place: Place, role: str, family: int) -> Actor:
        assert isinstance(known.party.party_id, str)
        numbers = [known.party.party_id]
        if self.presentation == "two_numbers" and role in SUBJECTS:
            numbers.append(f"{int(numbers[0].lstrip('E')) + 500_000_000_000}")
        actor = Actor(f"P{len(self.actors) + 1}", known, place, role, family, numbers)
        self.actors.append(actor)
        return actor

    def _neighbour(self, place: Place, role: str) -> Actor | None:
        met = {actor.known.party.name.split()[0] for actor in self.actors if actor.role in SUBJECTS}
        for _ in range(25):
            number = self.rng.randrange(self.population.households)
            home = self.population.household(number)
            bank = COUNTRIES[home.corridor.home].bank
            if home.joins or home.family % family_count(bank) in self._families.get(bank, [])[:_KNOWN_FAMILIES]:
                continue
            for slot, there in ((0, home.host), (AT_HOME, home.home)):
                known = self.population.party(("h", number, slot)) if there == place and not home.one_phone else None
                if known and known.party.name.split()[0] not in met:
                    return self._cast(known, place, role, home.family)
        return None

    def _family(self, bank: str) -> int:
        order = self._families.get(bank)
        if order is None:
            order = self._families[bank] = self.rng.sample(range(family_count(bank)), family_count(bank))
            self._families[f"{bank}+"] = order[:]
        left = self._families[f"{bank}+"]
        if not left:
            left.extend(order[_KNOWN_FAMILIES:])
        return left.pop(0)

    def _number(self) -> int:
        self._next += 1
        return self._next - 1


def _settled(made: Known, who: Who) -> NativeParty:
    changes: dict[str, object] = {}
    if who.device:
        changes["devices"] = (who.device,)
    if who.occupation:
        changes["occupation"] = who.occupation
    if who.document:
        changes["documents"] = (NativeDocument("passport", who.document, who.nation or "PK"),)
    if who.phone and who.app:
        changes["accounts"] = (NativeAccount("wallet", who.phone),)
    return replace(made.party, **changes)
