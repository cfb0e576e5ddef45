"""Detect: what entities tell each other, what is taken back, and that remembering judgements changes none."""

from collections.abc import Iterable
from itertools import permutations

import msgspec
import pytest

from ops.chain import MemoryState
from schemas.codec import Codec
from schemas.finding import Finding
from schemas.observation import RECEIVER, SENDER, Observation, ObservationBatch, Signal, TransferFacts
from schemas.parameters import read_parameters
from schemas.topics import FINDINGS
from schemas.transfer import DOCUMENT, PARTY, PHONE, Identifier
from streams import judge
from streams.detect import Detect
from streams.domain import memory
from streams.domain.entity import EntityState, IdentifierState, LoneUse, Story
from streams.domain.event import DAY_MS
from streams.episodes import Issued
from streams.signals import STORY
from streams.typologies.build import START_MS, key_of, pay
from streams.typologies.calibration import DECLARED, Calibration, calibrated

BATCH, FINDING = Codec(ObservationBatch), Codec(Finding)
ISSUED = msgspec.msgpack.Decoder(Issued)
CITIES = ["DE:Hamburg", "DE:Munich", "DE:Frankfurt", "DE:Cologne", "DE:Berlin", "DE:Bremen"]


def observed(facts: TransferFacts) -> list[Observation]:
    sides = [(facts.sender, SENDER), (facts.receiver, RECEIVER)]
    return [Observation(0, party.key, PARTY, side) for party, side in sides if party]


class Run:
    """One partition of detect, one transfer a commit; `newest` holds the last version of every finding."""

    def __init__(self, calibration: Calibration = DECLARED) -> None:
        self.detect, self.state = Detect(1, calibration), MemoryState()
        self.newest: dict[str, Finding] = {}
        self.signals = 0

    def take(self, rows: Iterable[TransferFacts]) -> "Run":
        for facts in rows:
            self.settle([BATCH.encode(ObservationBatch((facts,), tuple(observed(facts))))])
        return self

    def settle(self, records: list[bytes]) -> None:
        while records:
            for record in records:
                self.detect.apply(self.state, record, 0, 0)
            outputs = self.detect.flush(self.state)
            records = [o.value for o in outputs if o.topic != FINDINGS]
            self.signals += len(records)
            for output in outputs:
                if output.topic == FINDINGS:
                    finding = FINDING.decode(output.value)
                    self.newest[finding.finding_id] = finding

    def standing(self, typology: str) -> list[Finding]:
        return [f for f in self.newest.values() if f.typology == typology and f.state == "open"]


def party_of(run: Run, name: str) -> EntityState:
    state = run.state.get(key_of(name))
    assert isinstance(state, EntityState)
    return state


def funnel(receivers: list[str], phone: str = "") -> list[TransferFacts]:
    rows = []
    for day, (city, receiver) in enumerate(zip(CITIES, receivers, strict=True)):
        facts = pay(f"s{day}", receiver, day, 500, send=city)
        if phone and facts.receiver:
            shared = msgspec.structs.replace(facts.receiver, identifiers=(Identifier(PHONE, key_of(phone)),))
            facts = msgspec.structs.replace(facts, receiver=shared)
        rows.append(facts)
    return rows


def test_six_senders_to_one_receiver_are_one_finding_that_grows() -> None:
    found = Run().take(funnel(["bo"] * 6)).standing("TS-F01")
    assert len(found) == 1
    assert found[0].entity == key_of("bo") and len(found[0].evidence) == 6 and found[0].version > 1


def test_two_receivers_of_three_each_are_nobody() -> None:
    assert Run().take(funnel(["bo", "cy"] * 3)).standing("TS-F01") == []


def test_two_customer_numbers_behind_one_phone_are_one_collector() -> None:
    found = Run().take(funnel(["bo", "cy"] * 3, phone="one")).standing("TS-F01")
    assert [f.entity for f in found] == [key_of("one")]
    assert len(found[0].evidence) == 6


def test_news_for_an_identifier_that_was_forgotten_does_not_make_a_party_of_it() -> None:
    run = Run().take(funnel(["bo", "cy"] * 3, phone="one"))
    run.state.delete(key_of("one"))  # as the runtime does with what is expired
    run.take([pay("s9", "bo", 10, 500)])
    assert run.state.get(key_of("one")) is None
    run.take([pay("s9", "bo", 200, 500, phone="one")])  # pay() gives the phone to the sender
    assert run.state.get(key_of("one")) == LoneUse(key_of("s9"), (START_MS // DAY_MS + 200) // 360)


def test_an_identifier_with_one_user_takes_forty_bytes_and_one_signal_a_year() -> None:
    run = Run().take(pay("s", f"r{day}", day, 50, phone="one") for day in range(0, 360, 30))
    state = run.state.get(key_of("one"))
    assert isinstance(state, LoneUse) and state.user == key_of("s")
    assert len(run.detect.encode_state(b"", state)) <= 40
    assert run.signals <= 2


def test_an_identifier_is_expired_a_horizon_after_the_year_its_single_user_told_of() -> None:
    run = Run().take([pay("s", "r", 0, 50, phone="one")])
    raw = run.detect.encode_state(b"", run.state.get(key_of("one")))
    for days, is_expired in ((400, False), (400 + 361, True)):
        run.detect.watermark_ms = START_MS + days * DAY_MS
        assert run.detect.is_expired(key_of("one"), raw) is is_expired


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_three_strangers_with_one_phone_are_known_by_their_first_transfers_whoever_came_first(order: tuple[int, ...]) -> None:
    rows = [[pay(f"s{i}", f"r{i}{n}", 3 * i + n, 50, phone="one") for n in (0, 1)] for i in range(3)]
    found = Run().take(row for i in order for row in rows[i]).standing("TS-K01")
    assert [e.uid for e in found[0].evidence] == [rows[i][0].uid for i in range(3)]


@pytest.mark.parametrize("gone", ["refunded", "refunded from the start", "beyond memory"])
def test_the_first_transfer_with_a_shared_phone_is_told_even_if_the_party_has_forgotten_it(gone: str) -> None:
    first = pay("s0", "r0", 0, 50, phone="one")
    refunded = msgspec.structs.replace(first, revision=2, counts=False)
    rows = {"refunded": [first, refunded], "refunded from the start": [refunded], "beyond memory": [first]}[gone]
    if gone == "beyond memory":
        rows += [pay("s0", f"r{day}", day, 50, phone="one") for day in (200, 390, 401)]
    day = 401 if gone == "beyond memory" else 1
    run = Run().take([*rows, pay("s1", "r1", day, 50, phone="one"), pay("s2", "r2", day + 1, 50, phone="one")])
    assert not any(e.uid == first.uid for e in party_of(run, "s0").events)
    shared = run.state.get(key_of("one"))
    assert isinstance(shared, IdentifierState)
    assert shared.users[key_of("s0")].earliest.uid == first.uid
    assert shared.awaited == []


def test_users_of_a_shared_phone_tell_every_later_quarter_and_every_earlier_transfer() -> None:
    run = Run().take([pay("s0", "r0", 90, 50, phone="one"), pay("s1", "r1", 91, 50, phone="one")])
    earlier = pay("s0", "r0", 10, 50, phone="one")
    run.take([earlier, pay("s0", "r0", 185, 50, phone="one")])
    shared = run.state.get(key_of("one"))
    assert isinstance(shared, IdentifierState)
    user = shared.users[key_of("s0")]
    assert user.earliest.uid == earlier.uid
    assert (user.first_quarter, user.last_quarter) == tuple((START_MS // DAY_MS + day) // 90 for day in (10, 185))


def test_an_identifier_of_many_is_an_agents_number_and_pools_nothing() -> None:
    run = Run().take(pay(f"x{i}", f"y{i}", i, 50, phone="counter") for i in range(7))
    found = run.take(funnel(["y0", "y1"] * 3)).standing("TS-F01")
    assert found == []


def test_a_refunded_payment_takes_the_finding_back() -> None:
    rows = funnel(["bo"] * 5 + ["zz"])[:5]
    run = Run().take(rows)
    assert len(run.standing("TS-F01")) == 1
    run.take([msgspec.structs.replace(rows[2], revision=2, counts=False)])
    assert run.standing("TS-F01") == []
    assert [f.state for f in run.newest.values() if f.typology == "TS-F01"] == ["withdrawn"]


def test_kin_stated_later_takes_the_finding_back() -> None:
    run = Run().take(funnel(["bo"] * 5 + ["zz"])[:5])
    assert len(run.standing("TS-F01")) == 1
    run.take([pay("s0", "bo", 9, 100, relation="spouse")])
    assert run.standing("TS-F01") == []


def test_payers_asked_for_their_story_complete_a_staged_journey() -> None:
    rows = [
        pay(f"f{i}", r, 10 * n + i, 600, pay=t)
        for i in range(3)
        for n, (r, t) in enumerate((("van", "TR:Van"), ("ist", "TR:Izmir")))
    ]
    run = Run().take(rows)
    assert {f.entity for f in run.standing("TS-P01")} == {key_of("van"), key_of("ist")}
    assert run.signals > 0


def test_a_new_payer_is_asked_even_if_far_travelled_news_come_in_the_same_commit() -> None:
    run = Run().take(pay(f"f{i}", "van", i, 600, send="DE:Hamburg", pay="TR:Van") for i in range(3))
    facts = pay("f9", "van", 4, 600, send="DE:Hamburg", pay="TR:Van")
    news = Signal(key_of("van"), key_of("f0"), STORY, 4, msgspec.msgpack.encode(Story()))
    run.settle([BATCH.encode(ObservationBatch((facts,), tuple(observed(facts)), (news,)))])
    assert set(party_of(run, "van").stories) == {key_of(f"f{i}") for i in (0, 1, 2, 9)}


def test_episodes_end_when_the_window_passes_without_evidence() -> None:
    early = funnel(["bo"] * 6)
    late = [pay(f"n{i}", "bo", 200 + i, 500, send=c) for i, c in enumerate(CITIES)]
    found = Run().take([*early, *late]).standing("TS-F01")
    assert sorted(f.episode for f in found) == [0, 1]
    assert len({f.finding_id for f in found}) == 2


@pytest.mark.parametrize("seed", range(3))
def test_remembering_what_was_judged_changes_no_judgement(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [pay(f"s{(i * 7 + seed) % 23}", "bo", i * 0.8, 300 + 40 * (i % 5), send=CITIES[i % 6]) for i in range(90)]
    rows += [pay("bo", f"out{i % 3}", 20 + 3 * i, 1500, send="TR:Van", pay="DE:Hamburg") for i in range(12)]
    rows.insert(60, pay("s3", "bo", 1, 100, relation="spouse"))
    with_memo = Run().take(rows).newest
    monkeypatch.setattr(judge, "MEMO_FROM", 10**9)
    without = Run().take(rows).newest
    assert with_memo == without


def test_an_entity_with_findings_is_never_forgotten() -> None:
    run = Run().take(funnel(["bo"] * 6))
    run.detect.watermark_ms += 2_000 * DAY_MS
    expired = {key: run.detect.is_expired(key, run.detect.encode_state(key, run.state.get(key))) for key in run.state.values}
    assert expired[key_of("bo")] is False
    assert expired[key_of("s0")] is True


def test_evidence_beyond_memory_stays_with_the_last_episode_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_EVENTS", 6)
    monkeypatch.setattr(memory, "FORGET_FROM", 6)
    run = Run()

    def kept() -> list[int]:
        issued = [ISSUED.decode(raw) for raw in party_of(run, "boss").issued.values()]
        return [len(i.kept) for i in sorted(issued, key=lambda i: i.episode) if i.typology == "TS-F01"]

    def wave(start: float, payers: int) -> list[TransferFacts]:
        return [pay(f"s{start} {n}", "boss", start + n / 2, 500, send=CITIES[n % len(CITIES)]) for n in range(payers)]

    run.take(wave(0, 12))
    assert kept() == [6]
    assert len(run.standing("TS-F01")[0].evidence) == 12
    run.take(wave(120, 6))
    assert kept() == [0, 0]
    run.take(wave(123, 5))
    assert kept() == [0, 5]
    assert [len(f.evidence) for f in sorted(run.standing("TS-F01"), key=lambda f: f.episode)] == [12, 11]


def wallets(holders: int, device: str = "one", flagged: bool = False, step: float = 2) -> list[TransferFacts]:
    return [
        pay(f"h{i}", "boss", step * i, 150, send="KZ:Almaty", pay="KZ:Almaty", channel="wallet_to_wallet", device=device, flagged=flagged)
        for i in range(holders)
    ]  # fmt: skip


def test_a_device_with_three_strangers_asks_them_what_they_paid() -> None:
    run = Run().take(wallets(3))
    (finding,) = run.standing("TS-K02")
    assert finding.entity == key_of("one")
    assert finding.parts == {key_of("boss"): "collector"} | {key_of(f"h{i}"): "controlled" for i in range(3)}
    assert len(finding.evidence) == 3
    (later,) = run.take([pay("h0", "boss", 9, 150, send="KZ:Almaty", pay="KZ:Almaty")]).standing("TS-K02")
    assert len(later.evidence) == 4, "and hears of what they pay from then on, with the device or without"


def test_a_device_with_two_users_asks_nobody() -> None:
    run = Run().take(wallets(2))
    state = run.state.get(key_of("one"))
    assert isinstance(state, IdentifierState) and len(state.users) == 2
    assert not state.group.asked and not state.group.events


def test_a_device_of_one_family_asks_nobody() -> None:
    rows = [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, name_keys=(b"one name",))) for f in wallets(4)]
    state = Run().take(rows).state.get(key_of("one"))
    assert isinstance(state, IdentifierState) and len(state.users) == 4
    assert not state.group.asked


def test_an_agents_tablet_is_no_control_however_its_customers_come() -> None:
    run = Run().take(wallets(12, step=0.2))
    assert run.standing("TS-K02")
    assert run.take(wallets(13, step=0.2)).standing("TS-K02") == []


def test_what_the_front_line_saw_adds_three_tenths_to_the_weight() -> None:
    (plain,) = Run().take(wallets(3)).standing("TS-K02")
    (seen,) = Run().take(wallets(3, flagged=True)).standing("TS-K02")
    assert (plain.weight, seen.weight) == (0.5, 0.8)
    assert (plain.score, seen.score) == (0.3, 0.48)


def test_a_flag_adds_nothing_to_a_pattern_that_is_not_about_control() -> None:
    rows = [msgspec.structs.replace(facts, flagged=True) for facts in funnel(["bo"] * 6)]
    (finding,) = Run().take(rows).standing("TS-F01")
    assert finding.weight == 0.5


def test_a_pooled_device_is_judged_by_no_typology_of_parties() -> None:
    rows = [pay("payer", f"h{i}", i, 700, send="DE:Hamburg") for i in range(5)] + wallets(5, step=0.1)
    found = [f for f in Run().take(rows).newest.values() if f.entity == key_of("one")]
    assert {f.typology for f in found} == {"TS-K01", "TS-K02"}


@pytest.mark.parametrize("kind", ["phone", "address"])
def test_workers_who_are_brought_to_one_counter_are_seen_at_what_they_share(kind: str) -> None:
    shared = {kind: "one"}
    rows = [
        pay(f"w{i}", f"family{i}", 20 * visit + 0.4 + 0.005 * i, 120, send="KZ:Almaty", pay="UZ:Namangan", counter=7, **shared)  # type: ignore[arg-type]
        for visit in range(2)
        for i in range(3)
    ]
    (finding,) = Run().take(rows).standing("TS-W02")
    assert finding.entity == key_of("one")
    assert set(finding.parts.values()) == {"worker"}
    assert len(finding.evidence) == 6


def test_wages_of_which_the_workers_tell_are_skimmed() -> None:
    rows = []
    for month in range(2):
        for i in range(3):
            rows.append(pay("firm", f"w{i}", 30 * month + i / 100, 1_000, channel="payroll", entity_sender=True))
            rows.append(pay(f"w{i}", "boss", 30 * month + 0.5 + i / 100, 800, channel="bank_transfer"))
    (finding,) = Run().take(rows).standing("TS-W01")
    assert finding.entity == key_of("boss")
    assert finding.parts == {key_of("boss"): "collector"} | {key_of(f"w{i}"): "worker" for i in range(3)}
    assert key_of("firm") not in finding.parts


def test_who_is_paid_alike_by_two_such_payers_is_told_of_both() -> None:
    rows = [
        pay(f"m{i}", to, 10 * n + i, 90, send="GB:London", pay="KE:Nairobi", nationality="GB")
        for n in range(5)
        for i in range(2)
        for to in (("one", f"own{i}")[n % 2],)
    ]
    (finding,) = Run().take(rows).standing("TS-P07")
    assert finding.entity == key_of("one")
    assert finding.parts == {key_of("one"): "recipient", key_of("m0"): "exploiter", key_of("m1"): "exploiter"}


def test_a_merchants_takings_are_read_only_where_travel_or_work_is_sold() -> None:
    rows = [pay("al", "shop", 0, 50, channel="merchant"), pay("al", "agency", 1, 50, channel="merchant", purpose="travel")]
    run = Run().take(rows)
    assert run.state.get(key_of("shop")) is None
    assert len(party_of(run, "agency").events) == 1


def with_paper(facts: TransferFacts, paper: str) -> TransferFacts:
    own = (*facts.sender.identifiers, Identifier(DOCUMENT, key_of(paper)))
    names = (b"sobirov", b"umid")
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, identifiers=own, name_keys=names))


def papers(run: Run, user: str) -> set[bytes]:
    shared = run.state.get(key_of("one"))
    assert isinstance(shared, IdentifierState)
    return {i.key for i in shared.users[key_of(user)].profile.identifiers}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_shared_phone_knows_the_documents_of_its_users_whoever_came_first(order: tuple[int, ...]) -> None:
    rows = [
        with_paper(pay("a", "r", 0, 50, phone="one"), "p"), with_paper(pay("b", "r", 1, 50, phone="one"), "q"),
        with_paper(pay("a", "r", 2, 50), "s"), with_paper(pay("b", "r", 3, 50, phone="one"), "q"),
    ]  # fmt: skip
    run = Run().take(rows[i] for i in order)
    assert papers(run, "a") == {key_of("p"), key_of("s")}
    assert papers(run, "b") == {key_of("q")}
    (finding,) = [f for f in run.standing("TS-K03") if f.entity == key_of("one")]
    assert finding.parts == {key_of("a"): "shares", key_of("b"): "shares"}


def test_a_shared_phone_knows_four_documents_of_a_user_at_most() -> None:
    rows = [with_paper(pay("a", "r", day, 50, phone="one"), f"p{day}") for day in range(7)]
    run = Run().take([*rows, pay("b", "r", 8, 50, phone="one")])
    assert papers(run, "a") == set(sorted(key_of(f"p{day}") for day in range(7))[:4])


HEAD = "schema: strgw.parameters/1\nversion: pilot 3\neffective: 2026-11-24\ntypologies:\n"


def by(*rows: str) -> Calibration:
    return calibrated(read_parameters(HEAD + "".join(f"  {row}\n" for row in rows), "parameters.yaml"))


def test_a_lowered_count_reaches_entities_that_the_declared_one_leaves_out() -> None:
    rows = funnel(["holder"] * 6)[:3]
    assert Run().take(rows).standing("TS-F01") == []
    lower = by('TS-F01: {min_senders: {value: 3, unit: "persons"}}')
    assert len(Run(lower).take(rows).standing("TS-F01")) == 1


def test_a_count_under_what_is_judged_at_all_reaches_parties_with_next_to_no_transfers() -> None:
    rows = [pay("hub", f"driver{day}", day, 700, pay="TR:Van") for day in range(2)]
    lower = by('TS-F02: {min_receivers: {value: 2, unit: "persons"}, crowd: {value: 2, unit: "persons"}}')
    assert [len(f.evidence) for f in Run(lower).take(rows).standing("TS-F02")] == [2]
    assert Run().take(rows).standing("TS-F02") == []


def test_a_raised_count_is_asked_for() -> None:
    rows = funnel(["holder"] * 6)
    assert len(Run().take(rows).standing("TS-F01")) == 1
    assert Run(by('TS-F01: {min_senders: {value: 7, unit: "persons"}}')).take(rows).standing("TS-F01") == []


def test_the_parameters_that_judged_stand_with_every_version_and_change_no_id() -> None:
    rows = funnel(["holder"] * 6)
    declared, other = Run().take(rows), Run(by('TS-F01: {weight: {value: 0.4, unit: "0 to 1"}}')).take(rows)
    assert {f.parameters for f in declared.newest.values()} == {DECLARED.used}
    assert {f.parameters.version for f in other.newest.values() if f.parameters} == {"pilot 3"}
    assert set(declared.newest) == set(other.newest)
    assert [f.weight for f in other.standing("TS-F01")] == [0.4]


def test_other_parameters_that_judge_the_same_are_no_news() -> None:
    rows = funnel(["holder"] * 6)
    run = Run().take(rows)
    before = dict(run.newest)
    after = Run(by('TS-P03: {min_usd: {value: 700, unit: "US dollars in the window"}}'))
    after.state = run.state
    later = pay("holder", "elsewhere", 40, 30, send="TR:Van", pay="TR:Van")
    after.take([later])
    assert after.newest == {}
    assert {f.parameters for f in before.values()} == {DECLARED.used}


def plain(sender: str, receiver: str, day: float, usd: float = 100, **how: str) -> TransferFacts:
    return pay(sender, receiver, day, usd, send="", pay="", **how)  # type: ignore[arg-type]


def test_of_a_feed_without_places_strangers_make_a_funnel_until_one_of_them_comes_back() -> None:
    others = [plain("c", "shop", day, channel="merchant") for day in range(9)]
    crowd = [plain(f"s{i}", "c", i) for i in range(7)]
    run = Run().take([*crowd, *others, plain("c", "shop", 12, channel="merchant")])
    assert run.standing("TS-F01") == []  # the last of them paid six days ago
    run.take([plain("c", "shop", 13, channel="merchant")])
    (finding,) = run.standing("TS-F01")
    assert (len(finding.evidence), finding.strength) == (7, 0.42)
    assert "countries and towns" in finding.absent
    run.take([plain("s3", "c", 14)])
    assert run.standing("TS-F01") == []
    assert {f.state for f in run.newest.values() if f.typology == "TS-F01"} == {"withdrawn"}


def test_once_a_place_is_named_a_party_is_judged_by_places() -> None:
    crowd = [plain(f"s{i}", "c", i) for i in range(7)]
    run = Run().take([*crowd, plain("c", "shop", 13, channel="merchant")])
    assert len(run.standing("TS-F01")) == 1
    run.take([pay("mother", "c", 14, 50, send="DE:Hamburg", pay="TR:Van")])
    assert run.standing("TS-F01") == []


def test_strangers_in_a_row_are_found_by_what_the_parties_between_them_tell() -> None:
    row = [plain(a, b, day) for a, b, day in zip("abmcd", "bmcd", range(4), strict=False)]
    spent = [plain(name, "shop", 20, channel="merchant") for name in "abmcd"]
    earlier = [plain("x", "m", -40), plain("y", "m", -39)]  # a party with one credit is not judged
    for order in (0, 1):
        rows = [*earlier, *row, *spent]
        run = Run().take(rows[::-1] if order else rows)
        (finding,) = run.standing("TS-F06")
        assert finding.entity == key_of("m")
        assert {e.uid for e in finding.evidence} == {f.uid for f in row}
