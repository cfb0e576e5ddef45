"""Escorted or proxy remitter: visits are counted once, at counters or, weaker, in towns; small is by the pay of the country."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.transfer import PHONE
from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import pooled
from streams.typologies.ts_w02_escorted_or_proxy_remitter import TYPOLOGY

P = TYPOLOGY.parameters


def visits(*days: float, senders: int = 3, counter: int = 7, send: str = "KZ:Almaty", at: str = "w") -> View:
    rows = [
        pay(f"{at}{i}", f"family{i}", day + i / 1440, 120, send=send, pay="UZ:Namangan", counter=counter)
        for day in days
        for i in range(senders)
    ]
    return pooled(PHONE, rows)


def hits_of(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def test_two_batches_of_one_morning_are_one_visit() -> None:
    assert hits_of(visits(0.3, 0.6)) == []
    assert hits_of(visits(0.3, 0.9))


def test_two_visits_must_lie_within_sixty_days() -> None:
    assert hits_of(visits(0.3, 60.3))
    assert not hits_of(visits(0.3, 60.4))


def counters(*towns: str) -> View:
    rows = [
        pay(f"w{i}", f"family{i}", 20 * n + i / 1440, 120, send=town, pay="UZ:Namangan", counter=n + 1)
        for n, town in enumerate(towns)
        for i in range(3)
    ]
    return pooled(PHONE, rows)


def test_visits_to_two_counters_of_a_town_speak_weaker_and_in_two_towns_not_at_all() -> None:
    (hit,) = hits_of(counters("KZ:Almaty", "KZ:Almaty"))
    assert hit.strength == pytest.approx(0.45)
    assert hits_of(counters("KZ:Almaty", "KZ:Shymkent")) == []


def test_where_the_counter_is_not_told_the_town_speaks_weaker() -> None:
    known, (town,) = hits_of(visits(0.3, 9.3)), hits_of(visits(0.3, 9.3, counter=0))
    assert max(h.strength for h in known) == 0.6
    assert town.strength == pytest.approx(0.45)
    assert TYPOLOGY.explain(visits(0.3, 9.3), P, town, town.events).absent == ("counter of the sending agent",)
    assert hits_of(visits(0.3, 9.3, counter=0, send=":")) == []


def test_what_is_sent_from_home_has_no_counter() -> None:
    at_home = [
        pay(f"w{i}", f"family{i}", day + i / 1440, 120, send="KZ:Almaty", pay="UZ:Namangan", channel="wallet_to_wallet")
        for day in (0.3, 9.3)
        for i in range(3)
    ]
    assert hits_of(pooled(PHONE, at_home)) == []


def test_more_users_than_a_household_of_workers_are_an_agents_customers() -> None:
    assert hits_of(visits(0.3, 9.3, senders=25))
    assert not hits_of(visits(0.3, 9.3, senders=26))


def test_nobody_who_is_brought_is_a_subject() -> None:
    view = visits(0.3, 9.3)
    hit = hits_of(view)[0]
    assert set(TYPOLOGY.explain(view, P, hit, hit.events).parts.values()) == {"worker"}


def families(usd: float, send: str, count: int = 5) -> View:
    return view_of(
        "proxy", [pay("proxy", f"f{i}", 60 * n + i, usd, send=send, pay="UZ:Namangan") for n in range(2) for i in range(count)]
    )


def test_small_is_a_quarter_of_the_pay_of_the_country_of_sending() -> None:
    assert hits_of(families(1_124, "US:Chicago"))
    assert not hits_of(families(1_125, "US:Chicago"))
    unknown = families(99, "ZW:Harare")
    (hit,) = hits_of(unknown)[-1:]
    assert TYPOLOGY.explain(unknown, P, hit, hit.events).absent == ("usual pay in the country of sending",)
    assert not hits_of(families(100, "ZW:Harare"))


def test_the_proxy_is_the_one_to_look_at_and_no_family() -> None:
    view = families(90, "KZ:Almaty")
    hit = hits_of(view)[-1]
    parts = TYPOLOGY.explain(view, P, hit, hit.events).parts
    assert parts.pop(key_of("proxy")) == "controller"
    assert set(parts.values()) == {"recipient"}


def test_one_proxy_under_two_customer_numbers_is_seen_at_his_phone() -> None:
    rows = [pay(f"number{n}", f"f{i}", 60 * n + i, 90, send="KZ:Almaty", pay="UZ:Namangan") for n in range(2) for i in range(5)]
    assert not hits_of(pooled(PHONE, rows)), "two strangers with one phone"
    same = [_named(facts) for facts in rows]
    assert hits_of(pooled(PHONE, same))


def _named(facts: TransferFacts) -> TransferFacts:
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, name_keys=(b"the name",)))


def test_more_people_speak_like_more_visits() -> None:
    assert max(h.strength for h in hits_of(visits(0.3, 9.3))) == 0.6
    assert max(h.strength for h in hits_of(visits(0.3, 9.3, 18.3, 27.3))) == 0.8
    assert max(h.strength for h in hits_of(visits(0.3, 9.3, senders=6))) == 0.8


def test_the_visit_with_the_most_people_counts_and_of_one_name_only_one() -> None:
    def rows(day: float, senders: int) -> list[TransferFacts]:
        return [pay(f"w{i}", "x", day + i / 1440, 120, send="KZ:Almaty", pay="UZ:Namangan", counter=7) for i in range(senders)]

    assert max(h.measures["senders"] for h in hits_of(pooled(PHONE, [*rows(0.3, 5), *rows(9.3, 3)]))) == 5
    strangers = [*rows(0.3, 4), *rows(9.3, 3)]
    assert hits_of(pooled(PHONE, strangers))
    couple = {key_of("w0"), key_of("w1")}
    assert not hits_of(pooled(PHONE, [_named(facts) if facts.sender.key in couple else facts for facts in strangers]))


def test_a_visit_is_not_hidden_by_people_who_came_alone_before() -> None:
    alone = [pay(f"w{i}", "x", i / 10, 120, send="KZ:Almaty", pay="UZ:Namangan", counter=7) for i in range(3)]
    together = [
        pay(f"w{i}", "x", day + i / 1440, 120, send="KZ:Almaty", pay="UZ:Namangan", counter=7)
        for day in (5.3, 9.3)
        for i in range(3)
    ]
    assert max(h.strength for h in hits_of(pooled(PHONE, [*alone, *together]))) == 0.6


def test_families_in_one_town_are_not_hidden_by_one_in_another() -> None:
    here = [pay("proxy", f"f{i}", 60 * n + i, 90, send="KZ:Almaty", pay="UZ:Namangan") for n in range(2) for i in range(5)]
    elsewhere = [pay("proxy", "aunt", 3, 90, send="KZ:Almaty", pay="KG:Osh"), pay("proxy", "uncle", 4, 90, pay="UZ:Termez")]
    assert [h.measures["families"] for h in hits_of(view_of("proxy", [*here, *elsewhere]))] == [5]


def test_the_pay_of_the_country_of_the_last_payment_is_named_if_unknown() -> None:
    def absent(first: str, last: str) -> tuple[str, ...]:
        rows = [
            pay("proxy", f"f{i}", 60 * n + i, 90, send=last if (n, i) == (1, 4) else first, pay="UZ:Namangan")
            for n in range(2)
            for i in range(5)
        ]
        view = view_of("proxy", rows)
        hit = hits_of(view)[-1]
        return TYPOLOGY.explain(view, P, hit, hit.events).absent

    assert absent("KZ:Almaty", "ZW:Harare") == ("usual pay in the country of sending",)
    assert absent("ZW:Harare", "KZ:Almaty") == ()
