from itertools import permutations

import pytest

from schemas.transfer import PHONE, Identifier, Place
from streams.domain.profile import Profile, Profiles

TOLD = (
    Profile(True, "KG", 0, (b"a",), (), (Place("KG", "osh"),), 1),
    Profile(True, "", 19_000, (b"b",), (Identifier(PHONE, b"p"),), (), 2),
    Profile(True, "", 18_000, (b"a",), (), (Place("KG", "osh"), Place("RU", "")), 0),
)


@pytest.mark.parametrize("order", list(permutations(TOLD)))
def test_what_several_tell_of_one_party_adds_up_whoever_tells_last(order: tuple[Profile, ...]) -> None:
    known = Profiles()
    for profile in order:
        known.update({b"k": profile})
    places = (Place("KG", "osh"), Place("RU", ""))
    assert known[b"k"] == Profile(True, "KG", 18_000, (b"a", b"b"), (Identifier(PHONE, b"p"),), places, 2)


def test_what_is_known_already_is_not_encoded_anew() -> None:
    known = Profiles()
    known.update({b"k": TOLD[0]})
    packed = known.packed()
    known.update({b"k": TOLD[0]})
    assert known.packed() is packed
