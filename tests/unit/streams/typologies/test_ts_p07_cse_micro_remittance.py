"""Micro remittances: the payer is looked at and nobody else; what is not known weakens; one person counts once."""

import msgspec
import pytest

from schemas.case import SUBJECT_ROLES
from schemas.observation import TransferFacts
from streams.domain.entity import Story
from streams.domain.event import DAY_MS
from streams.domain.roles import roles_of
from streams.episodes import build, evidence_of, extend
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_p07_cse_micro_remittance import TYPOLOGY

P = TYPOLOGY.parameters


def sent(day: float, to: str, usd: float = 80, **how: str) -> TransferFacts:
    said = {"send": "AU:Melbourne", "pay": "PH:Cebu", "nationality": "AU"} | how
    return pay("man", to, day, usd, **said)  # type: ignore[arg-type]


def hits_of(rows: list[TransferFacts], who: str = "man", stories: dict[str, Story] | None = None) -> list[Hit]:
    view = view_of(who, rows, stories)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def noon(count: int, step: float = 10) -> list[TransferFacts]:
    return [sent(step * i + 0.5, f"r{i % 3}") for i in range(count)]


def test_five_payments_to_three_people_are_at_the_threshold() -> None:
    (hit,) = hits_of(noon(5))
    assert hit.strength == 0.6
    assert (hit.measures["payments"], hit.measures["receivers"]) == (5, 3)
    assert hits_of(noon(4)) == []


def test_nights_and_school_labels_each_strengthen() -> None:
    by_day = max(h.strength for h in hits_of(noon(6)))
    at_night = max(h.strength for h in hits_of([sent(10 * i + 0.95, f"r{i % 3}") for i in range(6)]))
    labelled = max(h.strength for h in hits_of([sent(10 * i + 0.5, f"r{i % 3}", purpose="tuition") for i in range(6)]))
    assert at_night == labelled == pytest.approx(by_day + 0.1)


def test_a_payer_of_unknown_nationality_is_weaker_and_it_is_said() -> None:
    rows = [sent(10 * i + 0.5, f"r{i % 3}", nationality="") for i in range(5)]
    (hit,) = hits_of(rows)
    assert hit.strength == pytest.approx(0.48)
    assert TYPOLOGY.explain(view_of("man", rows), P, hit, hit.events).absent == ("nationality of the payer",)
    known = hits_of([*rows[:4], sent(40.5, "r1")])
    assert known[0].strength == 0.6, "said once is remembered"


def test_one_person_who_comes_under_two_numbers_counts_once() -> None:
    rows = []
    for index, facts in enumerate(noon(6)):
        assert facts.receiver is not None
        name = b"Ramon" if index % 3 else b"Maria"
        rows.append(msgspec.structs.replace(facts, receiver=msgspec.structs.replace(facts.receiver, name_keys=(name,))))
    assert len({f.receiver.key for f in rows if f.receiver}) == 3
    assert hits_of(rows) == []


def test_what_the_other_payer_told_lies_within_sixty_days_too() -> None:
    rows = [pay(f"m{i}", "one", 10 + i, 90, send="GB:London", pay="KE:Nairobi", nationality="GB") for i in range(2)]

    def told(step: int) -> Story:
        return Story(tuple((START_MS + step * n * DAY_MS, 9_000, key_of("x"), "GB", "KE", False) for n in range(5)))

    assert hits_of(rows, "one", {"m0": told(15), "m1": told(15)})
    assert not hits_of(rows, "one", {"m0": told(15), "m1": told(16)})


def test_a_median_of_three_hundred_dollars_is_too_much() -> None:
    sums = (299.99, 299.99, 299.99, 900, 900)
    assert hits_of([sent(10 * i + 0.5, f"r{i % 3}", usd) for i, usd in enumerate(sums)])
    assert not hits_of([sent(10 * i + 0.5, f"r{i % 3}", usd) for i, usd in enumerate((299.99, 299.99, 300, 900, 900))])


def test_a_shared_receiver_needs_what_the_other_payer_told_and_is_known_no_earlier() -> None:
    rows = [pay(f"m{i}", "one", 10 + i, 90, send="GB:London", pay="KE:Nairobi", nationality="GB") for i in range(2)]
    view = view_of("one", rows)
    assert TYPOLOGY.gate(view, P) and TYPOLOGY.asks is not None
    assert TYPOLOGY.asks(view, P) == {key_of("m0"), key_of("m1")}
    assert hits_of(rows, "one") == []
    told = Story(tuple((START_MS + 10 * n * DAY_MS, 9_000, key_of("x"), "GB", "KE", False) for n in range(5)))
    assert hits_of(rows, "one", {"m0": told}) == []
    (hit,) = hits_of(rows, "one", {"m0": told, "m1": told})
    assert hit.at_ms == START_MS + 40 * DAY_MS


def test_the_payer_alone_is_a_subject() -> None:
    rows = noon(12, step=5)
    view = view_of("man", rows)
    episodes = extend([], TYPOLOGY.hits(view, P), TYPOLOGY.window_ms)
    finding = build(view, TYPOLOGY, episodes[0], None, 0)
    roles = {p.key: p.role for p in roles_of([finding], [evidence_of(e) for e in view.events])}
    assert roles.pop(key_of("man")) in SUBJECT_ROLES
    assert set(roles.values()) == {"unknown"} and len(roles) == 3
    assert finding.score >= 0.6, "twelve payments in two months are reported without another pattern"
    assert finding.facets == ("corridor", "newness")


def test_payments_and_receivers_over_the_threshold_both_strengthen() -> None:
    spread = hits_of([sent(8 * i + 0.5, f"r{i}") for i in range(6)])
    assert [h.strength for h in spread] == [0.7333, 0.84]
    assert [h.measures["receivers"] for h in spread] == [5, 6]
    assert [h.strength for h in hits_of(noon(6))] == [0.6, 0.64]


def test_two_payers_of_one_receiver_are_at_the_line_and_four_are_twice_it() -> None:
    rows = [pay(f"m{i}", "one", 41.5 + i, 90, send="GB:London", pay="KE:Nairobi", nationality="GB") for i in range(4)]
    told = Story(tuple((START_MS + 10 * n * DAY_MS, 9_000, key_of("x"), "GB", "KE", False) for n in range(5)))
    hits = hits_of(rows, "one", {f"m{i}": told for i in range(4)})
    assert [h.strength for h in hits] == [0.6, 0.7, 0.8]
    assert {h.measures["receivers"] for h in hits} == {1}


def test_it_is_known_when_the_second_payer_is_known_as_such_whatever_a_third_does_later() -> None:
    rows = [pay(f"m{i}", "one", 50 + i, 90, send="GB:London", pay="KE:Nairobi", nationality="GB") for i in range(3)]

    def told(last: int) -> Story:
        days = (last - 4, last - 3, last - 2, last - 1, last)
        return Story(tuple((START_MS + day * DAY_MS, 9_000, key_of("x"), "GB", "KE", False) for day in days))

    for lasts, known in (((4, 14, 200), [51, 52]), ((4, 100, 200), [100, 100]), ((100, 200, 4), [200, 100])):
        hits = hits_of(rows, "one", {f"m{i}": told(last) for i, last in enumerate(lasts)})
        assert [(h.at_ms - START_MS) / DAY_MS for h in hits] == known


def test_what_a_payer_told_is_small_by_the_median_of_sixty_days() -> None:
    rows = [pay(f"m{i}", "one", 45.5, 90, send="GB:London", pay="KE:Nairobi", nationality="GB") for i in range(2)]

    def told(*usd: int) -> Story:
        return Story(tuple((START_MS + n * DAY_MS, 100 * v, key_of("x"), "GB", "KE", False) for n, v in enumerate(usd)))

    late = told(900, 900, 900, 90, 90, 90, 90)
    assert hits_of(rows, "one", {"m0": late, "m1": late})
    assert not hits_of(rows, "one", {"m0": late, "m1": told(900, 900, 900, 90, 90, 90)})
