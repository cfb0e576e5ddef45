"""The case set of the shared references: every event is taken in, known by the same keys, and names meet as measured."""

import gzip
import itertools
import json
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from connectors.partners.accept import Acceptor, Rejection
from schemas.places import UNKNOWN_MARK
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring
from streams.domain.names import name_set

REFERENCE = Path(__file__).parents[5] / "shared" / "reference"
CASES = REFERENCE / "cases"
SETS = ("variant_1", "variant_2", "events")
NOW_MS = 1_800_000_000_000
PARTNER = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared reference cases are not beside this repository")


@lru_cache(maxsize=1)
def lines(name: str) -> tuple[bytes, ...]:
    with gzip.open(CASES / f"{name}.jsonl.gz") as stream:
        return tuple(line.rstrip(b"\n") for line in stream)


@lru_cache(maxsize=1)
def results(name: str) -> tuple[Transfer | Rejection, ...]:
    acceptor = Acceptor(PARTNER, Keyring(b"m" * 32), lambda: NOW_MS)
    return tuple(acceptor.accept(raw, Coordinate(name, 0, number)) for number, raw in enumerate(lines(name)))


def reference_transfers() -> list[Transfer]:
    return [result for result in results("events") if isinstance(result, Transfer)]


@pytest.mark.parametrize("name", SETS)
def test_every_event_of_the_set_is_taken_in(name: str) -> None:
    for raw, result in zip(lines(name), results(name), strict=True):
        assert isinstance(result, Transfer), result
        assert result.transfer_id == json.loads(raw)["transfer_id"]


def test_every_place_is_a_known_town_in_the_agents_country() -> None:
    for transfer in reference_transfers():
        for place, agent in ((transfer.send_place, transfer.send_agent), (transfer.pay_place, transfer.pay_agent)):
            assert not place.town.startswith(UNKNOWN_MARK)
            assert agent is None or place.country == agent.country


def test_amounts_and_times_are_those_of_the_partner() -> None:
    for raw, transfer in zip(lines("events"), reference_transfers(), strict=True):
        event = json.loads(raw)
        digits = 2  # of every currency of the set
        assert transfer.amount.minor == int(Decimal(event["amount"]["value"]).scaleb(digits))
        at = datetime.fromisoformat(event["occurred_at"])
        assert transfer.occurred_ms == round(at.timestamp() * 1000)
        assert transfer.utc_offset_min * 60 == at.utcoffset().total_seconds()  # type: ignore[union-attr]


def test_one_customer_number_is_one_key_and_one_key_one_customer_number() -> None:
    keys: dict[str, set[bytes]] = defaultdict(set)
    numbers: dict[bytes, set[str]] = defaultdict(set)
    for transfer in reference_transfers():
        for party in (transfer.sender, transfer.receiver):
            if party is not None and party.party_id is not None:
                keys[party.party_id].add(party.key)
                numbers[party.key].add(party.party_id)
    assert {len(found) for found in keys.values()} == {len(found) for found in numbers.values()} == {1}


def spellings() -> list[set[str]]:
    """Spellings of each person, known by the first document."""
    people: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for raw in lines("events"):
        event: dict[str, Any] = json.loads(raw)
        for party in (event["sender"], event.get("receiver")):
            if party and party["kind"] == "person" and party.get("documents"):
                people[tuple(party["documents"][0].values())].add(party["name"])
    return list(people.values())


def recall(pairs: list[tuple[str, str]]) -> float:
    return sum(name_set(first) == name_set(second) for first, second in pairs) / len(pairs)


def test_the_name_set_meets_as_often_as_measured_when_it_was_chosen() -> None:
    pairs = [pair for names in spellings() for pair in itertools.combinations(sorted(names), 2)]
    cyrillic = [pair for pair in pairs if any("а" <= letter.lower() <= "я" for letter in "".join(pair))]
    arabic = [pair for pair in pairs if any("؀" <= letter <= "ۿ" for letter in "".join(pair))]
    assert len(pairs) == 1906
    assert recall(pairs) == pytest.approx(0.994, abs=0.001)
    assert recall(cyrillic) == 1.0
    assert recall(arabic) == pytest.approx(0.927, abs=0.01)


def test_the_published_examples_of_name_sets_hold_letter_for_letter() -> None:
    examples = json.loads((REFERENCE / "matchkeys.examples.json").read_bytes())
    for group in examples["groups"]:
        assert {spelling: name_set(spelling) for spelling in group["spellings"]} == group["spellings"]
    for clash in examples["collide_by_design"]:
        assert [name_set(clash["a"]), name_set(clash["b"])] == clash["keys"]


def test_kin_are_tied_and_friends_are_not_in_most_transfers() -> None:
    """Floors, not targets: siblings by marriage differ in name, and some friends share one."""
    tied: dict[str, list[bool]] = defaultdict(list)
    for transfer in reference_transfers():
        if transfer.relationship in ("brother", "father", "daughter", "friend", "landlord"):
            tied[transfer.relationship].append(transfer.name_tie)
    share = {relation: sum(found) / len(found) for relation, found in tied.items()}
    assert min(share["brother"], share["father"], share["daughter"]) > 0.9
    assert max(share["friend"], share["landlord"]) < 0.2
