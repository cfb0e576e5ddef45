"""Names across scripts: the name set and what ties kin."""

import pytest

from streams.domain.names import kin_tokens, name_set, share_a_token


@pytest.mark.parametrize(
    ("expected", "spellings"),
    [
        ("brs dm", ["Umid Sobirov", "Umid Sobriov", "Умид Собиров", "SOBIROV, Umid"]),
        ("djms mr", ["Jamshed Rahimov", "Dzhamshed Rakhimov", "Джамшед Рахимов"]),
        ("dks jnr", ["Yerzhan Sadykov", "Erzhan Sadykov", "Ержан Садыков"]),
        ("djs ns", ["Sajid Hussain", "ساجد حسین"]),
        ("krs rt", ["Kausar Akhtar", "Kausar Akhatr", "کوثر اختر"]),
        ("dkr", ["Hiwa Qadir", "هیوا قادر"]),
        ("gn n n", ["Nguyen Van An", "NGUYỄN VĂN AN"]),
        ("", ["", "  ", "123 !", "Aeiou"]),
    ],
)
def test_spellings_of_one_name_share_their_name_set(expected: str, spellings: list[str]) -> None:
    assert {name_set(spelling) for spelling in spellings} == {expected}


def test_brother_and_sister_share_the_name_set_so_it_identifies_nobody_alone() -> None:
    assert name_set("Karim Salimov") == name_set("Karima Salimova") == "kmr lms"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Aziz Toshmatov", "Gulnora Toshmatova"),
        ("Азиз Тошматов", "Gulnora TOSHMATOVA"),
        ("Toshmatov Aziz", "Gulnora Toshmatova"),
        ("Parvina Murodova", "MURODOFFA Shahlo"),
        ("Kanat Isaev", "Чынгыз Исаев"),
        ("Kanat Isayev", "Чынгыз Исаев"),
        ("Sherzad Omarov", "Zafar Umarov"),
        ("Naveed Cheema", "Ghulam Chima"),
        ("Esmat Wardak", "Samir Sharif Wardak"),
        ("Aleksey Karimovich", "Karim Aliev"),
        ("Kim Un", "Kim Jong"),
    ],
)
def test_a_shared_family_name_ties_in_any_script_order_and_ending(first: str, second: str) -> None:
    assert share_a_token(first, second)
    assert share_a_token(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Aziz Toshmatov", "Gulnora Karimova"),
        ("Bilal Al-Hassan", "Omar Al-Tayeb"),
        ("Muhammad Bilal", "Mohammed Qasim"),
        ("Asan uulu Bakyt", "Nurlan uulu Daniyar"),
        ("Li Wei", "Lu Min"),
        ("Ali Reza", "Lola Rozi"),
        ("", ""),
    ],
)
def test_particles_honorifics_and_short_likenesses_do_not_tie(first: str, second: str) -> None:
    assert not share_a_token(first, second)


def test_a_token_needs_three_consonants_to_be_compared_by_them() -> None:
    assert kin_tokens("Toshmatov") == {"tsmt"}
    assert kin_tokens("Salim Lola") == {"slm", "=lul"}


def test_a_name_that_is_nothing_but_an_ending_keeps_its_letters() -> None:
    assert kin_tokens("Ova Ev") == {"=uva", "=iv"}
