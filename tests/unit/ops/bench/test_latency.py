"""What the bench times a finding from: the transfer that completed it, which need not be among its evidence."""

from ops.bench.latency import begun_ms, dealings_of
from schemas.finding import Evidence, Finding

WALKER, CASHIER, PAYER, STRANGER = (bytes([number]) * 16 for number in range(1, 5))


def finding() -> Finding:
    """One round of the walker to a cashier."""
    item = Evidence(b"t" * 16, 0, 0, 0, 0, "p", WALKER, CASHIER, 1, "USD", 100, "cash_in", "DE", "TR", "", "")
    return Finding(
        "f", 1, "open", "TS-S02", 1, "s", WALKER, 0, 0, 0, 0, 1.0, 1.0, 1.0, "", ((0, 1.0),), (), {}, (), (), (), (item,)
    )


def test_a_finding_begins_with_the_newest_transfer_of_those_in_its_evidence() -> None:
    evidence, completes, other = (10, 20, (WALKER, CASHIER)), (5_000, 5_010, (PAYER, WALKER)), (5_020, 5_030, (PAYER, STRANGER))
    assert begun_ms(finding(), 5_200, dealings_of([evidence, completes, other])) == 5_000


def test_what_detection_was_told_after_the_finding_cannot_have_completed_it() -> None:
    assert begun_ms(finding(), 5_200, dealings_of([(10, 20, (WALKER, CASHIER)), (5_100, 5_201, (PAYER, WALKER))])) == 10


def test_a_finding_of_which_nothing_was_measured_is_not_timed() -> None:
    assert begun_ms(finding(), 5_200, dealings_of([(10, 20, (PAYER, STRANGER))])) is None
