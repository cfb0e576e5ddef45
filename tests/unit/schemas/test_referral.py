"""Where people at risk can find help: facts with their sureness, and no number that was not read."""

import pytest

from schemas.fius import load_fius
from schemas.referral import load_referrals, read_referrals
from schemas.yaml_rows import RegistryError

ROW = "{{country: {country}, body: '', mechanism: '', help: '', phone: '{phone}', identity: consent, note: '', sureness: {sure}, source: ''}}"


def small(*rows: str) -> str:
    return "schema: strgw.referral/1\nrules: [offered]\neverywhere: [IOM]\ncountries:\n" + "".join(f"- {row}\n" for row in rows)


def test_the_eight_countries_of_the_project_are_there() -> None:
    assert {"KZ", "KG", "TJ", "TM", "UZ", "AF", "IR", "PK"} <= set(load_referrals().countries)
    assert set(load_referrals().countries) <= set(load_fius())


def test_where_a_state_pattern_is_reported_nobody_is_named_to_its_authorities() -> None:
    assert {code for code, row in load_referrals().countries.items() if row.identity == "never"} == {"AF", "IR", "BY"}


def test_only_a_number_that_was_read_is_given() -> None:
    assert {code: row.phone for code, row in load_referrals().countries.items() if row.phone} == {"PK": "111-247-786"}
    with pytest.raises(RegistryError, match="line 5: KZ: a phone number is given only where it was read"):
        read_referrals(small(ROW.format(country="KZ", phone="1", sure="G")), "referral.yaml")


def test_a_country_twice_or_unknown_is_refused_with_its_line() -> None:
    row = ROW.format(country="KZ", phone="", sure="G")
    with pytest.raises(RegistryError, match="line 6: KZ is no country"):
        read_referrals(small(row, row), "referral.yaml")
    with pytest.raises(RegistryError, match="line 5: ZZ is no country"):
        read_referrals(small(ROW.format(country="ZZ", phone="", sure="G")), "referral.yaml")
