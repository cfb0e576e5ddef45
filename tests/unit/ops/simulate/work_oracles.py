"""What each typology of work, identity and structure asks, put to the rows of events and to nothing else (test_shapes.py).

The numbers are those of the questions (reference, A4 and A7), not of the generator.
"""

from collections import defaultdict
from itertools import pairwise
from typing import Any

from tests.unit.ops.simulate.flow_oracles import Rows, by

KIN = {"mother", "father", "son", "daughter", "brother", "sister", "wife", "husband"}


def traces(row: Any, side: str = "sender") -> set[str]:
    party = row.event[side]
    return {*party.get("phones", []), *party.get("devices", []), *(d["number"] for d in party.get("documents", []))}


def last_names(row: Any, side: str) -> set[str]:
    return {word.lower().replace("ova", "ov") for word in row.event[side]["name"].split()}


def w01(rows: Rows) -> bool:
    wages = [row for row in rows if row.event["channel"] == "payroll"]
    accounts: dict[str, set[str]] = defaultdict(set)
    for row in wages:
        for account in row.event["receiver"].get("accounts", []):
            accounts[account["number"]].add(row.receiver)
    skimmed: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        paid = [w for w in wages if w.receiver == row.sender and 0 < row.at - w.at <= 24 and row.usd >= 0.7 * w.usd]
        if (
            row.receiver
            and paid
            and row.event.get("relationship") not in KIN
            and not last_names(row, "sender") & last_names(row, "receiver")
        ):
            skimmed[row.receiver].add(row.sender)
    return any(len(workers) >= 3 for workers in (*accounts.values(), *skimmed.values()))


def w02(rows: Rows) -> bool:
    batches = 0
    for start in rows:
        batch = [
            row for row in rows if 0 <= row.at - start.at <= 0.5 and row.event.get("send_agent") == start.event.get("send_agent")
        ]
        for mark in traces(start):
            if len({row.sender for row in batch if mark in traces(row)}) >= 3 and batch[0] is start:
                batches += 1
                break
    families = [
        (sender, {row.receiver for row in own}, {row.pay_town for row in own}) for sender, own in by(rows, "sender").items()
    ]
    proxies = [s for s, receivers, towns in families if len(receivers) >= 5 and len(towns) == 1]
    again = [
        s
        for s in proxies
        if any(b.day - a.day >= 60 for o in by(by(rows, "sender")[s], "receiver").values() for a, b in [(o[0], o[-1])])
    ]
    return batches >= 2 or bool(again)


def w03(rows: Rows) -> bool:
    for party, paid in by(rows, "receiver").items():
        visas = [row for row in paid if row.event.get("merchant_category") in ("4722", "7361", "8299")]
        sums = sorted(row.usd for row in visas)
        away = [row for row in rows if row.sender == party and row.event["receiver"]["kind"] == "person"]
        if (
            len({row.sender for row in visas}) >= 5
            and sums[len(sums) // 2] >= 1400
            and sum(r.usd for r in away) >= 0.5 * sum(sums)
        ):
            return True
    return False


def w04(rows: Rows) -> bool:
    for firm, credits in by([row for row in rows if row.event.get("receiver", {}).get("kind") == "entity"], "receiver").items():
        lines = {a["line"] for row in credits for a in row.event["receiver"].get("addresses", [])}
        turnover = sum(row.usd for row in credits if row.event["channel"] != "cash_in")
        returned = sum(row.usd for row in credits if row.event["channel"] == "cash_in")
        payroll = sum(row.usd for row in rows if row.sender == firm and row.event["channel"] == "payroll")
        site = {row.sender for row in rows if any(a["line"] in lines for a in row.event["sender"].get("addresses", []))} - {firm}
        if len(site) >= 3 and (payroll - returned < 0.2 * turnover):
            return True
    return False


def w05(rows: Rows) -> bool:
    for own in by([row for row in rows if row.event["sender"]["kind"] == "person"], "sender").values():
        passengers = {row.event.get("purpose", "").partition(" for ")[2].lower() for row in own} - {""}
        if len(passengers) >= 4 and own[-1].day - own[0].day <= 14:
            return True
    return False


def k01(rows: Rows) -> bool:
    holders: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for row in rows:
        for mark in traces(row):
            holders[mark].setdefault(row.sender, set()).update(last_names(row, "sender"))
    for people in holders.values():
        alone = [p for p, words in people.items() if not any(words & other for q, other in people.items() if q != p)]
        if len(alone) >= 3:
            return True
    return False


def k02(rows: Rows) -> bool:
    for device in {mark for row in rows for mark in row.event["sender"].get("devices", [])}:
        own = [row for row in rows if device in row.event["sender"].get("devices", [])]
        if any(
            len({row.sender for row in paid}) >= 3 and paid[-1].day - paid[0].day <= 14 for paid in by(own, "receiver").values()
        ):
            return True
    return False


def k03(rows: Rows) -> bool:
    for paid in by(rows, "receiver").values():
        newcomers = [row for row in paid if row.event["sender"].get("customer_since", "") >= "2024-02-25"]
        if len({row.sender for row in newcomers}) >= 5 and newcomers[-1].day - newcomers[0].day <= 7:
            return True
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        sender = row.event["sender"]
        for phone in sender.get("phones", []):
            people[phone, sender.get("date_of_birth", "")].update(d["number"] for d in sender.get("documents", []))
    return any(len(papers) >= 2 for papers in people.values())


YEARLY = {"RU": 9400, "KZ": 6200, "AE": 7800, "SA": 7400, "GB": 27600, "AU": 39600, "TR": 7400, "MY": 6200, "QA": 7200}


def k04(rows: Rows) -> bool:
    for own in by([row for row in rows if "sale" not in row.event.get("purpose", "")], "sender").values():
        yearly = YEARLY.get(own[0].send_town[:2], 0)
        quarter = [row for row in own if row.day - own[0].day <= 90]
        if own[0].event["sender"].get("occupation") and yearly and sum(row.usd for row in quarter) > 0.6 * yearly:
            return True
    return False


def k05(rows: Rows) -> bool:
    for own in by(rows, "sender").values():
        brothers = {
            row.receiver
            for row in own
            if row.event.get("relationship") == "brother" and not last_names(row, "sender") & last_names(row, "receiver")
        }
        reasons = [{row.event.get("purpose", "") for row in pair} - {""} for pair in by(own, "receiver").values()]
        if len(brothers) >= 4 or any(len(words) >= 3 for words in reasons):
            return True
    return False


LINES = {"AUD": (10_000,), "USD": (3_000, 10_000), "PKR": (2_000_000,), "AED": (55_000,)}


def s01(rows: Rows) -> bool:
    for paid in by([row for row in rows if row.event["channel"] != "payroll"], "receiver").values():
        for line in LINES.get(paid[0].event["amount"]["currency"], ()):
            near = [row for row in paid if 0.8 * line <= float(row.event["amount"]["value"]) < line]
            if any(len([r for r in near if 0 <= r.day - start.day <= 3]) >= 2 for start in near):
                return True
        afghan = [row for row in paid if row.event["amount"]["currency"] == "AFN"]
        for a, b in pairwise(afghan):
            values = [float(row.event["amount"]["value"]) for row in (a, b)]
            if b.day - a.day <= 1 and sum(values) >= 500_000 > max(values):
                return True
    return False


def s02(rows: Rows) -> bool:
    for own in by(rows, "sender").values():
        for start in own:
            near = [row for row in own if 0 <= row.at - start.at <= 48]
            agents = {row.event["send_agent"]["agent_id"] for row in near}
            towns = {row.send_town for row in own if 0 <= row.at - start.at <= 4}
            if len(agents) >= 3 or len(towns) >= 2:
                return True
    return False


def s03(rows: Rows) -> bool:
    agents: dict[str, Rows] = defaultdict(list)
    for row in rows:
        agents[row.event["send_agent"]["agent_id"]].append(row)
    for own in agents.values():
        phones = [phone for row in own for phone in row.event["sender"].get("phones", [])]
        top_receiver = max(len(paid) for paid in by(own, "receiver").values()) / len(own)
        late = sum(row.local >= 21 or row.local < 7 for row in own) / len(own)
        repeated = max((phones.count(phone) for phone in phones), default=0) / len(own)
        if len(own) >= 30 and top_receiver > 0.5 and late > 0.3 and repeated > 0.15:
            return True
    return False


def s04(rows: Rows) -> bool:
    for paid in by(rows, "receiver").values():
        towns = [row.pay_town for row in paid]
        if (
            len(set(towns)) >= 3
            and len(set(towns)) == len(towns)
            and all(r.usd <= 1000 for r in paid)
            and paid[-1].day - paid[0].day <= 60
        ):
            return True
    return False


def s05(rows: Rows) -> bool:
    for paid in by(rows, "receiver").values():
        for middle in paid:
            near = {row.sender for row in paid if abs(row.usd - middle.usd) <= 0.125 * middle.usd}
            if len(near) >= 3 and middle.usd >= 150 and middle.event["receiver"]["kind"] == "person":
                return True
    return False


ORACLES = {f"TS-{name[0].upper()}{name[1:]}": globals()[name] for name in (
    "w01", "w02", "w03", "w04", "w05", "k01", "k02", "k03", "k04", "k05", "s01", "s02", "s03", "s04", "s05")}  # fmt: skip
