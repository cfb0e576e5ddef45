"""No partner sends faster than its rate or works on more requests at once, and says nothing of another's."""

import pytest

from connectors.partners.http.limits import Admission, Rate
from connectors.partners.http.problems import Problem


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def refused(admission: Admission, partner: str = "a") -> Problem:
    with pytest.raises(Problem) as caught, admission.request(partner):
        pass
    return caught.value


def test_over_any_long_time_no_more_than_the_rate_comes_in() -> None:
    rate, now, taken = Rate(10, 0.0), 0.0, 0
    while now < 100:
        if rate.wait_s(now) == 0:
            rate.charge(3, now)
            taken += 3
        now += 0.01
    assert 1000 <= taken <= 1000 + 20 + 3  # what the bucket held at the start, and the last batch


def test_a_batch_over_the_rate_is_taken_and_the_next_one_waits_until_it_is_paid_for() -> None:
    clock = Clock()
    admission = Admission(10, 5, clock)
    with admission.request("a"):
        admission.charge("a", 50)  # 20 were there: 30 are owed, 3 s
    told = refused(admission)
    assert (told.code, told.status, told.headers()["Retry-After"]) == ("rate", 429, "3")
    clock.now += 2.9
    assert refused(admission).headers()["Retry-After"] == "1"
    clock.now += 0.2
    with admission.request("a"):
        pass


def test_one_partners_transfers_do_not_slow_another() -> None:
    admission = Admission(10, 5, Clock())
    admission.charge("a", 1000)
    with admission.request("b"):
        pass


def test_requests_at_once_are_counted_while_they_are_in_work_also_when_they_fail() -> None:
    admission = Admission(10, 2, Clock())
    with admission.request("a"), admission.request("a"):
        assert (refused(admission).code, refused(admission).status) == ("at_once", 429)
        with admission.request("b"):
            pass
    with pytest.raises(KeyError), admission.request("a"):
        raise KeyError
    with admission.request("a"), admission.request("a"):
        pass
