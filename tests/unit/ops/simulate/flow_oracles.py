"""What each typology of flow and payment asks, put to the rows of events and to nothing else (test_shapes.py).

The numbers are those of the questions (reference, A4 and A7), not of the generator.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

Rows = list[Any]  # of conftest.Row


def kin(row: Any) -> bool:
    """Kinship is stated, or both names share a word's beginning."""
    words = [{word.lower()[:5] for word in row.event[side]["name"].split()} for side in ("sender", "receiver")]
    stated = row.event.get("relationship", "") in {"mother", "father", "son", "daughter", "brother", "sister", "wife", "husband"}
    return bool(words[0] & words[1]) or stated


def strangers(rows: Rows) -> Rows:
    """Transfers between persons that are neither kin nor rent, wages or trade."""
    words = ("rent", "wages", "tuition", "invoice", "sponsor")
    return [
        row
        for row in rows
        if row.receiver
        and row.event["sender"]["kind"] == row.event["receiver"]["kind"] == "person"
        and not kin(row)
        and not any(word in row.event.get("purpose", "").lower() for word in words)
    ]


def by(rows: Rows, side: str) -> dict[str, Rows]:
    groups: dict[str, Rows] = defaultdict(list)
    for row in rows:
        groups[getattr(row, side)].append(row)
    return groups


def within(rows: Rows, hours: float, distinct: Callable[[Any], object]) -> int:
    """The most distinct values in any window of this length."""
    return max((len({distinct(row) for row in rows if 0 <= row.at - start.at <= hours}) for start in rows), default=0)


def f01(rows: Rows) -> bool:
    return any(
        within(paid, 720, lambda row: row.sender) >= 5 and len({row.send_town for row in paid}) >= 3
        for paid in by(strangers(rows), "receiver").values()
    )


def f02(rows: Rows) -> bool:
    return any(
        within(paid, 720, lambda row: row.receiver) >= 4 and len({row.pay_town for row in paid}) >= 2
        for paid in by(strangers(rows), "sender").values()
    )


def f03(rows: Rows) -> bool:
    for party, paid in by(strangers(rows), "receiver").items():
        out = [row for row in rows if row.sender == party and "rent" not in row.event.get("purpose", "")]
        after = [row for row in out if any(0 < row.at - credit.at <= 48 for credit in paid)]
        if within(paid, 720, lambda row: row.sender) >= 5 and sum(r.usd for r in after) >= 0.7 * sum(r.usd for r in paid):
            return True
    return False


def f04(rows: Rows) -> bool:
    for paid in by(strangers(rows), "receiver").values():
        senders = len({row.sender for row in paid})
        sent, picked_up = ({getattr(row, side)[:2] for row in paid} for side in ("send_town", "pay_town"))
        if (len(sent) >= 3 and senders >= 4) or (len(picked_up) >= 2 and senders >= 3):
            return True
    return False


def f05(rows: Rows) -> bool:
    def trace(row: Any) -> set[str]:
        sender = row.event["sender"]
        return {*sender.get("phones", []), *sender.get("devices", []), *(a["line"] for a in sender.get("addresses", []))}

    for paid in by(strangers(rows), "receiver").values():
        senders = by(paid, "sender")
        for row in paid:
            for mark in trace(row):
                linked = [s for s, own in senders.items() if len(own) >= 2 and any(mark in trace(one) for one in own)]
                if len(linked) >= 3:
                    return True
    return False


def f06(rows: Rows) -> bool:
    def hops(row: Any, depth: int) -> int:
        following = [
            one for one in rows if one.sender == row.receiver and 0 < one.at - row.at <= 120 and 0.85 <= one.usd / row.usd <= 1
        ]
        ends = [one for one in following if one.event["channel"] in ("cash_out", "virtual_asset")]
        return depth if ends else max((hops(one, depth + 1) for one in following), default=0)

    return max(hops(row, 1) for row in rows) >= 3


def f07(rows: Rows) -> bool:
    for party, paid in by(rows, "receiver").items():
        credits = [row.usd for row in paid if row.event["sender"]["kind"] == "person"]
        typical = sorted(credits)[len(credits) // 2] if credits else 0
        near = [usd for usd in credits if abs(usd - typical) <= 0.25 * typical]
        bulk = [row.usd for row in rows if row.sender == party and row.receiver and row.usd >= 2 * max(credits, default=0)]
        if len(near) >= 10 and len(near) >= 0.7 * len(credits) and sum(bulk) >= 0.5 * sum(credits):
            return True
    return False


def f08(rows: Rows) -> bool:
    own = by(strangers(rows), "sender")
    marks = {
        sender: {mark for row in paid for mark in (*row.event["sender"].get("phones", []), row.send_town)}
        for sender, paid in own.items()
    }
    first = {sender: paid[0].day for sender, paid in own.items()}
    for cut in range(min(first.values(), default=0), max(first.values(), default=0)):
        early = [sender for sender, day in first.items() if day <= cut]
        late = [sender for sender, day in first.items() if cut < day <= cut + 30]
        linked = [sender for sender in late if any(marks[sender] & marks[one] for one in early)]
        if len(linked) >= 5 and len(late) >= 0.5 * len(early):
            return True
    return False


def p01(rows: Rows) -> bool:
    paid = strangers(rows)
    phones = {row.sender: tuple(row.event["sender"].get("phones", [])) for row in paid}
    clusters: dict[object, Rows] = defaultdict(list)
    for row in paid:
        clusters[phones[row.sender] or row.sender].append(row)
    journeys = any(len({r.receiver for r in own}) >= 3 and len({r.pay_town for r in own}) >= 3 for own in clusters.values())
    payers = {sender: {row.receiver for row in own} for sender, own in by(paid, "sender").items()}
    shared = any(
        sum(set(pair) <= receivers for receivers in payers.values()) >= 2 for pair in combinations({r.receiver for r in paid}, 2)
    )
    return journeys or (shared and sum(len(receivers) >= 2 for receivers in payers.values()) >= 3)


def p02(rows: Rows) -> bool:
    payers = 0
    for own in by(strangers(rows), "sender").values():
        days = [row.day for row in own]
        payers += len(own) == 2 and 3 <= days[1] - days[0] <= 60 and 1.5 <= own[1].usd / own[0].usd <= 5
    return payers >= 3


def p03(rows: Rows) -> bool:
    for paid in by(strangers(rows), "receiver").values():
        burst = [row for row in paid if row.at - paid[0].at <= 72]
        abroad = burst[0].send_town[:2] != burst[0].pay_town[:2]
        if abroad and len(burst) >= 2 and sum(row.usd for row in burst) >= 500:
            return True
    return False


def p04(rows: Rows) -> bool:
    for paid in by(strangers(rows), "receiver").values():
        steady = 0
        for own in by(paid, "sender").values():
            gaps = [b.at - a.at for a, b in pairwise(own)]
            steady += len(own) >= 4 and max(gaps) < 1.5 * min(gaps) and all(row.usd >= 95 for row in own)
        if steady >= 3:
            return True
    return False


def p05(rows: Rows) -> bool:
    for paid in by(strangers(rows), "receiver").values():
        small = [row for row in paid if 15 <= row.usd <= 600 and float(row.event["amount"]["value"]) % 10 == 0]
        night = [row for row in small if row.local >= 22 or row.local < 6]
        if len(small) >= 8 and len(night) >= 0.6 * len(small) and within(small, 336, lambda row: row.sender) >= 5:
            return True
    return False


def p06(rows: Rows) -> bool:
    groups = {"7311": 3, "7011": 3, "4121": 15, "4814": 5, "5968": 3}
    categories = [row.event.get("merchant_category") for row in rows]
    ads = [float(row.event["amount"]["value"]) for row in rows if row.event.get("merchant_category") == "7311"]
    return (
        sum(categories.count(code) >= least for code, least in groups.items()) >= 3
        and bool(ads)
        and all(ad % 3 == 0 for ad in ads)
    )


def p07(rows: Rows) -> bool:
    paid = [row for row in strangers(rows) if row.event["sender"].get("nationality") != row.pay_town[:2]]
    for own in by(paid, "sender").values():
        sums = sorted(row.usd for row in own)
        if (
            len(own) >= 6
            and sums[len(sums) // 2] < 150
            and own[-1].day - own[0].day <= 60
            and len({r.receiver for r in own}) >= 2
        ):
            return True
    return False


ORACLES = {f"TS-{name[0].upper()}{name[1:]}": globals()[name] for name in (
    "f01", "f02", "f03", "f04", "f05", "f06", "f07", "f08", "p01", "p02", "p03", "p04", "p05", "p06", "p07")}  # fmt: skip
