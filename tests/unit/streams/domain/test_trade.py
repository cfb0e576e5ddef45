"""What a business sells, by category or words, and whom a purchase is for."""

import pytest

from streams.domain.trade import AD, HIRE, ONLINE, PHONE, RIDE, ROOM, TICKET, passenger, trade_class

KEY = b"k" * 16


@pytest.mark.parametrize(("category", "trade"), [
    ("7311", AD), ("7011", ROOM), ("3501", ROOM), ("3999", ROOM), ("3500", ""), ("4000", ""), ("4121", RIDE), ("4814", PHONE), ("5968", ONLINE),
    ("4511", TICKET), ("3000", TICKET), ("3299", TICKET), ("3300", ""), ("7512", HIRE), ("3351", HIRE), ("3441", HIRE), ("5411", ""), (None, ""),
])  # fmt: skip
def test_the_category_decides(category: str | None, trade: str) -> None:
    assert trade_class(category, None) == trade


@pytest.mark.parametrize(("purpose", "trade"), [
    ("Advertisement", AD), ("hotel room", ROOM), ("TAXI", RIDE), ("top up", PHONE), ("top-up 20", PHONE), ("SIM card for Najib Hotak", PHONE),
    ("subscription", ONLINE), ("one-way ticket", TICKET), ("билет", TICKET), ("groceries", ""), ("stop", ""),
])  # fmt: skip
def test_words_stand_in_for_a_category_that_says_nothing(purpose: str, trade: str) -> None:
    assert trade_class(None, purpose) == trade
    assert trade_class("5411", purpose) == trade
    assert trade_class("7311", purpose) == AD


def test_a_passenger_is_known_again_in_any_spelling_and_order() -> None:
    first = passenger("one-way ticket for Mirwais Barakzai", "Ali Reza", KEY)
    assert 0 < first < 1 << 32
    assert first == passenger("ROOM FOR BARAKZAI MIRWAIS", "Ali Reza", KEY)
    assert first != passenger("room for Wahid Amiri", "Ali Reza", KEY)
    assert first != passenger("one-way ticket for Mirwais Barakzai", "Ali Reza", b"l" * 16)


@pytest.mark.parametrize(
    "purpose", [None, "", "ticket", "room for work", "ticket for Laila Karimova", "comfort Mirwais Barakzai"]
)
def test_nobody_or_kin_is_no_passenger(purpose: str | None) -> None:
    assert passenger(purpose, "Umid Karimov", KEY) == 0
