import random
import re
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.case import ROLES, SUBJECT_ROLES, Case, CaseParty
from schemas.codec import Codec
from schemas.finding import Evidence, Finding, Number, Suppressor
from schemas.fius import load_fius
from schemas.registry import Licence, Partner
from schemas.report import Report
from streams.report import ReportStage

FIUS = load_fius()
PARTNERS = {
    "demo": Partner(
        "demo", "Demo", "mto", "strgw.transfer/1", "DE", tuple(Licence(c, f"d-{c}") for c in ("DE", "TR", "AF", "US"))
    ),
    "bare": Partner("bare", "Bare", "bank", "strgw.transfer/1", "KG", ()),
}
CASES, REPORTS = Codec(Case), Codec(Report)
PEOPLE = [bytes([n]) * 16 for n in range(1, 13)]
COUNTRIES = ["DE", "TR", "AF", "IR", "US", "KG", "LY", ""]
T0 = 1_704_067_200_000


class Memory:
    def __init__(self) -> None:
        self.rows: dict[bytes, object] = {}

    def get(self, key: bytes) -> object | None:
        return self.rows.get(key)

    def put(self, key: bytes, value: object) -> None:
        self.rows[key] = value

    def delete(self, key: bytes) -> None:
        self.rows.pop(key, None)


evidence = st.builds(
    Evidence,
    uid=st.binary(min_size=2, max_size=2).map(lambda b: b * 8),
    partition=st.just(0),
    offset=st.integers(0, 10_000),
    index=st.integers(0, 499),
    at_ms=st.integers(T0, T0 + 400 * 86_400_000),
    partner=st.sampled_from(["demo", "demo", "demo", "bare", "unheard-of"]),
    sender=st.sampled_from(PEOPLE),
    receiver=st.none() | st.sampled_from(PEOPLE),
    amount_minor=st.integers(1, 10**10),
    currency=st.sampled_from(["USD", "EUR", "KWD", "JPY", "UZS"]),
    usd_minor=st.integers(1, 10**9),
    channel=st.sampled_from(["cash_to_cash", "cash_out", "wallet_to_wallet", "cash_in"]),
    send_country=st.sampled_from(COUNTRIES),
    pay_country=st.sampled_from(COUNTRIES),
    send_town=st.sampled_from(["", "hamburg", "char burjak"]),
    pay_town=st.sampled_from(["", "van"]),
)
finding = st.builds(
    Finding,
    finding_id=st.text("0123456789abcdef", min_size=32, max_size=32),
    version=st.integers(1, 9),
    state=st.sampled_from(["open", "open", "withdrawn"]),
    typology=st.sampled_from(["TS-F01", "TS-P03", "TS-K01", "TS-X99"]),
    typology_version=st.just(1),
    scope=st.just("partner:demo"),
    entity=st.sampled_from(PEOPLE),
    entity_kind=st.integers(0, 8),
    episode=st.just(1),
    started_ms=st.integers(T0, T0 + 10**9),
    occurred_ms=st.integers(T0 + 10**9, T0 + 2 * 10**9),
    strength=st.floats(0, 1),
    weight=st.floats(0, 1),
    score=st.floats(0, 1),
    reason=st.sampled_from(["Five senders paid USD 2,000 within 30 days.", "a phone serves four people", ""]),
    steps=st.just(()),
    numbers=st.lists(
        st.builds(
            Number,
            st.just("min_senders"),
            st.floats(0, 1e6),
            st.floats(0, 1e6),
            st.just("persons"),
            st.just("DEF"),
            st.just("A4"),
        ),
        max_size=2,
    ).map(tuple),
    parts=st.just({}),
    facets=st.just(()),
    absent=st.sampled_from([(), ("town of some senders",)]),
    suppressors=st.sampled_from([(), (Suppressor("club", 0.2, "money goes back to those who pay in"),)]),
    evidence=st.lists(evidence, max_size=3).map(tuple),
)
roles: st.SearchStrategy[Mapping[bytes, str]] = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(ROLES))
case = st.builds(
    Case,
    case_id=st.just("ab" * 16),
    version=st.just(1),
    state=st.just("open"),
    merged_into=st.just(""),
    scope=st.just("partner:demo"),
    offence=st.sampled_from(["TIP", "SOM", "TIP+SOM", "OTHER"]),
    score=st.floats(0.6, 1),
    urgent=st.booleans(),
    do_not_block=st.booleans(),
    suspicion_formed_ms=st.integers(T0, T0 + 400 * 86_400_000),
    formed_by=st.just(()),
    material=st.booleans(),
    changes=st.just(()),
    findings=st.lists(finding, max_size=4, unique_by=lambda f: f.finding_id).map(tuple),
    evidence=st.lists(evidence, min_size=1, max_size=12, unique_by=lambda e: e.uid).map(tuple),
    parties=roles.map(lambda r: tuple(CaseParty(k, v, "receives the payments of the pattern") for k, v in r.items())),
    supersedes=st.just(()),
)


def emit(item: Case) -> bytes:
    fold, state = ReportStage(4, PARTNERS, FIUS), Memory()
    fold.apply(state, CASES.encode(item), 0, 0)
    (output,) = fold.flush(state)
    assert fold.flush(state) == []
    fold.apply(state, CASES.encode(msgspec.structs.replace(item, version=2)), 0, 1)
    assert fold.flush(state) == []
    return output.value


def labelled(line: str) -> set[int]:
    """Numbers of all parties a line names: P2, P4 to P6 are 2, 4, 5, 6."""
    numbers: set[int] = set()
    for first, last in re.findall(r"\bP(\d+)(?: to P(\d+))?", line):
        numbers.update(range(int(first), int(last or first) + 1))
    return numbers


@settings(max_examples=150, deadline=None)
@given(case)
def test_only_subjects_of_the_case_are_subjects_of_the_report(item: Case) -> None:
    made = REPORTS.decode(emit(item))
    role_in_case = {party.key: party.role for party in item.parties}
    assert all(role_in_case[party.key] == party.role for party in made.parties)
    protected = {n for n, party in enumerate(made.parties, 1) if party.role not in SUBJECT_ROLES}
    for line in made.narrative["en"].splitlines():
        accuses = re.search(r"\bsubject|\bsuspect(?!\w)", line.replace("not a suspect", "").replace("not as a suspect", ""))
        if accuses:
            assert not labelled(line) & protected, line


@settings(max_examples=60, deadline=None)
@given(case)
def test_every_party_of_the_report_has_its_role_told_once(item: Case) -> None:
    made = REPORTS.decode(emit(item))
    lines = made.narrative["en"].split("WHAT IT MAY MEAN")[1].split("WHAT IS NOT KNOWN")[0].splitlines()
    told = [number for line in lines for number in labelled(line)]
    assert sorted(told) == list(range(1, len(made.parties) + 1))


@settings(max_examples=60, deadline=None)
@given(case, st.randoms(use_true_random=False))
def test_the_same_case_in_any_order_gives_the_same_bytes(item: Case, chance: random.Random) -> None:
    shuffled = {}
    for name in ("findings", "evidence", "parties"):
        rows = list(getattr(item, name))
        chance.shuffle(rows)
        shuffled[name] = tuple(rows)
    assert emit(msgspec.structs.replace(item, **shuffled)) == emit(item)


@settings(max_examples=100, deadline=None)
@given(case)
def test_no_case_is_dropped_and_nothing_is_shared_past_a_gate(item: Case) -> None:
    made = REPORTS.decode(emit(item))
    assert made.filings
    assert not [plan for plan in made.filings if plan.country in ("AF", "IR", "RU") and plan.obligation != "hold"]
    touched = {c for t in made.transfers for c in (t.send_country, t.pay_country) if c}
    assert {c.country for c in made.considered} >= touched
    assert {plan.country for plan in made.filings} <= touched | {""}
    assert all(plan.clock.due_ms >= plan.clock.start_ms == item.suspicion_formed_ms for plan in made.filings)


def test_the_label_reader_reads_runs() -> None:
    assert labelled("P1, P3 to P5: x") == {1, 3, 4, 5}
    with pytest.raises(ValueError, match="unpack"):
        emit(msgspec.structs.replace(_sample(), state="below"))


def _sample() -> Case:
    one = Evidence(b"u" * 16, 0, 0, 0, T0, "demo", PEOPLE[0], PEOPLE[1], 1, "USD", 1, "cash_to_cash", "DE", "TR", "", "")
    return Case("ab" * 16, 1, "open", "", "partner:demo", "SOM", 0.7, False, False, T0, (), True, (), (), (one,), ())
