"""What is too quiet to be judged could not have passed any gate; what was said of an occupation is kept."""

from collections.abc import Callable

import msgspec
import pytest

from schemas.transfer import PARTY, Place
from streams.domain.profile import Profile
from streams.domain.quiet import is_quiet
from streams.domain.view import View
from streams.typologies import CATALOGUE
from streams.typologies.build import pay, view_of

EXAMPLES = [pytest.param(e.build, id=f"{t.id}: {e.what}") for t in CATALOGUE for e in t.examples]


def gated(view: View) -> list[str]:
    return [t.id for t in CATALOGUE if t.gate(view, t.parameters)]


@pytest.mark.parametrize("build", EXAMPLES)
def test_a_party_that_passes_a_gate_is_not_quiet(build: Callable[[], View]) -> None:
    view = build()
    if view.kind == PARTY and is_quiet(view.state):
        assert gated(view) == []


@pytest.mark.parametrize("transfers", range(2, 7))
@pytest.mark.parametrize("counters", [1, 2])
@pytest.mark.parametrize("payees", [1, 2])
def test_who_pays_one_or_two_people_is_quiet_only_if_no_gate_opens(transfers: int, counters: int, payees: int) -> None:
    for relation in ("none", "kin", "other"):
        for step in (0.5, 3):
            rows = [
                pay(
                    "s",
                    f"r{i % payees}",
                    i * step,
                    4000,
                    relation=relation,
                    counter=i % counters + 1,
                    purpose=("family", "rent")[i % 2],
                )
                for i in range(transfers)
            ]
            view = view_of("s", rows)
            assert not is_quiet(view.state) or gated(view) == []


def test_of_two_occupations_the_better_living_is_kept() -> None:
    side, place = pay("s", "r", 0, 1).sender, Place("DE", "hamburg")
    known = Profile(True, "", 0, side.name_keys, (), (place,))
    paid = known.absorb(msgspec.structs.replace(side, living=2), place)
    assert paid.living == 2
    assert paid.absorb(msgspec.structs.replace(side, living=1), place) is paid
    assert paid.absorb(side, place) is paid
    assert paid.absorb(msgspec.structs.replace(side, living=4), place).living == 4
