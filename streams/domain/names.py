"""Names across Latin, Cyrillic and Arabic script: the name set for matching people and the token forms for kin.

Name set, version 1: one form for every usual spelling of a name. Vowels are dropped, so brother and sister can share it (Karim
and Karima Salimov): it identifies nobody without a birth date, a phone or a document.
"""

import re
from functools import lru_cache

from anyascii import anyascii

NAME_SET_VERSION = 1
# Letters of Arabic script that spell one sound in Arabic, Persian, Urdu or Kurdish names; "" where they are vowels or silent.
_ARABIC = str.maketrans(
    {letter: latin for latin, letters in {
        "s": "ثصش", "z": "ذضظ", "h": "حہھهخ", "": "عئءوؤیيےىةۃ", "n": "ں", "t": "ٹط", "d": "ڈ", "r": "ڑ", "c": "چ", "g": "غ", "j": "ژ", "k": "ق",
    }.items() for letter in letters}
)  # fmt: skip
_SPELLINGS = tuple(pair.split(">") for pair in "kh>h gh>g zh>j dzh>j dj>j sh>s ch>c ts>c ph>f th>t ck>k q>k x>ks w>v y>i".split())
_DROPPED = str.maketrans("", "", "aeiouhv")
_LETTERS = re.compile("[a-z]+")
# Endings that differ between members of one family: -ov/-ova, -ev/-iev/-eva (as -off too), and of patronymics -ovich/-ovna.
_ENDING = re.compile("(?<=..)i?(?:[oe](?:v|ff)a?|[oe]v(?:ic|na))$")
_DOUBLED = re.compile(r"(.)\1+")
_ALIKE = str.maketrans("eo", "iu")
_MIN_LETTERS = 3  # DEF: Li and Lu are not one name
_MIN_CONSONANTS = 3  # typologies A7, "Kin": three consonants or equality
# Particles and honorifics that unrelated people share: child of, father of, the, of, honoured one. DEF; in the form of `_spelled`.
_PARTICLES = frozenset(
    "al el ul ud ad as ash ar an bin ibn ben bint binti bte abu abd abdul de del della der den di da do dos das du la le las los van von zu san santa "
    "ogli oglu ogly uli uulu ulu kizi kyzy kiz zada zoda mir haji hajji haj mullah mulla maulana mohammad mohammed muhammad muhammed mohamed muhamad "
    "mohamad md mohd mr mrs ms dr ltd llc inc co corp gmbh pty plc ooo llp fze fzco too tov and the of i y e".split()
)


def _spelled(name: str) -> list[str]:
    """Tokens of a name in one Latin spelling, lower case, in the order written."""
    latin = name if name.isascii() else anyascii(name.translate(_ARABIC))
    return [_unified(token) for token in _LETTERS.findall(latin.lower())]


# Kept by token, not by name: names are new every day, the first and family names they are made of are not.
@lru_cache(maxsize=32_768)
def _unified(token: str) -> str:
    for old, new in _SPELLINGS:
        token = token.replace(old, new)
    return token


@lru_cache(maxsize=16_384)
def name_set(name: str) -> str:
    """The name set of a name in any script: "brs dm" for Umid Sobirov and Умид Собиров.

    Source  cooperation model 2.3, version 1; recall on the case set 0.994
    """
    sets = ("".join(sorted(set(token.translate(_DROPPED)))) for token in _spelled(name))
    return " ".join(sorted(letters for letters in sets if letters))


@lru_cache(maxsize=16_384)
def kin_tokens(name: str) -> frozenset[str]:
    """Distinct forms of a name's tokens, equal for what members of one family share.

    A token with three or more consonants is reduced to them, without its family ending; a shorter one stands as it is, marked "=".
    Particles, honorifics and company endings are left out: unrelated people share them.
    """
    return frozenset([_kin_form(token) for token in _spelled(name) if token not in _UNIFIED_PARTICLES])


def share_a_token(first: str, second: str) -> bool:
    """Whether two names have a token in common that ties them, in any order of words and any script."""
    return not kin_tokens(first).isdisjoint(kin_tokens(second))


@lru_cache(maxsize=32_768)
def _kin_form(token: str) -> str:
    stem = _ENDING.sub("", token)
    consonants = _DOUBLED.sub(r"\1", stem.translate(_DROPPED))
    if len(consonants) >= _MIN_CONSONANTS:
        return consonants
    # Equality, but not of spelling: Omar and Umar, Ruzi and Ruz, Cheema and Chima are one.
    alike = _DOUBLED.sub(r"\1", stem.translate(_ALIKE))
    shorter = alike.rstrip("aiu")
    return "=" + (shorter if len(shorter) >= _MIN_LETTERS else alike)


_UNIFIED_PARTICLES = frozenset(_unified(particle) for particle in _PARTICLES)
