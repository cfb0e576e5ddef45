"""Phone numbers in E.164, or as digits."""

import pytest

from streams.domain.phones import e164, is_placeholder


@pytest.mark.parametrize(
    ("number", "regions", "expected"),
    [
        ("+77053318842", (), "+77053318842"),
        ("+7 (705) 331-88-42", (), "+77053318842"),
        ("+998 93 221 77 40", (), "+998932217740"),
        ("+44 (0)20 7946 0958", (), "+442079460958"),
        ("+4402079460958", (), "+442079460958"),
        ("+390612345678", (), "+390612345678"),
        ("8 905 123-45-67", ("RU",), "+79051234567"),
        ("0300 1234567", ("PK", "AE"), "+923001234567"),
        ("0300 1234567", ("DE", "PK"), "+493001234567"),
        ("998901234567", ("AE",), "+998901234567"),
        ("00998901234567", ("AE",), "+998901234567"),
        ("00998901234567", (), "+998901234567"),
        ("12345", ("US",), "12345"),
        ("+999 123 456 789", (), "999123456789"),
        ("+1", (), "1"),
    ],
)
def test_a_number_has_one_form(number: str, regions: tuple[str, ...], expected: str) -> None:
    assert e164(number, *regions) == expected


@pytest.mark.parametrize("normal", ["0000000", "+998000000000", "+77777777777", "1234567", "1234", "+1"])
def test_what_a_clerk_types_to_fill_the_field_is_a_placeholder(normal: str) -> None:
    assert is_placeholder(normal)


@pytest.mark.parametrize("normal", ["+77053318842", "+998901000007", "87053318842"])
def test_a_number_is_no_placeholder(normal: str) -> None:
    assert not is_placeholder(normal)
