"""Who sends where in the lawful part of the stream: corridors of migrant labour with their weights and usual sums."""

from typing import NamedTuple

from ops.simulate.places import COUNTRIES, Place


class Corridor(NamedTuple):
    """Workers live in `host` and their families in `home`.

    usd        median remittance, US dollars
    seasonal   labour that rests in winter
    in_dollars per cent of the households that send US dollars, not the host's currency
    """

    host: str
    home: str
    usd: int
    seasonal: bool
    in_dollars: int


# host home weight usd seasonal dollars%
_ROWS = """
RU TJ 10 215 1 35
RU UZ 12 330 1 40
RU KG 8 380 1 30
KZ UZ 6 240 1 25
KZ KG 4 230 1 20
KZ TJ 2 200 1 30
TR UZ 4 300 0 70
TR TM 3 260 0 80
KR UZ 2 700 0 85
US UZ 2 420 0 100
AE PK 6 340 0 15
SA PK 7 360 0 15
GB PK 4 310 0 0
OM PK 2 280 0 10
IR AF 3 130 0 10
PK AF 2 110 0 30
DE AF 2 240 0 20
GB AF 1 260 0 10
DE TR 3 380 0 0
TR AF 1 150 0 60
AE IN 5 420 0 10
SA IN 3 390 0 10
QA NP 3 300 0 10
MY BD 2 210 0 10
AE BD 3 230 0 10
GB BD 1 280 0 0
SA EG 3 320 0 20
AE EG 2 330 0 15
AU PH 3 300 0 0
SA PH 3 320 0 15
AE PH 3 310 0 10
US PH 3 350 0 100
US MX 9 360 0 100
US GT 3 330 0 100
US CO 2 280 0 100
TH MM 2 140 0 0
DE ET 1 180 0 10
SE ET 1 190 0 10
SA ET 1 170 0 20
GB KE 1 240 0 0
DE IQ 2 250 0 30
SE IQ 1 260 0 20
TR IQ 1 210 0 80
PL UA 3 290 0 10
AU ID 1 280 0 0
PK PK 8 95 0 0
RU RU 4 160 0 0
KZ KZ 3 140 0 0
UZ UZ 3 90 0 0
TR TR 3 170 0 0
US US 4 180 0 100
PH PH 3 80 0 0
MX MX 2 110 0 0
AU AU 2 220 0 0
GB GB 2 200 0 0
"""


def _weighted() -> tuple[Corridor, ...]:
    rows = [line.split() for line in _ROWS.strip().splitlines()]
    return tuple(
        Corridor(host, home, int(usd), seasonal == "1", int(dollars))
        for host, home, weight, usd, seasonal, dollars in rows
        for _ in range(int(weight))
    )


WEIGHTED = _weighted()  # each corridor as often as its weight says
# Household n lives in corridor n modulo the length: neighbours and compatriots are found without a search. 89 is prime, so the
# step mixes the corridors and small populations have several of them.
_STEP = 89
BY_NUMBER = tuple(WEIGHTED[i * _STEP % len(WEIGHTED)] for i in range(len(WEIGHTED)))


def _places_by(side: str) -> dict[str, tuple[int, ...]]:
    countries = {str(getattr(corridor, side)) for corridor in BY_NUMBER}
    return {
        country: tuple(i for i, one in enumerate(BY_NUMBER) if getattr(one, side) == country) for country in sorted(countries)
    }


HOSTED_IN, COMING_FROM = _places_by("host"), _places_by("home")


def town(country: str, draw: int) -> Place:
    """A town of `country`; the first in the list has by far the most people."""
    places = _TOWNS[country]
    # A quarter of the draws goes to the first town, the rest to all alike: crude, and enough to make agents of unequal size.
    return places[0] if draw % 4 == 0 else places[(draw >> 2) % len(places)]


_TOWNS = {code: tuple(Place(code, name) for name in country.towns) for code, country in COUNTRIES.items()}
