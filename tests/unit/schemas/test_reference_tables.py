"""Packaged tables: countries, currencies, rates and towns agree with each other and with what is known."""

from decimal import ROUND_HALF_EVEN, Decimal

import phonenumbers
import pytest

from schemas.codes import COUNTRIES, CURRENCIES, table
from schemas.corridors import corridors
from schemas.fx import FxTable, RateUnknown, fx_table
from schemas.money import Money, decimals, to_decimal
from schemas.places import Gazetteer, TownNameClash, gazetteer, town_id

DAY_MS = 86_400_000
YEAR_2024_MS = 1_704_067_200_000


def test_every_region_with_a_phone_plan_is_a_country() -> None:
    # libphonenumber's Ascension and Tristan da Cunha are parts of Saint Helena in ISO 3166-1.
    assert set(phonenumbers.SUPPORTED_REGIONS) - {"AC", "TA"} <= COUNTRIES
    assert len(COUNTRIES) == 250


@pytest.mark.parametrize("code", ["XX", "ZZ", "UK", "EU", "SU", "uz", "", "KAZ"])
def test_what_is_no_country_is_none(code: str) -> None:
    assert code not in COUNTRIES


def test_decimals_of_the_currency_list_are_those_of_money() -> None:
    assert {row["code"]: int(row["decimals"]) for row in table("currencies.csv")} == {code: decimals(code) for code in CURRENCIES}


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "BTC", "usd", "ABC", ""])
def test_what_nobody_is_paid_in_is_no_currency(code: str) -> None:
    assert code not in CURRENCIES


def test_every_currency_has_a_rate_for_every_year() -> None:
    assert fx_table().currencies() == CURRENCIES
    days = [day for day in next(table("fx.csv")) if day != "currency"]
    assert days == sorted(days)
    assert {day[:4] for day in days} >= {str(year) for year in range(2019, 2027)}


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_dollars_are_the_tables_rate_rounded_half_to_even(currency: str) -> None:
    row = next(row for row in table("fx.csv") if row["currency"] == currency)
    for minor in (1, 5, 12_345, 10**15):
        exact = to_decimal(Money(minor, currency)) * Decimal(row["2024-01-01"]) * 100
        expected = int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
        assert fx_table().usd_minor(Money(minor, currency), YEAR_2024_MS) == expected


def test_a_dollar_is_a_dollar_on_every_day() -> None:
    for at_ms in (-(10**12), 0, YEAR_2024_MS, 10**14):
        assert fx_table().usd_minor(Money(25_000, "USD"), at_ms) == 25_000


def test_the_last_row_at_or_before_the_day_holds() -> None:
    days = {"EUR": [("2024-01-02", Decimal(1)), ("2024-01-04", Decimal(2))]}
    rates = FxTable(days, version=1)
    found = [rates.usd_minor(Money(100, "EUR"), YEAR_2024_MS + day * DAY_MS) for day in (0, 1, 2, 3)]
    assert found == [100, 100, 100, 200]
    assert rates.usd_minor(Money(100, "EUR"), YEAR_2024_MS + 3 * DAY_MS - 1) == 100


@pytest.mark.parametrize(("minor", "cents"), [(1, 0), (2, 1), (3, 2), (5, 2), (7, 4)])
def test_a_half_cent_goes_to_the_even_one(minor: int, cents: int) -> None:
    rates = FxTable({"EUR": [("2024-01-01", Decimal("0.5"))]}, version=1)
    assert rates.usd_minor(Money(minor, "EUR"), YEAR_2024_MS) == cents


def test_a_currency_without_a_rate_is_an_error_and_not_zero() -> None:
    with pytest.raises(RateUnknown, match="add a row"):
        fx_table().usd_minor(Money(1, "XAU"), 0)


def test_every_town_of_the_corridors_is_known_under_the_corridors_own_id() -> None:
    from schemas.corridors import town_id as corridor_id

    for route in corridors().routes:
        for town in route.towns:
            assert town_id(town.country, town.name) == corridor_id(town.name)


@pytest.mark.parametrize(
    ("country", "city", "town"),
    [
        ("AF", "Zaranj", "zaranj"),
        ("AF", "زرنج", "zaranj"),
        ("PK", "MANDI  BAHAUDDIN", "mandibahauddin"),
        ("PK", "منڈی بہاؤالدین", "mandibahauddin"),
        ("KG", "Жалал-Абад", "jalalabad"),
        ("AF", "Jalalabad", "jalalabad"),
        ("RU", "санкт петербург", "saintpetersburg"),
        ("RU", "Ekaterinburg", "yekaterinburg"),
        ("KZ", "Алма-Ата", "almaty"),
        ("DE", "München", "munich"),
        ("TR", "İSTANBUL", "istanbul"),
        ("GB", "Birmingham", "birmingham"),
        ("MX", "Cd. Juárez", "ciudadjuarez"),
        ("UZ", "Farg‘ona", "fergana"),
        ("LY", "Tripoli", "tripoli"),
    ],
)
def test_every_usual_spelling_of_a_town_has_one_id(country: str, city: str, town: str) -> None:
    assert town_id(country, city) == town


def test_a_town_of_another_country_is_not_that_town() -> None:
    assert town_id("GB", "Zaranj") == "?zaranj"
    uk, us = gazetteer().find("GB", "Birmingham"), gazetteer().find("US", "Birmingham")
    assert uk is not None
    assert us is not None
    assert uk.lon > us.lon


def test_an_unlisted_town_is_kept_and_marked() -> None:
    assert town_id("KG", "Ak-Suu  aiyly") == "?aksuuaiyly"
    assert town_id("KG", "?!") == ""


def test_two_towns_may_not_claim_one_spelling() -> None:
    rows = [
        {"country": "KG", "town": "Osh", "lat": "40", "lon": "72", "aliases": "Ош"},
        {"country": "KG", "town": "Uzgen", "lat": "40", "lon": "73", "aliases": "OSH"},
    ]
    with pytest.raises(TownNameClash, match="Osh and Uzgen"):
        Gazetteer(rows)


def test_towns_lie_in_known_countries_and_on_the_globe() -> None:
    for row in table("places.csv"):
        assert row["country"] in COUNTRIES
        assert abs(float(row["lat"])) <= 90
        assert abs(float(row["lon"])) <= 180
    assert len(gazetteer()) > 600
