"""What an entity keeps next to its encoding is encoded as it is."""

import random

import msgspec
import pytest

from schemas.observation import SENDER
from schemas.transfer import Identifier
from streams.domain.event import Event, event_of
from streams.domain.event_log import EventLog
from streams.domain.marks import mark_of
from streams.domain.profile import Profile, Profiles
from streams.typologies.build import key_of, pay


def encoded(events: list[Event]) -> bytes:
    return b"".join(msgspec.msgpack.encode(event) for event in events)


@pytest.mark.parametrize("seed", range(5))
def test_a_log_is_sorted_and_its_encoding_is_that_of_its_events_whatever_came_and_went(seed: int) -> None:
    chance = random.Random(seed)
    events = [event_of(pay(f"s{n}", "r", n / 7, 10 ** chance.randrange(6)), SENDER) for n in range(60)]
    log, expected = EventLog(), list[Event]()
    for event in chance.sample(events, 60):
        assert log.add(event) is True
        assert log.add(event) is False
        expected = sorted([*expected, event], key=Event.order)
        if chance.random() < 0.2:
            start = chance.randrange(len(expected))
            stop = chance.randrange(start, len(expected) + 1)
            log.drop(start, stop)
            del expected[start:stop]
        if chance.random() < 0.3:
            log = EventLog(*log.packed())
        assert log.packed() == (len(expected), encoded(expected), b"".join(map(mark_of, expected)))
        if expected:
            assert (log.oldest_ms, log.newest_ms) == (expected[0].at_ms, expected[-1].at_ms)
    assert list(log) == expected and len(log) == len(expected) and log[-1] == expected[-1]


def test_profiles_are_encoded_anew_after_every_change() -> None:
    profiles = Profiles()
    known: dict[bytes, Profile] = {}
    one, two = (Profile(True, country, 0, (), (Identifier(2, b"x"),)) for country in ("KZ", "DE"))
    for name, profile in (("a", one), ("b", two), ("a", two), ("a", two)):
        profiles[key_of(name)] = known[key_of(name)] = profile
        assert dict(Profiles(profiles.packed()).items()) == known
    dated = Profile(True, "DE", 19_000, (), (Identifier(2, b"x"),))
    profiles.update({key_of("a"): dated, key_of("b"): two})
    assert dict(Profiles(profiles.packed()).items()) == {key_of("a"): dated, key_of("b"): two}
    profiles.keep({key_of("b")})
    assert dict(Profiles(profiles.packed()).items()) == {key_of("b"): two}
