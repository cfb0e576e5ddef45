"""TS-F04 at its lines: countries and senders, what ties the countries together, collecting in two countries."""

import itertools
from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.view import View
from streams.episodes import build, extend
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_f04_multi_corridor_beneficiary import TYPOLOGY

P = TYPOLOGY.parameters
ROUTE = ("KG:Bishkek", "UZ:Tashkent", "TJ:Dushanbe", "TJ:Khujand")
APART = ("JP:Osaka", "CA:Toronto", "NO:Oslo", "NO:Bergen")


def paid(sends: tuple[str, ...], gap: float = 5, pays: tuple[str, ...] = ("MX:Tijuana",), **how: object) -> list[TransferFacts]:
    return [pay(f"s{i}", "r", i * gap, 700, send=s, pay=pays[i % len(pays)], **how) for i, s in enumerate(sends)]  # type: ignore[arg-type]


def of(rows: list[TransferFacts], *nations: str) -> list[TransferFacts]:
    """The same with the senders' nationalities."""
    pairs = zip(rows, nations, strict=True)
    return [msgspec.structs.replace(r, sender=msgspec.structs.replace(r.sender, nationality=n)) for r, n in pairs]


def seen(rows: list[TransferFacts]) -> View:
    return view_of("r", rows)


def found(rows: list[TransferFacts]) -> list[Hit]:
    view = seen(rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def strengths(rows: list[TransferFacts]) -> list[float]:
    return [h.strength for h in found(rows)]


def test_four_senders_in_three_countries_are_at_the_line() -> None:
    assert strengths(paid(ROUTE)) == [0.6]
    assert strengths(paid(ROUTE[:3])) == []
    assert strengths(paid(("KG:Bishkek", "KG:Osh", "TJ:Dushanbe", "TJ:Khujand"))) == []


def test_strength_is_full_at_three_times_the_senders() -> None:
    assert max(strengths(paid(ROUTE * 3, 2))) == 1.0


def test_one_sender_in_three_countries_is_one_sender() -> None:
    rows = [pay(f"s{i % 3}", "r", i, 700, send=s, pay="MX:Tijuana") for i, s in enumerate(ROUTE)]
    assert strengths(rows) == []


@pytest.mark.parametrize(("gap", "hits"), [(20, 1), (20.1, 0)])
def test_the_window_is_sixty_days(gap: float, hits: int) -> None:
    assert len(found(paid(ROUTE, gap))) == hits


@pytest.mark.parametrize(
    ("nations", "strength"), [(("ER", "ER", "", "ER"), 0.6), (("ER", "ER", "SE", "US"), 0.45), (("",) * 4, 0.45)]
)
def test_a_diaspora_is_one_nation_in_three_countries(nations: tuple[str, ...], strength: float) -> None:
    assert strengths(of(paid(APART), *nations)) == [strength]


def test_a_sender_in_the_same_country_adds_no_country_to_the_diaspora() -> None:
    assert strengths(of(paid(APART), "", "", "ER", "ER")) == [0.45]


def parts(rows: list[TransferFacts]) -> dict[bytes, str]:
    view = seen(rows)
    best = max(TYPOLOGY.hits(view, P), key=lambda h: h.strength)
    return TYPOLOGY.explain(view, P, best, best.events).parts


def test_only_a_receiver_whose_countries_are_tied_is_a_collector() -> None:
    assert parts(paid(ROUTE))[key_of("r")] == "collector"
    assert parts(of(paid(APART), *["ER"] * 4))[key_of("r")] == "collector"
    assert parts(paid(APART))[key_of("r")] == "recipient"
    assert parts(paid(APART))[key_of("s0")] == "payer"


def test_unknown_nationalities_are_said_to_be_absent() -> None:
    for rows, absent in ((paid(ROUTE), ("nationality of some senders",)), (of(paid(ROUTE), *"KUTT"), ())):
        view = seen(rows)
        best = next(TYPOLOGY.hits(view, P))
        assert TYPOLOGY.explain(view, P, best, best.events).absent == absent


COUNTERS = ("TR:Van", "IR:Urmia")


def collected(senders: int, gap: float = 5, pays: tuple[str, ...] = COUNTERS, **how: object) -> list[TransferFacts]:
    return paid(("DE:Hamburg",) * senders, gap, pays, **how)


def test_collecting_in_two_countries_needs_three_senders() -> None:
    assert strengths(collected(3)) == [0.6]
    assert strengths(collected(2)) == []
    assert max(strengths(collected(9, 2))) == 1.0


def test_collecting_in_two_towns_of_a_country_is_nothing() -> None:
    assert strengths(collected(3, pays=("TR:Van", "TR:Istanbul"))) == []


@pytest.mark.parametrize(("gap", "hits"), [(15, 1), (15.1, 0)])
def test_collecting_has_a_window_of_thirty_days(gap: float, hits: int) -> None:
    assert len(found(collected(3, gap))) == hits


def test_two_countries_on_no_route_are_weak() -> None:
    assert strengths(collected(3, pays=("JP:Osaka", "CA:Toronto"))) == [0.45]


@pytest.mark.parametrize(
    ("channel", "hits"), [("wallet_to_cash", 1), ("account_to_cash", 1), ("cash_to_wallet", 0), ("bank_transfer", 0)]
)
def test_only_money_handed_out_at_a_counter_is_collected(channel: str, hits: int) -> None:
    assert len(found(collected(3, channel=channel))) == hits


def test_a_country_filled_in_from_an_earlier_transfer_is_not_collected_in() -> None:
    before = pay("x", "r", -300, 50, send="DE:Hamburg", pay="AE:Dubai")
    rows = [
        before,
        *collected(2, pays=("TR:Van",)),
        *[msgspec.structs.replace(r, pay_place=type(r.pay_place)("", "")) for r in collected(4)[2:]],
    ]
    assert strengths(rows) == []


@pytest.mark.parametrize("how", [{"purpose": "rent"}, {"relation": "spouse"}, {"channel": "payroll"}, {"channel": "card"}])
def test_rent_kin_wages_and_cards_do_not_count(how: dict[str, Any]) -> None:
    assert strengths(paid(ROUTE, **how)) == []
    assert strengths(collected(4, **how)) == []


def test_a_business_with_mixed_sums_is_no_beneficiary() -> None:
    rows = [pay(f"s{i}", "r", i, 300 * 3**i, send=s, pay="MX:Tijuana") for i, s in enumerate(ROUTE)]
    firm = [msgspec.structs.replace(r, receiver=msgspec.structs.replace(r.receiver, is_person=False)) for r in rows if r.receiver]
    assert strengths(rows) == [0.6]
    assert strengths(firm) == []


def test_facets_name_route_and_newness_only_where_they_hold() -> None:
    def facets(rows: list[TransferFacts]) -> set[str]:
        return set(itertools.chain.from_iterable(h.facets for h in found(rows)))

    old = [pay(f"s{i}", "r", -100, 50, send=s, pay="MX:Tijuana") for i, s in enumerate(ROUTE[:2])]
    assert facets(paid(ROUTE)) == {"corridor", "newness"}
    assert facets([*old, *paid(ROUTE)]) == {"corridor"}
    assert facets(paid(APART)) == {"newness"}


def test_a_club_lowers_the_finding() -> None:
    club = [*paid(ROUTE), *[pay("r", f"s{i}", 30 + i, 700, send="MX:Tijuana", pay=s) for i, s in enumerate(ROUTE)]]
    view = seen(club)
    finding = build(view, TYPOLOGY, extend([], TYPOLOGY.hits(view, P), TYPOLOGY.window_ms)[0], None, 0)
    assert [s.name for s in finding.suppressors] == ["savings_club"]
    assert finding.score == pytest.approx(0.4 * 0.6 * 0.2)


def test_the_explanation_speaks_of_the_form_that_holds() -> None:
    for rows, words, names in (
        (paid(ROUTE), "4 people who are not kin of the receiver paid from 3 countries (4 payments within", ["min_send_countries", "min_senders"]),
        (
            [pay(f"s{i}", "r", i, 700, send="RU:Moscow", pay=to) for i, to in enumerate(("KG:Osh", "TJ:Khujand", "KG:Osh"))],
            "The receiver collected money of 3 people who are not kin in 2 countries within",
            ["min_pay_countries", "min_pay_senders"],
        ),
    ):  # fmt: skip
        view = seen(rows)
        hit = found(rows)[-1]
        told = TYPOLOGY.explain(view, P, hit, hit.events)
        assert words in told.reason
        assert [n.name for n in told.numbers] == names
