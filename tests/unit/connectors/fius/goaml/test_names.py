"""Names as a form can hold them."""

import re

import pytest

from connectors.fius.goaml.names import ascii_form, clean, in_alphabet, split

UAE = re.compile("[a-zA-Z0-9 .'-]*")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna Maria Lee", ("Anna Maria", "Lee")),
        ("Lee, Anna  Maria", ("Anna Maria", "Lee")),
        ("Mirlan", ("", "Mirlan")),
        (" a  b ", ("a", "b")),
        ("Lee,", ("", "Lee,")),
        ("", ("", "")),
    ],
)
def test_the_last_name_is_the_last_word_or_what_stands_before_a_comma(name: str, parts: tuple[str, str]) -> None:
    assert split(name) == parts


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Айгүл", "Aygul"),
        ("Smith & Sons", "Smith and Sons"),
        ("O’Neil", "O'Neil"),
        ("Müller-Öz", "Muller-Oz"),
        ("a/b_c", "a b c"),
    ],
)
def test_a_name_is_written_in_the_fius_alphabet_or_not_at_all(name: str, written: str) -> None:
    got = in_alphabet(name, UAE)
    assert UAE.fullmatch(got)
    assert got == written


def test_only_what_xml_cannot_carry_is_removed() -> None:
    assert clean("a\x00b\x0b\ud800\uffff\tc\nd🙂") == "ab\tc\nd🙂"


@pytest.mark.parametrize("mark", list("\u061c\u200b\u200e\u200f\u202a\u202c\u202d\u202e\u2066\u2069\ufeff"))
def test_no_letter_that_turns_or_hides_others_reaches_an_fiu(mark: str) -> None:
    assert clean(f"Ka{mark}rimov") == "Karimov"
    assert clean(f"کریم{mark}ی") == "کریمی"


def test_the_joiners_of_persian_words_stay() -> None:
    assert clean("می\u200cرود") == "می\u200cرود"


def test_ascii_keeps_line_ends() -> None:
    assert ascii_form("Жан\nа") == "Zhan\na"
