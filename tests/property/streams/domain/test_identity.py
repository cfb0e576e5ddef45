"""Forms of names, phones and numbers do not depend on how they are laid out."""

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.identity import alphanumeric
from streams.domain.names import kin_tokens, name_set, share_a_token
from streams.domain.phones import e164
from streams.domain.wording import purpose_class, relation_class

FIRST = ["Aziz", "Gulnora", "Umid", "Sajid", "Kausar", "Li", "Ana", "Азиз", "Гульнора", "ساجد", "کوثر"]
LAST = ["Toshmatov", "Karimova", "Akhtar", "Hussain", "Cheema", "Тошматов", "Исаева", "حسین", "Nguyễn", "O'Brien"]
NAMES = st.tuples(st.sampled_from(FIRST), st.sampled_from(LAST)).map(list)
# Russian as passports write it, letter for letter; the transliteration under test comes from anyascii.
LATIN = dict(zip("абвгдезиклмнопрстуфхш", "a b v g d e z i k l m n o p r s t u f kh sh".split(), strict=True))
WORDS = st.text(st.sampled_from(list(LATIN)), min_size=3, max_size=10)


@given(words=NAMES, upper=st.booleans(), gap=st.sampled_from([" ", "  ", ", ", " - ", "\t"]), turned=st.booleans())
def test_case_spaces_and_order_do_not_change_a_name(words: list[str], upper: bool, gap: str, turned: bool) -> None:
    plain = " ".join(words)
    other = gap.join(reversed(words) if turned else words)
    other = other.upper() if upper else other
    assert name_set(other) == name_set(plain)
    assert kin_tokens(other) == kin_tokens(plain)


@given(words=st.lists(WORDS, min_size=1, max_size=3))
def test_cyrillic_and_its_latin_spelling_are_one_name(words: list[str]) -> None:
    cyrillic = " ".join(words)
    latin = "".join(LATIN.get(letter, letter) for letter in cyrillic)
    assert name_set(latin) == name_set(cyrillic)
    assert kin_tokens(latin) == kin_tokens(cyrillic)


@given(first=st.text(max_size=20), second=st.text(max_size=20))
def test_a_tie_is_mutual_and_any_text_is_a_name(first: str, second: str) -> None:
    assert share_a_token(first, second) == share_a_token(second, first)
    assert share_a_token(first, first) == bool(kin_tokens(first))


@given(name=st.text(max_size=20))
def test_the_name_set_is_sorted_words_of_sorted_distinct_letters(name: str) -> None:
    words = name_set(name).split()
    assert words == sorted(words)
    assert all(list(word) == sorted(set(word)) and not set(word) & set("aeiouhv") for word in words)


@settings(max_examples=600)
@given(
    code=st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)), rest=st.text("0123456789", min_size=3, max_size=12)
)
def test_an_international_number_is_what_libphonenumber_says(code: int, rest: str) -> None:
    number = f"+{code}{rest}"
    try:
        expected = phonenumbers.format_number(phonenumbers.parse(number, None), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        expected = number[1:]
    assert e164(number) == expected


@given(digits=st.text("0123456789", min_size=7, max_size=12), data=st.data())
def test_brackets_spaces_and_hyphens_do_not_change_a_number(digits: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(digits) - 1))
    gap = data.draw(st.sampled_from([" ", "-", " - "]))
    assert e164(f"+7{digits[:cut]}{gap}{digits[cut:]}") == e164(f"+7{digits}")
    assert alphanumeric(f"{digits[:cut]}{gap}{digits[cut:]}") == digits


@given(text=st.text(max_size=40))
def test_any_text_has_a_class(text: str) -> None:
    assert relation_class(text) in ("spouse", "kin", "other", "none")
    assert purpose_class(text) in ("ransom", "debt", "dues", "rent", "tuition", "travel", "family", "none")


@given(
    text=st.sampled_from(["famly support", "loan repayment", "аренда", "iqama fee", "school fees"]),
    gap=st.text(" \t.,", max_size=3),
)
def test_case_and_punctuation_do_not_change_a_class(text: str, gap: str) -> None:
    assert purpose_class(gap + text.upper() + gap) == purpose_class(text) != "none"
