"""Every measure on a stream of ten transfers, worked out by hand beside it (world.STREAM)."""

import msgspec
import pytest

from ops.quality.delay import delay, spread
from ops.quality.measures import Delay, Quality
from ops.quality.quality import measure
from ops.quality.truth import Planted, Truth
from ops.quality.witness import Moment, Witness
from schemas.finding import Finding
from schemas.report import Report
from tests.unit.ops.quality.world import CASE, HOUR_MS, MIDNIGHT_MS, STREAM, World, at

WORLD = World()
FUNNEL = WORLD.finding("TS-F01", "S", "a1", "a2", "a3", first="a3")
SHARED = WORLD.finding("TS-K01", "P", "b1", "b2", first="b2")
CLUB_FINDING = WORLD.finding("TS-F03", "C", "c1", "c2", first="c2")
REPORT = WORLD.report(["S"], [FUNNEL], formed="a4")


def quality(findings: list[Finding], reports: list[Report], *, batch: int = 1) -> Quality:
    return measure(WORLD.run(findings, reports, batch=batch), "truth.json", True)


def test_the_whole_stream_is_counted_as_by_hand() -> None:
    overall = quality([FUNNEL, SHARED, CLUB_FINDING], [REPORT]).overall
    assert (overall.transfers, overall.planted_transfers, overall.benign_transfers) == (10, 4, 6)
    assert (overall.cases, overall.found, overall.demanded, overall.reported) == (1, 1, 1, 1)
    assert (overall.right_offence, overall.right_subjects, overall.detectors_share) == (1, 1, 0.5)
    assert (overall.reports, overall.reports_right, overall.precision) == (1, 1, 1.0)
    assert (overall.in_findings, overall.in_reports) == (4, 0)  # b1 b2 c1 c2
    assert overall.in_findings_share == pytest.approx(4 / 6, abs=1e-6)
    assert overall.benign_accounts == 6  # P Q R M1 M2 C
    assert (overall.accounts_centred, overall.accounts_touched, overall.accounts_subject) == (2, 6, 0)  # P and C; everybody
    assert (overall.controls, overall.controls_reported, overall.controls_in_findings) == (1, (), 1)
    assert (overall.protected_as_subject, overall.bystanders_as_subject) == (0, 0)


def test_nothing_made_of_the_stream_is_a_report_without_shares() -> None:
    overall = quality([], []).overall
    assert (overall.found, overall.reported, overall.precision, overall.to_finding, overall.to_report) == (0, 0, None, None, None)


def test_a_case_is_found_from_a_third_of_its_transfers_on() -> None:
    two = msgspec.structs.replace(CASE, transfers=("a1", "a2", "a3", "a4", "b1", "b2"), subject_transfers=())
    one_of_six = measure(WORLD.run([WORLD.finding("TS-F01", "S", "a1", first="a1")], [], batch=1, truth=[two]), "t", True)
    two_of_six = measure(WORLD.run([WORLD.finding("TS-F01", "S", "a1", "a2", first="a2")], [], batch=1, truth=[two]), "t", True)
    assert (one_of_six.overall.found, two_of_six.overall.found) == (0, 1)


def test_a_report_that_names_no_expected_subject_reports_nothing() -> None:
    case = quality([FUNNEL], [WORLD.report(["F1"], [FUNNEL], formed="a3")])
    assert (case.overall.reported, case.overall.precision, case.cases[0].share_in_reports) == (0, 0.0, 0.0)


def test_wrong_offence_is_reported_and_not_right() -> None:
    overall = quality([FUNNEL], [WORLD.report(["S"], [FUNNEL], formed="a3", offence="TIP")]).overall
    assert (overall.reported, overall.right_offence, overall.right_subjects) == (1, 0, 1)


def test_a_victim_named_as_subject_is_counted_and_spoils_the_case() -> None:
    overall = quality([FUNNEL], [WORLD.report(["S", "V"], [FUNNEL], formed="a3")]).overall
    assert (overall.protected_as_subject, overall.reported, overall.right_subjects) == (1, 1, 0)


def test_a_report_on_a_lawful_club_is_a_false_one() -> None:
    club = WORLD.report(["C"], [CLUB_FINDING], formed="c2")
    overall = quality([FUNNEL, CLUB_FINDING], [REPORT, club]).overall
    assert (overall.controls_reported, overall.bystanders_as_subject, overall.accounts_subject) == (("C",), 1, 1)
    assert (overall.precision, overall.in_reports) == (0.5, 2)


def test_a_typology_has_the_recall_of_the_cases_that_expect_it() -> None:
    by_id = {t.id: t for t in quality([FUNNEL, SHARED, CLUB_FINDING], [REPORT]).typologies}
    assert {i: (t.findings, t.findings_on_cases, t.cases, t.cases_found, t.recall) for i, t in by_id.items()} == {
        "TS-F01": (1, 1, 1, 1, 1.0),
        "TS-F03": (1, 0, 0, 0, None),
        "TS-K01": (1, 0, 0, 0, None),
        "TS-P02": (0, 0, 1, 0, 0.0),
    }
    assert (by_id["TS-K01"].benign_transfers, by_id["TS-K01"].benign_accounts) == (2, 1)
    assert (by_id["TS-F01"].benign_transfers, by_id["TS-F01"].benign_accounts) == (0, 0)


def test_ablation_says_which_case_hangs_on_a_typology_and_what_it_drags_in() -> None:
    extra = WORLD.finding("TS-F03", "S", "a4", "b3", first="b3")
    by_id = {t.id: t for t in quality([FUNNEL, extra], [WORLD.report(["S"], [FUNNEL, extra], formed="a4")]).typologies}
    assert (by_id["TS-F01"].cases_lost, by_id["TS-F01"].found_only_by_it) == (("A",), ("A",))
    assert (by_id["TS-F03"].cases_lost, by_id["TS-F03"].found_only_by_it) == ((), ())
    assert by_id["TS-F03"].benign_spared == 1  # b3


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 10])
def test_time_to_detection_does_not_depend_on_the_batches(batch: int) -> None:
    case = quality([FUNNEL], [REPORT], batch=batch).cases[0]
    assert case.knowable_from == "truth"
    assert case.to_finding == Delay(1, 2.0)  # a2 at 3 h to a3 at 5 h
    assert case.to_report == Delay(2, 3.0)  # to a4 at 6 h


def test_what_needed_later_knowledge_counts_to_the_last_transfer_of_its_batch() -> None:
    case = WORLD.run([], [], batch=4).cases[0]
    ends = [at("a2"), at("b3"), at("b4")]
    assert delay(case, at("a2"), Moment(1, at("a1")), ends) == Delay(2, 3.0)  # a4
    assert delay(case, at("a2"), Moment(2, at("a1")), ends) == Delay(2, 6.0)  # no transfer of the case: the batch's end
    assert delay(case, None, Moment(1, at("a1")), ends) is None
    assert delay(case, at("a2"), None, ends) is None


def test_without_a_word_in_the_truth_it_counts_from_the_first_expected_finding() -> None:
    silent = msgspec.structs.replace(CASE, knowable_ms=None)
    early = WORLD.finding("TS-K01", "S", "a1", first="a1")
    run = WORLD.run([FUNNEL, early], [REPORT], batch=1, truth=[silent])
    case = measure(run, "t", True).cases[0]
    assert case.knowable_from == "findings"
    assert case.to_finding == Delay(0, 0.0)  # TS-K01, which nobody expected, spoke at a1: it does not count
    assert case.to_report == Delay(1, 1.0)


def test_spread_is_median_and_ninth_decile() -> None:
    found = spread([Delay(1, 1.0), None, Delay(3, 5.0), Delay(2, 3.0)])
    assert found is not None
    assert (found.cases, found.transfers, found.hours) == (3, 2.0, 3.0)
    assert found.hours_p90 == pytest.approx(4.6)  # 3 + 0.8 of the way to 5
    assert spread([None]) is None


def pattern(members: tuple[str, ...]) -> Planted:
    """A pattern of which only accounts and time are known: from a1 (1 h) to b3 (7 h)."""
    return msgspec.structs.replace(
        CASE, id="fan_in-1", group="fan_in", must_report=False, detectors=(), offences=(), subjects=members, protect=(), bystanders=(),
        parties=members, transfers=(), subject_transfers=(), knowable_ms=None, window=(at("a1"), at("b3")),
    )  # fmt: skip


def test_transfers_of_a_pattern_are_those_between_its_accounts_in_its_time() -> None:
    case = WORLD.run([], [], batch=3, truth=[pattern(("P", "Q", "R"))]).cases[0]
    assert [arrival.transfer_id for arrival in case.arrivals] == ["b2", "b3"]  # b1 and b4 lie outside


@pytest.mark.parametrize(
    ("members", "found"), [(("P", "R", "Q"), 1), (("P", "R", "F1", "F2"), 1), (("P", "R", "F1", "F2", "F3"), 0)]
)
def test_a_pattern_is_found_when_findings_name_half_of_its_accounts(members: tuple[str, ...], found: int) -> None:
    run = WORLD.run([WORLD.finding("TS-K01", "P", "b2", first="b2")], [], batch=1, truth=[pattern(members)])
    result = measure(run, "t", False)
    assert (result.overall.found, result.groups[0].name, result.groups[0].planted) == (found, "fan_in", 1)


def test_a_transfer_that_comes_twice_is_one_and_came_the_first_time() -> None:
    witness = Witness(Truth("t", True, (CASE,)))
    for _ in range(2):
        witness.sees([WORLD.transfers[row[0]] for row in STREAM])
    case = witness.watched()[0]
    assert [arrival.transfer_id for arrival in case.arrivals] == ["a1", "a2", "a3", "a4"]
    assert {arrival.batch for arrival in case.arrivals} == {0}
    assert witness.batches == [MIDNIGHT_MS + 9 * HOUR_MS] * 2
