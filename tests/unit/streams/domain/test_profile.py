from itertools import permutations

import msgspec
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


@pytest.mark.parametrize("count", [3, 15, 16, 40, 65_535, 65_536])
def test_profiles_that_came_one_by_one_are_stored_like_profiles_that_came_together(count: int) -> None:
    together, one_by_one = {n.to_bytes(16): TOLD[n % 3] for n in range(count)}, Profiles()
    for number, (party, profile) in enumerate(together.items()):
        one_by_one[party] = profile
        if count < 100 or number in (7, 65_534):
            one_by_one.packed()
    assert one_by_one.packed() == msgspec.msgpack.encode(together)
    assert dict(Profiles(one_by_one.packed()).items()) == together
