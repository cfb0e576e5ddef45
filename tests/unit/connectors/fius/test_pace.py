"""Rules of the pace of delivery: no clock, no broker."""

from connectors.fius.pace import Pace


def starts(looks: list[tuple[bool, bool]], asked: list[float], takes: float = 0.0) -> list[float]:
    """When steps that are asked for at these moments begin; `looks`: whether a report waits then, and whether the step is full."""
    pace, begun = Pace(1.0, 3.0), []
    for (found, is_full), moment in zip(looks, asked, strict=True):
        at = moment + max(0.0, pace.early_s(moment))
        begun.append(at)
        if found:
            pace.took(at, at + takes, is_full)
    return begun


def test_steps_that_deliver_begin_a_second_apart() -> None:
    assert starts([(True, False)] * 3, [10.0, 10.25, 11.5]) == [10.0, 11.0, 12.0]


def test_the_first_report_after_a_quiet_second_is_not_held_up() -> None:
    assert starts([(True, False), (False, False), (True, False)], [10.0, 11.25, 11.5]) == [10.0, 11.25, 11.5]


def test_a_step_that_comes_later_than_it_may_begins_when_it_comes() -> None:
    assert starts([(True, False), (True, False)], [10.0, 13.0]) == [10.0, 13.0]


def test_the_pause_is_five_times_the_work_and_three_seconds_at_most() -> None:
    assert starts([(True, False)] * 2, [10.0, 10.5], takes=0.5) == [10.0, 12.5]
    assert starts([(True, False)] * 2, [10.0, 10.5], takes=2.0) == [10.0, 13.0]


def test_a_backlog_is_taken_without_a_pause_up_to_its_last_step() -> None:
    assert starts([(True, True), (True, True), (True, False), (True, False)], [10.0, 10.25, 10.5, 10.75]) == [
        10.0,
        10.25,
        10.5,
        11.5,
    ]
