"""Every letter that is printed is in the font, whatever script a name is written in."""

import random
import unicodedata

import pytest

from connectors.fius.portal.fonts import face, is_rtl, printable, visual_runs, width

SCRIPTS = {
    "latin": "ABCxyzÀéßøŁžșĞıİŸđǧơ", "cyrillic": "АБЯбящЁёЇїЄҐЎўҚқҒғҲҳҶҷӢӯӮҢңҰұҮүӨөҺһІі", "greek": "ΑΩαωςάώ",
    "arabic": "ابجدهوزحطيكلمنسعفصقرشتثخذضظغءآأؤإئىة", "persian": "پچژگکیۀٔ", "urdu": "ٹڈڑںھہےۓۃ", "pashto": "ټډړښږڼۍېګځڅ", "uyghur": "ئەېۆۈۋڭ",
    "devanagari": "अआकखगषज्ञि", "chinese": "王伟李娜张", "korean": "김이박", "japanese": "たなかアオ", "thai": "กขคงจ", "armenian": "ԱԲԳաբգ",
    "georgian": "აბგდე", "hebrew": "אבגדה", "ethiopic": "ሀለሐመ", "emoji": "😀🚩", "marks": "\u0301\u064b\u0651", "joiners": "\u200c\u200d",
    "turners": "\u202e\u2066\u200f\u061c", "controls": "\x00\x07\x1b\ufeff\ue000",
}  # fmt: skip


def names() -> list[str]:
    """A thousand invented names, of one script or mixed."""
    draw = random.Random(5)
    pools = list(SCRIPTS.values())
    return [
        "".join(draw.choice(draw.choice(pools) if draw.random() < 0.1 else pool) for _ in range(12))
        for pool in pools
        for _ in range(50)
    ]


@pytest.mark.parametrize("style", ["", "B"])
def test_no_name_of_any_script_prints_an_empty_box(style: str) -> None:
    font = face(style).font
    for name in names():
        for run, is_turned in visual_runs(printable(name), False):
            for letter in run:
                assert ord(letter) in font.cmap, (name, letter)
            if is_turned:
                infos, _ = font.perform_harfbuzz_shaping(run, 10, None)
                assert all(info.codepoint != 0 for info in infos), (name, run)


@pytest.mark.parametrize("script", ["latin", "cyrillic", "greek", "arabic", "persian", "urdu", "pashto", "uyghur"])
def test_scripts_the_font_has_are_printed_as_they_are(script: str) -> None:
    assert printable(SCRIPTS[script]) == unicodedata.normalize("NFC", SCRIPTS[script])


@pytest.mark.parametrize(
    "script", ["devanagari", "chinese", "korean", "japanese", "thai", "armenian", "georgian", "hebrew", "ethiopic"]
)
def test_other_scripts_are_transliterated_and_marked(script: str) -> None:
    said = printable(f"Mr {SCRIPTS[script]} 7")
    assert said.isascii()
    assert said.startswith("Mr ") and said.endswith("* 7")


@pytest.mark.parametrize("turner", SCRIPTS["turners"])
def test_a_name_cannot_turn_the_line_it_stands_in(turner: str) -> None:
    assert printable(f"Ivan{turner}Petrov") == "IvanPetrov"


def test_a_letter_and_its_mark_become_one() -> None:
    assert printable("Жеты\u0306 o\u0308") == "Жеты̆ ö"
    assert printable("и\u0306") == "й"


def test_the_pieces_of_a_line_hold_every_letter_once() -> None:
    for name in names():
        line = f"P1 {printable(name)} (2026-01-05) {printable(name)[::-1]}"
        for is_turned in (False, True):
            assert sorted("".join(run for run, _ in visual_runs(line, is_turned))) == sorted(line)


def test_joined_letters_are_narrower_than_they_are_alone() -> None:
    assert is_rtl("سلام")
    assert 0 < width("سلام", 10, False) < sum(width(letter, 10, False) for letter in "سلام")
    assert width("ab", 10, False) == pytest.approx(width("a", 10, False) + width("b", 10, False))


def test_a_bracket_opened_among_letters_from_right_to_left_is_closed_among_them() -> None:
    _, *among, (after, _) = visual_runs("P3 شخص (زیر 18 سال) x", False)
    assert "".join(run for run, _ in among).count(")") == 1
    assert after == " x"
    assert visual_runs("(نور)", False) == (("(", False), ("نور", True), (")", False))
