"""Classes of stated relationships and purposes."""

import pytest

from streams.domain.wording import occupation_class, purpose_class, relation_class


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wife", "spouse"), ("Fiancée", "spouse"), ("жена", "spouse"), ("همسر", "spouse"), ("esposo", "spouse"), ("husbnad", "spouse"),
        ("brother", "kin"), ("Younger brother", "kin"), ("брат", "kin"), ("برادر", "kin"), ("بھائی", "kin"), ("hermana", "kin"),
        ("relative", "kin"), ("Cousin", "kin"), ("daugther", "kin"), ("wife's brother", "kin"), ("father in law", "kin"), ("parent", "kin"),
        ("friend", "other"), ("friend of my brother", "other"), ("landlord", "other"), ("business partner", "other"), ("друг", "other"),
        ("employer", "other"), ("other", "other"),
        ("n/a", "none"), ("partner", "other"), ("", "none"), (None, "none"), ("xyzzy", "none"), ("mr", "none"),
    ],
)  # fmt: skip
def test_a_relationship_has_its_class(text: str | None, expected: str) -> None:
    assert relation_class(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("family support", "family"), ("famly support", "family"), ("FAMILY SUPORT", "family"), ("household", "family"), ("семье", "family"),
        ("rent", "rent"), ("Rent ", "rent"), ("apartment rental May", "rent"), ("аренда квартиры", "rent"), ("کرایہ", "rent"),
        ("tuition fee", "tuition"), ("school fees", "tuition"), ("student support", "tuition"), ("за учёбу", "tuition"), ("شهریه", "tuition"),
        ("gap", "dues"), ("Committee", "dues"), ("tanda", "dues"), ("chama share", "dues"), ("payout", "dues"), ("کمیٹی", "dues"),
        ("loan repayment", "debt"), ("loan repaymnt", "debt"), ("iqama fee", "debt"), ("возврат долга", "debt"), ("قرض", "debt"), ("qarz", "debt"),
        ("for his release", "ransom"), ("выкуп", "ransom"), ("фидия выкуп", "ransom"), ("تاوان", "ransom"), ("rescate", "ransom"),
        ("visa", "travel"), ("air ticket", "travel"), ("work permit", "travel"), ("umrah package", "travel"), ("за визу", "travel"), ("ویزا", "travel"),
        ("gift", "none"), ("spare parts", "none"), ("other", "none"), ("", "none"), (None, "none"), ("present", "none"), ("tent", "none"),
        ("wages", "none"), ("deposit", "none"),
    ],
)  # fmt: skip
def test_a_purpose_has_its_class(text: str | None, expected: str) -> None:
    assert purpose_class(text) == expected


def test_the_graver_class_wins_where_two_are_stated() -> None:
    assert purpose_class("family loan") == "debt"
    assert purpose_class("family, for his release") == "ransom"
    assert purpose_class("rent for school year") == "rent"


def test_a_short_word_must_be_written_right() -> None:
    assert purpose_class("rnet") == "none"
    assert purpose_class("gab") == "none"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trader", "trade"), ("Shopkeeper", "trade"), ("self-employed", "trade"), ("farmer", "trade"), ("предприниматель", "trade"),
        ("engineer", "skilled"), ("software developer", "skilled"), ("construction manager", "skilled"), ("бухгалтер", "skilled"),
        ("housewife", "unpaid"), ("pensioner", "unpaid"), ("pensoiner", "unpaid"), ("студент", "unpaid"), ("retired engineer", "skilled"),
        ("farm worker", "paid"), ("cleaner", "paid"), ("shop assistant", "paid"), ("водитель", "paid"), ("کارگر", "paid"),
        ("other", "none"), ("xyz", "none"), ("", "none"), (None, "none"),
    ],
)  # fmt: skip
def test_an_occupation_has_its_class_and_the_better_living_wins(text: str | None, expected: str) -> None:
    assert occupation_class(text) == expected
