"""Planted patterns of identity: shared identifiers (K01), controlled wallets (K02), bursts of newcomers (K03), profiles (K04, K05)."""

from msgspec.structs import replace

from ops.simulate.cast import How, Who
from ops.simulate.pattern import EITHER, Pattern, Shape
from ops.simulate.people import Known
from ops.simulate.places import COUNTRIES, Place
from ops.simulate.routes import LABOUR, ROUTES
from ops.simulate.scene import Scene


def one_phone(scene: Scene) -> None:
    """Four to six senders of different names and families give one phone."""
    _shared(scene, "phones")


def one_document(scene: Scene) -> None:
    """Three to five senders of different names show one document's number."""
    _shared(scene, "documents")


def _shared(scene: Scene, what: str) -> None:
    host, home = scene.rng.choice(LABOUR)
    scene.essential = (what,)
    first = scene.person(host, "unknown", Who(home.country, since=120))
    documents = first.known.party.documents
    assert documents
    who = (
        Who(home.country, phone=first.phone, since=100)
        if what == "phones"
        else Who(home.country, document=documents[0].number, since=100)
    )
    others = [scene.person(host, "unknown", who) for _ in range(scene.count(3, 5))]
    if what == "documents":
        for other in others:
            other.known = Known(replace(other.known.party, documents=documents), other.known.native)
    drafts = []
    for sender in [first, *others]:
        receiver = scene.person(home, "benign", Who(since=-1))
        for turn in range(2):
            value = scene.usd(scene.band(100, 600), scene.paying_currency(sender))
            draft = scene.pay(
                (scene.rng.randint(0, 40), scene.rng.uniform(9, 19)), (sender, receiver), value, How(purpose="personal")
            )
            if turn == 0:
                drafts.append(draft)
    scene.known_with(drafts, 3)


def household_phone(scene: Scene) -> None:
    """Look-alike: a household with one telephone and one family name."""
    host, home = scene.rng.choice(LABOUR)
    head = scene.person(host, "benign", Who(home.country, since=900))
    mother = scene.person(home, "benign", Who(family=head.family, since=900))
    who = Who(home.country, head.family, head.phone, "Lake Rd 9", since=800)
    for member in [head, *(scene.person(host, "benign", who) for _ in range(scene.count(3, 3)))]:
        value = scene.usd(scene.band(100, 250), COUNTRIES[host.country].currency)
        scene.pay((scene.rng.randint(0, 30), 18), (member, mother), value, How(purpose="family support", relationship="mother"))


def one_device(scene: Scene) -> None:
    """One device works four or five customers' wallets within two weeks; all pay one receiver."""
    _controlled(scene, changed=False)


def changed_after_opening(scene: Scene) -> None:
    """The wallets open on devices and phones of their own; then all move to one device and one phone."""
    _controlled(scene, changed=True)


def _controlled(scene: Scene, changed: bool) -> None:
    host, home = scene.rng.choice(LABOUR)
    currency = COUNTRIES[host.country].currency
    device = f"d-{scene.rng.getrandbits(44):011x}"
    scene.essential = ("devices", "phones")
    controller = scene.person(host, "exploiter", Who(home.country, device=device, since=300))
    drafts = []
    for i in range(scene.count(4, 5)):
        holder = scene.person(host, "victim", Who(home.country, since=20, app=True))
        if changed:
            friend = scene.person(host, "benign", Who(home.country, since=500, app=True))
            scene.pay((i, 19), (holder, friend), scene.usd(15, currency), How("wallet_to_wallet", "thanks"))
        phones = controller.known.party.phones if changed else holder.known.party.phones
        party = replace(holder.known.party, devices=(device,), phones=phones)
        holder.known = Known(party, holder.known.native)
        for turn in range(2):
            value = scene.usd(scene.band(120, 500), currency)
            when = (7 + scene.rng.randint(0, 12), 20 + i * 0.15)
            draft = scene.pay(when, (holder, controller), value, How("wallet_to_wallet", "personal"))
            if turn == 0:
                drafts.append(draft)
    scene.known_with(drafts, 3)


def family_helper(scene: Scene) -> None:
    """Look-alike: a daughter runs her parents' and her aunt's wallets from her telephone; they pay different shops."""
    place, device = Place("PH", "Manila"), f"d-{scene.rng.getrandbits(44):011x}"
    daughter = scene.person(place, "benign", Who(device=device, since=700))
    for _ in range(3):
        elder = scene.person(place, "benign", Who(family=daughter.family, device=device, since=400))
        shop = scene.firm(place, "benign", "Market")
        for _ in range(2):
            scene.pay(
                (scene.rng.randint(0, 12), 11), (elder, shop), scene.usd(25, "PHP"), How("merchant", "groceries", category="5411")
            )


def burst(scene: Scene) -> None:
    """Six to nine newcomers at one counter within a week, all to one receiver, never seen again."""
    route = scene.rng.choice(ROUTES)
    stage, town = scene.rng.choice(route.stages), scene.rng.choice(route.payers)
    receiver = scene.person(stage.place, "smuggler", Who(route.nation, since=60))
    counter, drafts = scene.rng.randrange(scene.population.agents_a_town), []
    scene.essential = ("customer_since",)
    for payer in scene.people((town,), scene.count(6, 9), "family_payer", Who(route.nation, since=0)):
        value = scene.usd(scene.band(stage.least, stage.most), scene.paying_currency(payer))
        how = How("cash_to_cash", "help", agent=counter)
        drafts.append(scene.pay((scene.rng.randint(1, 6), scene.rng.uniform(9, 19)), (payer, receiver), value, how))
    scene.known_with(drafts, 5)


def many_papers(scene: Scene) -> None:
    """One person under three customer numbers and passports, with one phone and one birthday, each name spelled differently."""
    host, home = scene.rng.choice(LABOUR)
    receiver = scene.person(home, "facilitator", Who(since=300))
    first = scene.person(host, "unknown", Who(home.country, since=20))
    scene.essential = ("phones", "date_of_birth", "documents")
    drafts = []
    for i in range(scene.count(3, 4)):
        name = (first.known.party.name, first.known.native, first.known.party.name.upper())[i % 3]
        again = scene.person(host, "unknown", Who(home.country, first.family, first.phone, since=15))
        party = replace(again.known.party, name=name, date_of_birth=first.known.party.date_of_birth)
        again.known = Known(party, first.known.native)
        for _ in range(2):
            value = scene.usd(scene.band(300, 900), scene.paying_currency(first))
            drafts.append(
                scene.pay((scene.rng.randint(0, 20), scene.rng.uniform(9, 19)), (again, receiver), value, How(purpose="help"))
            )
    scene.actors.remove(first)
    scene.known_with(drafts, 3)


def season_start(scene: Scene) -> None:
    """Look-alike: a crew arrives for the season; its newcomers use one counter, each for his own family."""
    host, home = scene.rng.choice(LABOUR)
    for worker in scene.people((host,), scene.count(6, 9), "benign", Who(home.country, since=0)):
        wife = scene.person(home, "benign", Who(family=worker.family, since=-1))
        value = scene.usd(scene.band(100, 240), COUNTRIES[host.country].currency)
        how = How("cash_to_cash", "family support", "wife", agent=1)
        scene.pay((scene.rng.randint(1, 6), scene.rng.uniform(9, 19)), (worker, wife), value, how)


def far_above(scene: Scene) -> None:
    """A cleaner or farm worker sends a year's wages within three months, to many."""
    _above(scene, ("cleaner", "farm worker", "cook"), 1.1)


def idle_account(scene: Scene) -> None:
    """A housewife or pensioner receives and sends on more than anybody of the kind."""
    _above(scene, ("housewife", "pensioner"), 1.6)


def _above(scene: Scene, occupations: tuple[str, ...], years: float) -> None:
    host, home = scene.rng.choice(LABOUR)
    country = COUNTRIES[host.country]
    scene.essential = ("occupation",)
    sender = scene.person(host, "unknown", Who(home.country, occupation=scene.rng.choice(occupations), since=400))
    times = scene.count(14, 18)
    drafts = []
    for receiver in scene.people((home,), times, "benign", Who(since=-1)):
        usd = country.wage * 12 * years / times * scene.rng.uniform(0.8, 1.2)
        when = (scene.rng.randint(0, 80), scene.rng.uniform(9, 19))
        drafts.append(scene.pay(when, (sender, receiver), scene.usd(usd, country.currency), How("cash_to_cash", "help")))
    scene.known_with(drafts, times * 2 // 3)


def house_sale(scene: Scene) -> None:
    """Look-alike: a driver sends the price of a sold flat to his wife, in two parts and once."""
    host, home = scene.rng.choice(LABOUR)
    seller = scene.person(host, "benign", Who(home.country, since=900, occupation="driver"))
    wife = scene.person(home, "benign", Who(family=seller.family, since=900))
    for day in (0, 20):
        scene.pay((day, 11), (seller, wife), scene.usd(9000), How("bank_transfer", "sale of flat", "wife"))


def many_brothers(scene: Scene) -> None:
    """He calls five or six men of other names and nations his brothers."""
    place = scene.rng.choice((Place("GB", "London"), Place("DE", "Hamburg"), Place("US", "Houston")))
    sender = scene.person(place, "smuggler", Who("PK", since=120))
    scene.essential = ("nationality", "purpose")
    drafts = []
    towns = (Place("TR", "Istanbul"), Place("TR", "Van"), Place("IR", "Urmia"), Place("RS", "Belgrade"))
    for brother in scene.people(towns, scene.count(5, 6), "facilitator", Who(since=90)):
        how = How("cash_to_cash", "family support", "brother")
        drafts.append(
            scene.pay(
                (scene.rng.randint(0, 25), scene.rng.uniform(9, 19)), (sender, brother), scene.usd(scene.band(200, 900)), how
            )
        )
    scene.known_with(drafts, 4)


def changing_purpose(scene: Scene) -> None:
    """One pair, a month, four reasons; and the receiver is of another nation than the brother he is said to be."""
    host, home = Place("US", "Houston"), Place("MX", "Tapachula")
    sender = scene.person(host, "unknown", Who("IN", since=100))
    receiver = scene.person(home, "facilitator", Who(since=80))
    scene.essential = ("nationality", "purpose")
    drafts = []
    for i, words in enumerate(("family support", "rent", "invoice payment", "medical", "tuition")[: scene.count(4, 5)]):
        how = How("cash_to_cash", words, ("brother", "friend", "business", "cousin", "son")[i])
        drafts.append(scene.pay((6 * i, scene.rng.uniform(9, 19)), (sender, receiver), scene.usd(scene.band(200, 700)), how))
    scene.known_with(drafts, 3)


def in_laws(scene: Scene) -> None:
    """Look-alike: a man calls two brothers-in-law and a milk brother his brothers, as everybody in the valley does."""
    host, home = Place("RU", "Moscow"), Place("TJ", "Khujand")
    sender = scene.person(host, "benign", Who("TJ", since=900))
    for brother in scene.people((home,), 3, "benign", Who(since=500)):
        for month in range(2):
            how = How("cash_to_cash", "family support", "brother")
            scene.pay((30 * month + scene.rng.randint(0, 5), 18), (sender, brother), scene.usd(scene.band(80, 160), "RUB"), how)


PATTERNS = (
    Pattern(
        "TS-K01", "One identifier, many names", "TIP", (*EITHER, "OTHER"),
        (Shape("one_phone", "4-6 senders of different names with one phone", one_phone),
         Shape("one_document", "4-6 senders with one document number", one_document)),
        Shape("household_phone", "a household with one telephone and one name", household_phone),
    ),
    Pattern(
        "TS-K02", "Wallets in another's hands", "TIP", ("TIP", "TIP+SOM"),
        (Shape("one_device", "4-5 wallets on one device pay one receiver within 13 days", one_device),
         Shape("changed_after_opening", "wallets change to one device and phone, then pay", changed_after_opening)),
        Shape("family_helper", "a daughter runs her elders' wallets", family_helper),
    ),
    Pattern(
        "TS-K03", "Burst of newcomers", "SOM", EITHER,
        (Shape("burst", "6-9 newcomers at one counter within six days to one receiver", burst),
         Shape("many_papers", "one person with 3-4 customer numbers and passports", many_papers)),
        Shape("season_start", "a crew's newcomers, each to his own family", season_start),
    ),
    Pattern(
        "TS-K04", "Far above the profile", "SOM", (*EITHER, "OTHER"),
        (Shape("far_above", "a labourer sends more than a year's wages in 80 days", far_above),
         Shape("idle_account", "a housewife or pensioner sends one and a half years' wages in 80 days", idle_account)),
        Shape("house_sale", "the price of a flat, in two parts", house_sale),
    ),
    Pattern(
        "TS-K05", "Purpose against relation", "SOM", (*EITHER, "OTHER"),
        (Shape("many_brothers", "5-6 brothers of other names and nations within 25 days", many_brothers),
         Shape("changing_purpose", "one pair, four or five reasons within 24 days", changing_purpose)),
        Shape("in_laws", "three brothers-in-law", in_laws),
    ),
)  # fmt: skip
