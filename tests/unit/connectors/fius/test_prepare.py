"""Rules of what may leave for an FIU."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.fius.delivered import HELD, PROPOSED, PUBLISHED, WITHDRAWN, Delivered, due_within, restored
from connectors.fius.delivered import waiting as waiting_in
from connectors.fius.dispatch import Arrival, Dispatcher, Outcome, newest
from connectors.fius.export import write_filings
from connectors.fius.prepare import Prepared, content_digest, filing_id, prepare
from connectors.fius.resolve import Joined
from connectors.kafka.archive import BatchArchive, MemorySource, memory_archive
from connectors.sealing.kms import KeyMissing
from connectors.sealing.ring import KeyRingFile
from connectors.sealing.seal import Seal, Unseal
from schemas.case import CaseParty
from schemas.codec import Codec
from schemas.filing import Filing
from schemas.held import HELD_CODEC, Held
from schemas.report import FilingPlan, Report
from schemas.transfer import Coordinate, Transfer, TransferBatch

SOURCE = Coordinate("filings", 2, 5)


def prepared(case: Any, report: Report | None = None, plan: FilingPlan | None = None) -> Prepared | Held:
    report = report or case.report()
    return prepare(Joined(report, case.archive()), plan or report.filings[0], case.registries())


def held(case: Any, report: Report | None = None, plan: FilingPlan | None = None) -> Held:
    result = prepared(case, report, plan)
    assert isinstance(result, Held)
    return result


def test_the_envelope_carries_the_digest_of_the_bytes(case: Any) -> None:
    result = prepared(case)
    assert isinstance(result, Prepared)
    [filing] = result.filings
    assert filing.sha256 == hashlib.sha256(filing.payload).hexdigest()
    assert filing.filing_id == hashlib.sha256(f"{filing.report_id}|KG|1".encode()).hexdigest()[:32]
    assert (filing.media_type, filing.schema_id, filing.due_at_ms) == (
        "application/zip",
        "strgw.portal",
        case.start_ms + 27 * 3_600_000,
    )


def test_neither_summary_nor_file_name_names_a_person(case: Any) -> None:
    result = prepared(case)
    assert isinstance(result, Prepared)
    for name in ("Aigul", "Bakyt", "نور", "АЙГУЛЬ"):
        assert name not in result.filings[0].summary + result.filings[0].file_name


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"obligation": "spontaneous", "status": "proposed"}, "proposal_only"),
        (
            {"obligation": "hold", "status": "held", "hold_code": "legal_approval", "hold_reason": "needs approval"},
            "legal_approval",
        ),
        ({"status": "held", "hold_code": "awaiting_release", "hold_reason": "a person releases"}, "awaiting_release"),
        ({"fiu": "QQ", "country": "QQ"}, "fiu_unknown"),
    ],
)
def test_only_a_ready_filing_of_a_known_fiu_is_sent(case: Any, plan: dict[str, str], code: str) -> None:
    assert held(case, plan=case.plan(**plan)).code == code


def test_an_fiu_whose_profile_has_no_renderer_waits(case: Any) -> None:
    case.fius["KG"] = case.fiu("KG", profile="kg")
    assert held(case).code == "no_renderer"


def test_an_invalid_report_waits_with_coded_errors_and_canonical_paths(case: Any) -> None:
    waiting = held(case, case.report(narrative={}))
    assert waiting.code == "not_valid"
    assert [(e.code, e.canonical_path) for e in waiting.errors] == [("narrative_missing", "narrative")]


def test_a_party_no_transfer_names_is_an_error_not_an_empty_name(case: Any) -> None:
    report = case.report(parties=(*case.report().parties, CaseParty(b"?" * 16, "involved", "")))
    assert [(e.code, e.canonical_path) for e in held(case, report).errors] == [("party_unknown", "parties[3]")]


def test_a_party_the_case_does_not_list_is_named_without_a_role(case: Any) -> None:
    report = case.report(parties=case.report().parties[1:])  # the collector, who is no child
    result = prepared(case, report)
    assert isinstance(result, Prepared)
    assert "0 suspected, 1 to protect, 3 parties" in result.filings[0].summary


def test_a_transfer_of_another_uid_at_the_coordinate_is_held(case: Any) -> None:
    wrong = msgspec.structs.replace(case.evidence[1], index=2)
    waiting = held(case, case.report(transfers=(case.evidence[0], wrong)))
    assert (waiting.code, waiting.errors[0].code, waiting.errors[0].canonical_path) == (
        "evidence_unreadable",
        "uid_differs",
        "transfers[1]",
    )


def test_a_licence_of_nobody_is_held(case: Any) -> None:
    case.partners = {}
    assert held(case).code == "partner_unknown"


def test_version_numbers_alone_are_no_new_content(case: Any) -> None:
    one, plan = case.report(), case.plan()
    two = case.report(version=2, findings=(msgspec.structs.replace(case.finding(), version=9),), material=False)
    assert content_digest(one, plan) == content_digest(two, plan)
    assert content_digest(one, plan) != content_digest(case.report(narrative={"en": "P1 received more."}), plan)


def test_what_each_party_does_is_content_and_its_order_is_not(case: Any) -> None:
    plan = case.plan()

    def digest(parts: dict[bytes, str]) -> bytes:
        return content_digest(case.report(findings=(msgspec.structs.replace(case.finding(), parts=parts),)), plan)

    assert digest({b"a": "payer", b"b": "collector"}) == digest({b"b": "collector", b"a": "payer"})
    assert digest({b"a": "payer", b"b": "collector"}) != digest({b"a": "payer", b"b": "protected"})


class Desk:
    """Dispatches versions one after the other and keeps the state, as the loop does."""

    def __init__(self, case: Any) -> None:
        self.dispatcher = Dispatcher(case.archive(), case.registries(), msgspec.msgpack.encode)
        self.state: Delivered | None = None

    def take(self, report: Report) -> Outcome:
        outcome = self.dispatcher.dispatch(Arrival(report, SOURCE, 1_000), self.state)
        if outcome is None:
            assert self.state is not None
            return Outcome((), self.state, ())
        self.state = outcome.state
        return outcome


def sent(outcome: Outcome) -> list[Filing]:
    return [msgspec.msgpack.decode(r.value, type=Filing) for r in outcome.records if r.topic.startswith("fiu.")]


def waiting(outcome: Outcome) -> list[Held]:
    return [HELD_CODEC.decode(r.value) for r in outcome.records if r.topic == "filings.held"]


def test_each_plan_ends_as_published_held_or_proposed(case: Any) -> None:
    outcome = Desk(case).take(
        case.report(
            filings=(*case.report().filings, case.plan("IR", obligation="hold", status="held", hold_code="legal_approval"))
        )
    )
    assert outcome.counts == (("KG", PUBLISHED), ("AE", PUBLISHED), ("UZ", PROPOSED), ("IR", HELD))
    assert [f.fiu for f in sent(outcome)] == ["KG", "AE"]
    assert {r.topic for r in outcome.records} == {"fiu.kg.reports", "fiu.ae.reports", "filings.held", "audit", "deliver.state"}


def test_nothing_is_ever_sent_to_the_fiu_of_a_proposal(case: Any) -> None:
    outcome = Desk(case).take(case.report())
    assert not any(r.topic == "fiu.uz.reports" for r in outcome.records)


def test_state_is_written_to_the_partition_of_the_report(case: Any) -> None:
    [state] = [r for r in Desk(case).take(case.report()).records if r.topic == "deliver.state"]
    assert state.partition == SOURCE.partition
    assert restored([(state.key or b"", state.value)]) == {case.report().report_id: Desk(case).take(case.report()).state}


def test_the_same_version_is_not_sent_twice(case: Any) -> None:
    desk = Desk(case)
    desk.take(case.report())
    assert desk.take(case.report()).records == ()


def test_a_version_that_says_the_same_is_not_sent_again(case: Any) -> None:
    desk = Desk(case)
    desk.take(case.report())
    assert sent(desk.take(case.report(version=2))) == []


def test_a_version_that_says_more_is_sent_to_every_fiu(case: Any) -> None:
    desk = Desk(case)
    desk.take(case.report())
    assert [(f.fiu, f.version) for f in sent(desk.take(case.report(version=2, score=0.9)))] == [("KG", 2), ("AE", 2)]


def test_an_older_version_never_follows_a_newer_one(case: Any) -> None:
    desk = Desk(case)
    desk.take(case.report(version=3))
    assert sent(desk.take(case.report(version=2, score=0.1))) == []


def test_of_several_versions_in_a_batch_the_newest_counts(case: Any) -> None:
    versions = [Arrival(case.report(version=v), SOURCE, v) for v in (1, 3, 2)]
    assert [arrival.report.version for arrival in newest(versions)] == [3]


def test_a_withdrawn_report_that_never_left_leaves_nothing(case: Any) -> None:
    outcome = Desk(case).take(case.report(state="withdrawn"))
    assert (sent(outcome), waiting(outcome)) == ([], [])


def test_a_report_withdrawn_after_filing_waits_for_a_person_once(case: Any) -> None:
    desk = Desk(case)
    filings = sent(desk.take(case.report()))
    outcome = desk.take(case.report(version=2, state="withdrawn"))
    assert [(h.fiu, h.code, h.published) for h in waiting(outcome)] == [
        ("KG", "withdrawn_after_filing", (filings[0].filing_id,)),
        ("AE", "withdrawn_after_filing", (filings[1].filing_id,)),
    ]
    assert outcome.counts == (("KG", WITHDRAWN), ("AE", WITHDRAWN))
    assert waiting(desk.take(case.report(version=3, state="withdrawn"))) == []


def test_a_report_that_reopens_is_sent_again(case: Any) -> None:
    desk = Desk(case)
    desk.take(case.report())
    desk.take(case.report(version=2, state="withdrawn"))
    assert [f.version for f in sent(desk.take(case.report(version=3)))] == [3, 3]


def test_an_fiu_no_longer_routed_to_waits_for_a_person(case: Any) -> None:
    desk = Desk(case)
    desk.take(case.report())
    outcome = desk.take(case.report(version=2, filings=(case.plan("KG"),)))
    assert [(h.fiu, h.code) for h in waiting(outcome)] == [("AE", "withdrawn_after_filing")]


def test_a_surviving_report_names_what_it_replaces(case: Any) -> None:
    assert [f.supersedes for f in sent(Desk(case).take(case.report(supersedes=("old",))))] == [("old",), ("old",)]


def test_a_report_mended_after_a_hold_is_sent(case: Any) -> None:
    desk = Desk(case)
    assert sent(desk.take(case.report(narrative={}))) == []
    assert [f.fiu for f in sent(desk.take(case.report(version=2)))] == ["KG", "AE"]


def test_a_hold_near_its_deadline_counts_as_due(case: Any) -> None:
    desk = Desk(case)
    state = desk.take(case.report(narrative={})).state
    due = case.start_ms + 27 * 3_600_000
    assert [due_within(waiting_in([state]), now) for now in (due - 86_400_001, due - 86_399_999, due + 1)] == [0, 2, 2]


def test_what_was_published_is_not_due(case: Any) -> None:
    assert list(waiting_in([Desk(case).take(case.report()).state])) == []


def test_a_withdrawal_waits_for_a_person_but_is_not_due(case: Any) -> None:
    desk = Desk(case)
    desk.take(case.report())
    found = list(waiting_in([desk.take(case.report(version=2, state="withdrawn")).state]))
    assert [(one.fiu, one.since_ms, one.due_at_ms) for one in found] == [("KG", 1_000, None), ("AE", 1_000, None)]


def test_the_audit_names_no_person_and_carries_the_ledger(case: Any) -> None:
    records = [r.value for r in Desk(case).take(case.report()).records if r.topic == "audit"]
    assert len(records) == 3
    assert not any(name.encode() in raw for raw in records for name in ("Aigul", "Bakyt", "نور"))
    assert b"not given by the reporting entity" in records[0]


def test_filing_ids_differ_by_report_fiu_version_and_part() -> None:
    ids = {filing_id(*words) for words in (("r", "KG", 1), ("s", "KG", 1), ("r", "AE", 1), ("r", "KG", 2), ("r", "KG", 1, 1))}
    assert len(ids) == 5


def test_the_backtest_writes_the_bytes_the_fiu_would_get(case: Any, tmp_path: Path) -> None:
    exported = write_filings([case.report(), case.report(version=2, narrative={})], case.archive(), case.registries(), tmp_path)
    names = sorted(str(path.relative_to(tmp_path)) for path in exported.filings)
    report_id = case.report().report_id
    assert names == [f"filings/ae/{report_id}.v1.zip", f"filings/kg/{report_id}.v1.zip"]
    result = prepared(case)
    assert isinstance(result, Prepared)
    assert (tmp_path / names[1]).read_bytes() == result.filings[0].payload
    assert [(h.version, h.fiu, h.code) for h in exported.held] == [(2, "KG", "not_valid"), (2, "AE", "not_valid")]


def test_an_empty_archive_never_gives_a_filing(case: Any) -> None:
    result = prepare(Joined(case.report(), memory_archive()[0]), case.plan(), case.registries())
    assert isinstance(result, Held)
    assert result.errors[0].code == "record_missing"


def test_a_filing_waits_for_a_person_where_a_seal_is_broken_and_nothing_goes_on_where_a_key_is_missing(
    case: Any, tmp_path: Path
) -> None:
    ring, other = KeyRingFile(tmp_path / "ring.json"), KeyRingFile(tmp_path / "other.json")
    ring.init()
    other.init()
    seal = Seal(ring)
    sealing = seal.begin()
    stored = [msgspec.msgpack.decode(seal.transfer(transfer), type=Transfer) for transfer in case.transfers]
    whole = Codec(TransferBatch).encode(TransferBatch({}, tuple(stored), sealing))
    stored[1] = msgspec.structs.replace(stored[1], veil=stored[2].veil)
    broken = Codec(TransferBatch).encode(TransferBatch({}, tuple(stored), sealing))

    def result(record: bytes, keys: KeyRingFile) -> Prepared | Held:
        source = MemorySource()
        source.add(0, 7, record)
        archive = BatchArchive(source, unseal=Unseal(keys))
        return prepare(Joined(case.report(), archive), case.plan(), case.registries())

    assert result(whole, ring) == prepared(case, plan=case.plan())
    held = result(broken, ring)
    assert isinstance(held, Held)
    assert (held.code, [(error.code, error.canonical_path) for error in held.errors]) == (
        "evidence_unreadable", [("seal_broken", "transfers[1]")],
    )  # fmt: skip
    with pytest.raises(KeyMissing):
        result(whole, other)
