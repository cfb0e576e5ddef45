"""Smuggling routes as the generator knows them: towns in order, what a leg costs a person there, and where the payers live.

Fees are this file's own round ranges, chosen within what press and international bodies report of each route.
"""

from typing import NamedTuple

from ops.simulate.places import Place


class Stage(NamedTuple):
    """A town where a leg is paid, and what the leg costs, US dollars."""

    place: Place
    least: int
    most: int


class Route(NamedTuple):
    """`nation` of the people moved; `payers` live in these towns; `stages` in the order of the journey."""

    name: str
    nation: str
    payers: tuple[Place, ...]
    stages: tuple[Stage, ...]


def _places(text: str) -> tuple[Place, ...]:
    return tuple(Place(part[:2], part[3:]) for part in text.split(","))


def _stages(text: str) -> tuple[Stage, ...]:
    parts = (part.split("=") for part in text.split(","))
    return tuple(Stage(Place(where[:2], where[3:]), *map(int, fee.split("-"))) for where, fee in parts)


ROUTES = (
    Route(
        "west_asia",
        "AF",
        _places("DE Hamburg,DE Berlin,GB London,SE Stockholm,AF Kabul,AF Herat,AF Kunduz,DE Munich,GB Birmingham"),
        _stages("AF Zaranj=220-470,IR Zahedan=230-480,IR Urmia=540-960,TR Van=540-980,TR Istanbul=1150-2900"),
    ),
    Route(
        "andes_to_north",
        "CO",
        _places("US Houston,US New York,US Chicago,US Los Angeles,CO Bogota,CO Medellin"),
        _stages("CO Necocli=180-460,CO Acandi=190-480,MX Tapachula=1600-3000,MX Reynosa=1700-4600"),
    ),
    Route(
        "central_asia_to_north",
        "UZ",
        _places("US New York,US Philadelphia,UZ Samarkand,UZ Bukhara,UZ Tashkent,RU Moscow,KG Bishkek,TR Istanbul"),
        _stages("MX Cancun=2050-4200,MX Tijuana=2050-4700,MX Mexicali=2100-4800"),
    ),
    Route(
        "balkans",
        "AF",
        _places("DE Berlin,DE Frankfurt,SE Malmo,GB Manchester,DE Essen,AF Kabul"),
        _stages("TR Edirne=1150-2900,RS Belgrade=1150-1850,RS Subotica=1150-3300"),
    ),
    Route(
        "horn",
        "ET",
        _places("SE Stockholm,DE Frankfurt,GB London,SA Jeddah,ET Addis Ababa,ET Mekelle,US Dallas"),
        _stages("ET Metema=3100-4700,SD Khartoum=3100-4800,LY Kufra=3100-4800,LY Bani Walid=900-2300"),
    ),
    Route(
        "bay_of_bengal",
        "BD",
        _places("MY Kuala Lumpur,MY Penang,SA Jeddah,BD Chittagong,BD Dhaka,BD Teknaf"),
        _stages("BD Cox's Bazar=950-3400,TH Sadao=230-460,MY Langkawi=950-3500"),
    ),
)
# Where relatives are made to pay for a captive's release.
CAPTIVITY = _places("LY Bani Walid,LY Kufra,LY Tripoli,SD Khartoum,IR Urmia,TR Van,MX Reynosa,MM Myawaddy,TH Sadao,IR Zahedan")
# Where labour is recruited from and where it works: (host, home).
LABOUR = tuple(
    (Place(a[:2], a[3:]), Place(b[:2], b[3:]))
    for a, b in (pair.split(">") for pair in "RU Moscow>UZ Namangan,KZ Almaty>UZ Termez,AE Dubai>PK Gujrat,SA Riyadh>PK Mardan,GB Leeds>PL Bialystok,AU Sydney>TH Udon Thani,TR Istanbul>TM Mary,MY Johor Bahru>BD Sylhet,QA Doha>NP Pokhara".split(","))
)  # fmt: skip
