import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from schemas.case import ROLES, SUBJECT_ROLES, Case, CaseParty
from schemas.codec import Codec, CorruptRecord
from schemas.finding import Evidence, Finding, Number, ParametersUsed, Suppressor
from schemas.fius import load_fius, load_sharing
from schemas.registry import Licence, Partner
from schemas.report import Report
from streams.domain.fold import State, partition_of
from streams.report import ReportStage, compose
from streams.routing import Jurisdictions

WORDING = Path(__file__).parents[3].parent / "shared" / "reference" / "wording.yaml"
# The rules that may never be broken, in our own words, for a checkout without the wording file.
NEVER = (
    r"\billegal (im)?migrants?\b",
    r"\billegals\b",
    r"\bprostitutes?\b",
    r"\bhuman cargo\b",
    r"\b(is|was|are|were) (a |an )?(traffickers?|smugglers?|criminals?|guilty)\b",
    r"\bvictims? of smuggling\b",
    r"\b(girls|boys|females|males)\b",
    r"\baliens?\b",
)
DEMO = Partner("demo", "Demo", "mto", "strgw.transfer/1", "DE", (Licence("DE", "DE-7"), Licence("TR", "TR-9")))
FIUS, SHARING = load_fius(), load_sharing()
T0 = 1_709_632_800_000  # 2024-03-05T10:00Z
CASES_CODEC, REPORTS = Codec(Case), Codec(Report)


class Memory:
    """State of one partition in a dict; values cross the fold's own encoding as they do at a commit."""

    def __init__(self, fold: ReportStage) -> None:
        self.fold, self.rows = fold, dict[bytes, bytes]()

    def get(self, key: bytes) -> object | None:
        return self.fold.decode_state(key, self.rows[key]) if key in self.rows else None

    def put(self, key: bytes, value: object) -> None:
        self.rows[key] = self.fold.encode_state(key, value)

    def delete(self, key: bytes) -> None:
        self.rows.pop(key, None)


def key(name: str) -> bytes:
    return name.encode().ljust(16, b".")


def paid(n: int, sender: str = "payer", receiver: str | None = "collector", **how: object) -> Evidence:
    facts = Evidence(
        key(f"t{n}"), 0, n, 0, T0 + n * 86_400_000, "demo", key(f"{sender}{n}" if sender == "payer" else sender),
        key(receiver) if receiver else None, 50_000 + n * 1_000, "EUR", 54_000 + n * 1_080, "cash_to_cash", "DE", "TR", "hamburg", "van",
    )  # fmt: skip
    return msgspec.structs.replace(facts, **how)


def finding(evidence: Sequence[Evidence], typology: str = "TS-F01", score: float = 0.4, **how: object) -> Finding:
    parts = {e.sender: "payer" for e in evidence} | {e.receiver: "collector" for e in evidence if e.receiver}
    found = Finding(
        f"{typology}-{len(evidence)}", 1, "open", typology, 1, "partner:demo", key("collector"), 0, 1, evidence[0].at_ms, evidence[-1].at_ms,
        0.8, 0.5, score, "six senders who are not kin of the receiver paid USD 3,300", ((T0, 0.8),),
        (Number("min_senders", 6.0, 5.0, "persons", "DEF", "typologies A4"), Number("min_new_share", 1.0, 0.7, "share of pairs", "DEF", "A7")),
        parts, ("corridor", "newness"), (), (), tuple(evidence),
    )  # fmt: skip
    return msgspec.structs.replace(found, **how)


PAYMENTS = tuple(paid(n) for n in range(6))


def case(version: int = 1, **how: Any) -> Case:
    parties = [CaseParty(key("collector"), "subject", "receives the payments of the pattern (6 payers in this case)")]
    parties += [CaseParty(key(f"payer{n}"), "family_payer", "pays into the pattern, probably for a relative") for n in range(6)]
    made = Case(
        "ab" * 16, version, "open", "", "partner:demo", "SOM", 0.72, False, False, T0 + 3 * 86_400_000, ("TS-F01-6",), True, (),
        (finding(PAYMENTS), finding(PAYMENTS, "TS-S05", 0.3)), PAYMENTS, tuple(parties),
    )  # fmt: skip
    return msgspec.structs.replace(made, **how)


def stage(partitions: int = 4) -> tuple[ReportStage, State]:
    fold = ReportStage(partitions, {"demo": DEMO}, FIUS)
    return fold, Memory(fold)


def reports(fold: ReportStage, state: State, *cases: Case) -> list[Report]:
    """What the stage emits when each case is followed by a commit."""
    emitted = []
    for offset, item in enumerate(cases):
        fold.apply(state, CASES_CODEC.encode(item), 0, offset)
        emitted += [REPORTS.decode(output.value) for output in fold.flush(state)]
    return emitted


def report(item: Case) -> Report:
    return compose(item, Jurisdictions({"demo": DEMO}, FIUS, SHARING))


def text(item: Case) -> str:
    return report(item).narrative["en"]


def test_a_case_becomes_a_report_under_its_own_id_on_the_partition_of_that_id() -> None:
    fold, state = stage(7)
    fold.apply(state, CASES_CODEC.encode(case()), 0, 0)
    (output,) = fold.flush(state)
    assert (output.topic, output.key, output.partition) == ("filings", b"ab" * 16, partition_of(b"ab" * 16, 7))
    made = REPORTS.decode(output.value)
    assert (made.report_id, made.version, made.state, made.material, made.offence) == ("ab" * 16, 1, "open", True, "SOM")
    assert [(plan.fiu, plan.obligation) for plan in made.filings] == [("DE", "file"), ("TR", "file")]
    assert made.filings[0].clock.start_ms == case().suspicion_formed_ms


def test_flushing_twice_and_the_same_case_again_emit_nothing_new() -> None:
    fold, state = stage()
    assert len(reports(fold, state, case())) == 1
    assert fold.flush(state) == []
    assert reports(fold, state, case(2)) == []


def test_a_finding_version_alone_is_no_news() -> None:
    fold, state = stage()
    newer = tuple(msgspec.structs.replace(f, version=9) for f in case().findings)
    assert len(reports(fold, state, case(), case(2, findings=newer))) == 1


def test_new_evidence_is_a_new_material_version() -> None:
    fold, state = stage()
    first, second = reports(fold, state, case(), case(2, evidence=(*PAYMENTS, paid(6, sender="payer5"))))
    assert (first.version, second.version, second.material) == (1, 2, True)
    assert len(second.transfers) == 7


def test_a_changed_score_is_a_version_that_is_not_material() -> None:
    fold, state = stage()
    _, second = reports(fold, state, case(), case(2, score=0.81))
    assert (second.version, second.material, second.score) == (2, False, 0.81)


@pytest.mark.parametrize("how", [{"offence": "TIP"}, {"urgent": True}, {"do_not_block": True}, {"supersedes": ("cd" * 16,)}])
def test_a_changed_offence_urgency_or_predecessor_is_material(how: dict[str, Any]) -> None:
    fold, state = stage()
    assert [r.material for r in reports(fold, state, case(), case(2, **how))] == [True, True]


def test_of_several_case_versions_before_a_commit_the_newest_counts() -> None:
    fold, state = stage()
    for offset, item in enumerate((case(3, score=0.9), case(2, score=0.8))):
        fold.apply(state, CASES_CODEC.encode(item), 0, offset)
    (output,) = fold.flush(state)
    assert REPORTS.decode(output.value).score == 0.9


def test_a_case_that_was_never_open_gives_no_report() -> None:
    fold, state = stage()
    assert (
        reports(
            fold,
            state,
            case(state="below", suspicion_formed_ms=0),
            case(2, state="withdrawn", evidence=(), findings=(), parties=()),
        )
        == []
    )


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"state": "below", "suspicion_formed_ms": 0}, "below the level"),
        ({"state": "withdrawn", "evidence": (), "findings": (), "parties": (), "suspicion_formed_ms": 0}, "below the level"),
        (
            {
                "state": "merged",
                "merged_into": "cd" * 16,
                "evidence": (),
                "findings": (),
                "parties": (),
                "suspicion_formed_ms": 0,
            },
            f"part of report {'cd' * 16}",
        ),
    ],
)
def test_a_report_whose_case_ends_is_withdrawn_once(how: dict[str, object], says: str) -> None:
    fold, state = stage()
    emitted = reports(fold, state, case(), case(2, **how), case(3, **how))
    assert [(r.version, r.state, r.material) for r in emitted] == [(1, "open", True), (2, "withdrawn", True)]
    assert says in emitted[1].narrative["en"]
    assert emitted[1].filings == ()


def test_a_withdrawn_report_is_not_withdrawn_again_when_its_case_merges_later() -> None:
    fold, state = stage()
    merged = case(3, state="merged", merged_into="cd" * 16, evidence=(), findings=(), parties=(), suspicion_formed_ms=0)
    emitted = reports(fold, state, case(), case(2, state="below", suspicion_formed_ms=0), merged)
    assert [r.state for r in emitted] == ["open", "withdrawn"]


def test_a_withdrawn_report_can_open_again() -> None:
    fold, state = stage()
    emitted = reports(fold, state, case(), case(2, state="below", suspicion_formed_ms=0), case(3))
    assert [(r.version, r.state) for r in emitted] == [(1, "open"), (2, "withdrawn"), (3, "open")]
    assert msgspec.structs.replace(emitted[2], version=1) == emitted[0]


def test_content_depends_on_the_case_alone_not_on_what_was_said_before() -> None:
    final = case(5, offence="TIP+SOM")
    histories = (
        [final],
        [case(1), final],
        [case(1, evidence=PAYMENTS[:3]), case(2, state="below", suspicion_formed_ms=0), case(4), final],
    )
    last = []
    for history in histories:
        fold, state = stage()
        last.append(msgspec.structs.replace(reports(fold, state, *history)[-1], version=0, material=True))
    assert last[0] == last[1] == last[2]


def test_the_order_of_findings_evidence_and_parties_in_the_case_does_not_matter() -> None:
    turned = case(findings=case().findings[::-1], evidence=PAYMENTS[::-1], parties=case().parties[::-1])
    assert report(turned) == report(case())


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"evidence": ()}, "open without a transfer"),
        ({"suspicion_formed_ms": 0}, "time at which suspicion formed"),
        ({"state": "ajar"}, "state 'ajar'"),
        ({"parties": (CaseParty(key("collector"), "culprit", ""),)}, "roles culprit"),
        ({"parties": (CaseParty(key("payer0"), "victim", ""), CaseParty(key("payer0"), "subject", ""))}, "two roles"),
    ],
)
def test_an_inconsistent_case_is_refused_before_anything_changes(how: dict[str, Any], says: str) -> None:
    fold, state = stage()
    with pytest.raises(CorruptRecord, match=says) as caught:
        fold.apply(state, CASES_CODEC.encode(case(**how)), 0, 0)
    assert caught.value.code == "case_inconsistent"
    assert fold.flush(state) == []


def test_bytes_that_are_no_case_are_refused() -> None:
    fold, state = stage()
    with pytest.raises(CorruptRecord):
        fold.apply(state, b"\x01\xc1", 0, 0)


def test_a_transfer_known_from_two_records_counts_once_with_the_later_record() -> None:
    corrected = msgspec.structs.replace(PAYMENTS[0], offset=99, amount_minor=70_000)
    made = report(case(findings=(finding(PAYMENTS), finding((corrected, *PAYMENTS[1:]), "TS-S05"))))
    assert [t.amount_minor for t in made.transfers if t.uid == corrected.uid] == [70_000]
    assert len(made.transfers) == 6


def test_findings_that_were_taken_back_are_left_out() -> None:
    made = report(case(findings=(finding(PAYMENTS), finding(PAYMENTS, "TS-S05", state="withdrawn"))))
    assert [line.id for line in made.typologies] == ["TS-F01"]


def test_of_each_typology_the_best_finding_is_named() -> None:
    weaker = finding(PAYMENTS[:5], score=0.2, reason="weaker")
    made = report(case(findings=(weaker, *case().findings)))
    assert [(line.id, line.score) for line in made.typologies] == [("TS-F01", 0.4), ("TS-S05", 0.3)]
    assert "weaker" not in made.narrative["en"].lower()
    assert "1 further finding of this pattern" in made.narrative["en"]


def test_parties_come_by_role_then_by_first_appearance() -> None:
    assert [p.key for p in report(case()).parties] == [key("collector"), *(key(f"payer{n}") for n in range(6))]


def test_a_party_that_no_transfer_names_is_left_out_and_said_to_be_missing() -> None:
    made = report(case(parties=(*case().parties, CaseParty(key("ghost"), "unknown", ""))))
    assert key("ghost") not in {p.key for p in made.parties}
    assert made.completeness["parties"] == "absent: 1 parties of the patterns are in no transfer of the report"
    assert report(case()).completeness["parties"] == "present"


def test_the_narrative_says_sums_dates_places_and_channels() -> None:
    told = text(case())
    assert "From 5 March 2024 to 10 March 2024 (UTC), 6 transfers moved USD 3,402.00 by the reference rates" in told
    assert "EUR 3,150.00 in 6 transfers (single sums EUR 500.00 to EUR 550.00, median EUR 525.00)" in told
    assert "Channels: cash to cash 6." in told
    assert "Money taken in: Germany 6 (Hamburg 6)." in told
    assert "Money paid out or credited: Turkiye 6 (Van 6)." in told
    assert "P1 received USD 3,402.00 in 6 transfers from 6 parties." in told
    assert "senders 6 (line 5, persons)" in told
    assert "consistent with smuggling of migrants" in told
    assert "Suspicion formed on 8 March 2024 at 10:00 UTC" in told


def test_towns_are_named_as_people_write_them_even_when_the_gazetteer_does_not_know_them() -> None:
    evidence = (paid(0, send_country="AF", send_town="charburjak"), paid(1, send_town="?bargteheide"), paid(2, send_town=""))
    told = text(case(evidence=evidence, findings=()))
    assert "Money taken in: Germany 2 (Bargteheide 1); Afghanistan 1 (Char Burjak 1)." in told


def test_the_dollar_sum_is_said_once_where_all_is_in_dollars() -> None:
    dollars = tuple(paid(n, currency="USD", amount_minor=50_000, usd_minor=50_000) for n in range(3))
    assert "(UTC), 3 transfers: USD 1,500.00 in 3 transfers (each USD 500.00)." in text(
        case(evidence=dollars, findings=(finding(dollars),))
    )


def test_amounts_follow_the_currencys_decimals() -> None:
    dinars = tuple(paid(n, currency="KWD", amount_minor=1_234_567) for n in range(2))
    yen = tuple(paid(n, currency="JPY", amount_minor=75_000) for n in range(2, 4))
    told = text(case(evidence=dinars + yen, findings=(finding(dinars + yen),)))
    assert "JPY 150,000 in 2 transfers (each JPY 75,000); KWD 2,469.134 in 2 transfers (each KWD 1,234.567)" in told


def test_what_was_seen_comes_first_then_what_it_may_mean_then_what_is_not_known() -> None:
    told = text(case())
    assert told.index("WHAT WAS SEEN") < told.index("WHAT IT MAY MEAN") < told.index("WHAT IS NOT KNOWN")


def test_urgent_and_do_not_block_are_said_before_everything_else() -> None:
    assert text(case(urgent=True, do_not_block=True)).startswith("URGENT. ")
    assert text(case(do_not_block=True)).startswith("HANDLING. Stopping the payments may put a person in danger")
    assert text(case()).startswith("WHAT WAS SEEN")


def test_absent_facets_and_suppressors_are_stated() -> None:
    club = Suppressor("savings_club", 0.2, "more than half goes back to the people who pay in")
    told = finding(PAYMENTS, absent=("town of some senders",), suppressors=(club,))
    made = report(case(findings=(told,)))
    assert "The data did not hold: town of some senders." in made.narrative["en"]
    assert (
        "Speaks against it: More than half goes back to the people who pay in. Its weight was lowered to 0.2 of what it would be."
        in made.narrative["en"]
    )
    assert made.completeness["findings.TS-F01.town of some senders"] == "absent: the partner's data did not hold it"


def test_a_pattern_at_an_identifier_names_its_kind_and_who_collects_there() -> None:
    shared = finding(PAYMENTS, "TS-K01", entity=key("+49"), entity_kind=2)
    assert "pattern (TS-K01), at one phone of P1, " in text(case(findings=(shared,)))


def test_of_equal_findings_the_one_at_a_party_speaks() -> None:
    at_phone = finding(PAYMENTS, entity=key("+49"), entity_kind=2, finding_id="zz", reason="seen at the phone")
    made = report(case(findings=(at_phone, finding(PAYMENTS))))
    assert "at P1" in made.narrative["en"]
    assert made.typologies[0].reason == finding(PAYMENTS).reason


def test_a_cash_withdrawal_takes_nothing_in() -> None:
    drawn = (paid(0, sender="collector", receiver=None, channel="cash_out"),)
    told = text(case(evidence=drawn, findings=()))
    assert "Money taken in" not in told
    assert "Money paid out or credited: Turkiye 1 (Van 1)." in told
    assert "P1 sent or withdrew USD 540.00 in 1 transfer." in told


def test_completeness_says_in_how_many_transfers_a_field_is_missing() -> None:
    evidence = (
        paid(0, send_town=""),
        *PAYMENTS[1:],
        paid(7, sender="collector", receiver=None, channel="cash_out", send_country="TR"),
    )
    ledger = report(case(evidence=evidence, findings=())).completeness
    assert ledger["transfers.send_town"] == "absent: not given in 1 of 7 transfers"
    assert ledger["transfers.receiver"] == "present"
    assert ledger["transfers.send_country"] == "present"
    assert ledger["typologies"].startswith("absent: ")
    assert ledger["narrative.en"] == "present"
    assert ledger["narrative.tr"] == "absent: written in English only; the unit works in tr"


def everyone(role: str) -> Case:
    return case(parties=tuple(CaseParty(p.key, role, p.why) for p in case().parties))


@pytest.mark.parametrize("role", sorted(set(ROLES) - SUBJECT_ROLES))
def test_nobody_is_a_subject_where_the_case_names_none(role: str) -> None:
    made = report(everyone(role))
    assert {p.role for p in made.parties} == {role}
    assert "Reported as subject" not in made.narrative["en"]
    assert made.completeness["parties.subject"] == "absent: nobody in the case may be named as subject"


def test_the_roles_of_payers_are_worded_as_the_rules_ask() -> None:
    told = text(case())
    assert "Payer, possibly for a relative and possibly under pressure, not a suspect: P2 to P7." in told
    assert not [line for line in told.splitlines() if re.match(r"P[2-7] (received|sent)", line)]
    assert "Possible victim, reported as a person who may need protection and not as a suspect: P1 to P7." in text(
        everyone("victim")
    )
    assert "Person who may need protection, not a suspect: P1 to P7." in text(everyone("protected"))
    assert "Reported as subject: P1 - receives the payments of the pattern (6 payers in this case)." in told


def spoken() -> list[str]:
    """Narratives over all roles, offences and states."""
    told = [text(everyone(role)) for role in ROLES]
    told += [text(case(offence=offence, urgent=True)) for offence in ("TIP", "SOM", "TIP+SOM", "OTHER")]
    return [*told, text(case(state="below")), text(case(state="merged", merged_into="cd" * 16)), text(case(do_not_block=True))]


def test_narratives_keep_the_rules_that_may_never_be_broken() -> None:
    for told in spoken():
        assert not [rule for rule in NEVER if re.search(rule, told, re.IGNORECASE)]


def test_narratives_keep_every_english_wording_rule() -> None:
    if not WORDING.exists():
        pytest.skip("the wording rules ../shared/reference/wording.yaml are not here")
    rules = [r for r in yaml.safe_load(WORDING.read_text(encoding="utf-8"))["rules"] if r["lang"] == "en" and "scope" not in r]
    assert len(rules) > 15
    for rule in rules:
        flags = 0 if rule.get("case") else re.IGNORECASE
        assert all(re.search(rule["match"], hit, flags) for hit in rule["hit"])
        for told in spoken():
            assert not re.search(rule["match"], told, flags), rule["id"]


def test_a_report_names_every_set_of_parameters_that_judged_its_findings_once() -> None:
    sets = [ParametersUsed("pilot 3", "b" * 64), ParametersUsed("built-in", "a" * 64), ParametersUsed("pilot 3", "b" * 64), None]
    found = tuple(finding([paid(n)], f"TS-F0{n}", parameters=used) for n, used in enumerate(sets, 1))
    assert report(case(findings=found, evidence=tuple(paid(n) for n in range(1, 5)))).parameters == (sets[1], sets[0])


def test_the_ledger_says_english_only_where_no_form_is_written_in_the_units_language() -> None:
    for profile, tongue, expected in (
        ("portal", "ru", False),
        ("portal", "tg", False),
        ("ae", "ru", True),
        ("portal", "tr", True),
    ):
        unit = msgspec.structs.replace(FIUS["TR"], profile=profile, language=tongue)
        made = compose(case(), Jurisdictions({"demo": DEMO}, {**FIUS, "TR": unit}, SHARING))
        assert (f"narrative.{tongue}" in made.completeness) == expected
