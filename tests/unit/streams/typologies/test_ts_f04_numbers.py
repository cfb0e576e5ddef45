"""TS-F04: its measures, sentences and strengths by hand, for both forms and all that ties countries together."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_f04_multi_corridor_beneficiary import TYPOLOGY

P = TYPOLOGY.parameters
ROUTE = ("KG:Bishkek", "UZ:Tashkent", "TJ:Dushanbe", "TJ:Khujand", "KG:Osh")
APART = ("JP:Osaka", "CA:Toronto", "NO:Oslo", "NO:Bergen", "JP:Kobe")


def paid(
    sends: tuple[str, ...], pays: tuple[str, ...] = ("MX:Tijuana",), gap: float = 2, nation: str = ""
) -> list[TransferFacts]:
    rows = [pay(f"s{i}", "r", i * gap, 700, send=s, pay=pays[i % len(pays)]) for i, s in enumerate(sends)]
    return [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, nationality=nation)) for f in rows]


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = view_of("r", rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def told(rows: list[TransferFacts]) -> Explanation:
    best = found(rows)[-1]
    return TYPOLOGY.explain(view_of("r", rows), P, best, best.events)


def numbers(explanation: Explanation) -> list[tuple[str, float, float, int]]:
    return [(n.name, n.observed, n.line, len(n.transfers)) for n in explanation.numbers]


def test_paid_from_many_countries_every_measure_by_hand() -> None:
    rows = [*paid(ROUTE, nation="KG"), pay("s0", "r", 20, 50, send="", pay="MX:Tijuana")]
    hit = found(rows)[-1]
    assert hit.measures == {
        "senders": 5, "send_countries": 3, "pay_countries": 1, "collected": False, "on_route": True, "diaspora": True, "new_share": 1,
        "known": 5, "payments": 6,
    }  # fmt: skip
    assert hit.strength == 0.65  # five of four
    assert hit.facets == ("corridor", "newness")
    why = told(rows)
    assert why.reason == (
        "5 people who are not kin of the receiver paid from 3 countries (6 payments within 60 days); the countries lie on one known route "
        "and share a diaspora."
    )
    assert numbers(why) == [("min_send_countries", 3, 3, 6), ("min_senders", 5, 4, 0)]
    assert why.parts == {key_of("r"): "collector"} | {key_of(f"s{i}"): "payer" for i in range(5)}
    assert why.absent == ()


def test_collected_in_several_countries_every_measure_by_hand() -> None:
    rows = paid(("DE:Hamburg",) * 4, ("TR:Van", "IR:Urmia"))
    hit = found(rows)[-1]
    assert hit.measures == {
        "senders": 4, "send_countries": 1, "pay_countries": 2, "collected": True, "on_route": True, "diaspora": False, "new_share": 1,
        "known": 0, "payments": 4,
    }  # fmt: skip
    assert hit.strength == 0.6667  # four of three
    why = told(rows)
    assert why.reason == (
        "The receiver collected money of 4 people who are not kin in 2 countries within 30 days; the countries lie on one known route."
    )
    assert numbers(why) == [("min_pay_countries", 2, 2, 4), ("min_pay_senders", 4, 3, 0)]
    assert why.absent == ("nationality of some senders",)


def test_what_ties_the_countries_is_said() -> None:
    assert told(paid(ROUTE[:4])).reason.endswith("; the countries lie on one known route.")
    assert told(paid(APART[:4], nation="ER")).reason.endswith("; the countries share a diaspora.")
    assert told(paid(APART[:4])).reason.endswith("; nothing known ties the countries together.")
    apart = told(paid(("DE:Hamburg",) * 3, ("JP:Osaka", "CA:Toronto")))
    assert apart.reason.endswith("in 2 countries within 30 days; nothing known ties the countries together.")
    assert apart.parts[key_of("r")] == "recipient"


def test_three_countries_of_which_two_lie_on_one_route_are_not_tied() -> None:
    hit = found(paid(("KG:Bishkek", "UZ:Tashkent", "JP:Osaka", "JP:Kobe")))[-1]
    assert (hit.strength, hit.measures["on_route"], hit.facets) == (0.45, False, ("newness",))
    hit = found(paid((*ROUTE[:3], "JP:Kobe")))[-1]
    assert (hit.strength, hit.measures["on_route"]) == (0.6, True)


def test_collected_in_two_countries_one_of_them_on_a_route_is_not_tied() -> None:
    hit = found(paid(("DE:Hamburg",) * 3, ("TR:Van", "JP:Osaka")))[-1]
    assert (hit.strength, hit.measures["on_route"], hit.facets) == (0.45, False, ("newness",))


def test_a_diaspora_is_none_where_the_money_is_collected() -> None:
    # Nationals of one country pay from three; it is handed out in two that nothing ties together.
    rows = paid(("KG:Osh", "JP:Osaka", "CA:Toronto"), ("JP:Osaka", "NO:Oslo"), nation="ER")
    assert [(h.strength, h.measures["collected"], h.measures["diaspora"]) for h in found(rows)] == [(0.45, True, False)]


def test_a_country_that_is_left_out_is_no_country() -> None:
    # s0 and s1 have no other transfers that would say where they are.
    assert found(paid(("", "", "KG:Osh", "UZ:Termez"))) == []
    assert len(found(paid(("", "TJ:Khujand", "KG:Osh", "UZ:Termez")))) == 1


def test_who_is_paid_from_two_countries_in_two_others_is_no_beneficiary_of_many() -> None:
    rows = [
        msgspec.structs.replace(f, channel="bank_transfer")
        for f in paid(("KG:Osh", "UZ:Termez") * 3, ("MX:Tijuana", "US:Phoenix"))
    ]
    assert TYPOLOGY.gate(view_of("r", rows), P)
    assert found(rows) == []


def test_what_the_receiver_pays_to_others_is_not_collected() -> None:
    came = [msgspec.structs.replace(f, channel="bank_transfer") for f in paid(("KG:Osh",) * 3, ("MX:Tijuana", "US:Phoenix"))]
    went = [pay("r", f"o{i}", 10 + i, 700, send="MX:Tijuana", pay=to) for i, to in enumerate(("TR:Van", "IR:Urmia", "TR:Van"))]
    assert TYPOLOGY.gate(view_of("r", [*came, *went]), P)
    assert found([*came, *went]) == []


def test_of_those_whose_country_is_left_out_only_the_others_are_counted() -> None:
    hit = found(paid(("", *ROUTE[:3], "")))[-1]
    assert (hit.measures["senders"], hit.measures["send_countries"], hit.measures["payments"]) == (5, 3, 5)


@pytest.mark.parametrize(("before", "share"), [(60, 1.0), (60.01, 0.75)])
def test_a_pair_is_old_that_dealt_more_than_sixty_days_before(before: float, share: float) -> None:
    for rows in (paid(ROUTE[:4]), paid(("DE:Hamburg",) * 4, ("TR:Van", "IR:Urmia"))):
        old = pay("s0", "r", -before, 50, send="KG:Osh", pay="TR:Van", channel="card")
        assert found([old, *rows])[-1].measures["new_share"] == share


@pytest.mark.parametrize(("old", "facets"), [(3, ("corridor", "newness")), (4, ("corridor",))])
def test_seven_of_ten_new_pairs_are_the_facet(old: int, facets: tuple[str, ...]) -> None:
    before = [pay(f"s{i}", "r", -100, 50, send="KG:Osh", pay="MX:Tijuana") for i in range(old)]
    assert found([*before, *paid(ROUTE * 2)])[-1].facets == facets


def test_every_payment_from_the_line_on_makes_a_finding() -> None:
    assert [len(h.events) for h in found(paid((*ROUTE, "KG:Osh")))] == [4, 5, 6]
    assert [len(h.events) for h in found(paid(("DE:Hamburg",) * 5, ("TR:Van", "IR:Urmia")))] == [3, 4, 5]
