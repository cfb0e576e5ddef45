"""The packaged stream and its truth belong together, and the truth names nobody."""

import json

import pytest

from ops.demo.stream import TRUTH, SampleCase, sample_cases, sample_events, transfer_id_of, without_background


@pytest.fixture(scope="module")
def cases() -> tuple[SampleCase, ...]:
    return sample_cases()


def test_every_transfer_of_a_case_is_in_the_stream_once(cases: tuple[SampleCase, ...]) -> None:
    posted = [transfer_id_of(event) for event in sample_events()]
    assert len(posted) == len(set(posted)) == 22_680
    of_cases = [transfer for case in cases for transfer in case.transfers]
    assert len(of_cases) == len(set(of_cases)) == 2_680
    assert set(of_cases) <= set(posted)


def test_subjects_have_transfers_and_are_nobody_to_spare(cases: tuple[SampleCase, ...]) -> None:
    for case in cases:
        assert set(case.subject_transfers) <= set(case.transfers)
        assert bool(case.subjects) == bool(case.subject_transfers) == (not case.negative_control)
        assert not set(case.subjects) & ({*case.protect} | {*case.must_not_subject})
        assert set(case.primary) <= set(case.countries)


def test_only_the_cases_are_left_without_the_background_in_the_same_order(cases: tuple[SampleCase, ...]) -> None:
    events = sample_events()
    left = without_background(events, cases)
    assert len(left) == 2_680
    positions = {event: number for number, event in enumerate(events)}
    assert [positions[event] for event in left] == sorted(positions[event] for event in left)


def test_truth_names_no_person(cases: tuple[SampleCase, ...]) -> None:
    names = {json.loads(event)["sender"]["name"] for event in sample_events()[:2000]}
    text = TRUTH.read_text("utf-8")
    assert len(names) > 500
    assert not [name for name in names if len(name) > 8 and name in text]
