"""TS-F01: who is new, and from where a sender of unknown town pays."""

from schemas.observation import TransferFacts
from streams.domain.view import View
from streams.typologies.build import pay, view_of
from streams.typologies.ts_f01_funnel_corridor import PARAMETERS, gate, hits

HOMES = ["TR:Van", "TR:Van", "TR:Van", "TR:Van", "TR:Izmir"]


def ends(rows: list[TransferFacts]) -> list[int]:
    """How many senders each hit counts."""
    view: View = view_of("r", rows)
    return [int(h.measures["senders"]) for h in hits(view, PARAMETERS)] if gate(view, PARAMETERS) else []


def test_a_pair_that_dealt_before_the_window_is_old_however_soon_it_dealt_again() -> None:
    first = [pay(f"s{i}", "r", i, 30, send="NO:Bergen", pay="TR:Van") for i in range(2)]
    again = [pay(f"s{i}", "r", 20 + i, 500, send=f"DE:{town}") for i, town in enumerate(("Hamburg", "Munich"))]
    others = [pay(f"n{i}", "r", 33 + i, 500, send="DE:Berlin") for i in range(3)]
    assert ends([*again, *others]) == [5]
    assert ends([*first, *again, *others]) == []


def test_a_neighbour_whose_town_is_left_out_does_not_pay_from_elsewhere() -> None:
    def rows(homes: list[str]) -> list[TransferFacts]:
        return [pay(f"s{i}", "r", i, 500, send=home, pay="TR:Van") for i, home in enumerate(homes)]

    assert ends(rows(HOMES)) == []
    assert ends(rows(["TR:", *HOMES[1:]])) == []
    assert ends(rows(["TR:Izmir", *HOMES[1:]])) == [5]


def test_who_was_paid_by_as_many_last_eid_is_no_funnel_this_eid() -> None:
    # 9 June 2024 and 30 May 2025, each within the two weeks before Eid al-Adha.
    last, now = 100, 455
    towns = ["DE:Hamburg", "DE:Berlin", "DE:Munich", "TR:Izmir", "TR:Istanbul", "TR:Van", "FR:Lyon"]
    before = [pay(f"a{i}", "r", last + i, 600, send=towns[i], pay="TR:Van") for i in range(2)]
    for senders, hits_now in ((6, 0), (7, 1)):
        rows = [pay(f"b{i}", "r", now + i, 600, send=towns[i], pay="TR:Van") for i in range(senders)]
        assert len(ends([*before, *rows])) == hits_now
    assert len(ends([pay(f"b{i}", "r", now + i, 600, send=towns[i], pay="TR:Van") for i in range(5)])) == 1
