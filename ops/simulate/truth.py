"""The truth file: which transfers belong to which planted case and what a report should make of them (strgw.truth/1)."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any

import msgspec

from ops.simulate.cast import PROTECTED, SUBJECTS, Actor
from ops.simulate.draft import Draft
from ops.simulate.plan import Planned
from ops.simulate.scene import Scene
from ops.simulate.scribe import transfer_id

SCHEMA = "strgw.truth/1"
NO_ONWARD = ("AF", "IR")  # countries to whose FIUs no channel leads


class TruthFile:
    """Writes case after case, so that a stream of any length needs no memory for its truth. Nothing is there before `close`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._file: IO[bytes] = self._part.open("wb")
        self._cases = 0

    def head(self, name: str) -> None:
        """The first lines; `name` of the set."""
        self._file.write(b'{"schema":' + _json(SCHEMA) + b',"set":' + _json(name) + b',"cases":[\n')

    def case(self, document: Mapping[str, Any]) -> None:
        """One case, as `case_document` makes it."""
        self._file.write((b",\n" if self._cases else b"") + _json(document))
        self._cases += 1

    def close(self, events: Mapping[str, Any], background: Mapping[str, Any]) -> None:
        """The last lines; the file gets its name."""
        self._file.write(b'\n],"events":' + _json(events) + b',"background":' + _json(background) + b"}\n")
        self._file.close()
        os.replace(self._part, self._path)

    def abandon(self) -> None:
        """Leaves nothing behind."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def case_document(planned: Planned, scene: Scene) -> dict[str, Any]:
    """The case as the truth file has it."""
    pattern, guilty = planned.pattern, not planned.is_lookalike
    order = sorted(scene.drafts)
    subjects = [actor for actor in scene.actors if guilty and actor.role in SUBJECTS]
    touching = [draft for draft, sides in zip(scene.drafts, scene.sides, strict=True) if any(one in subjects for one in sides)]
    kind = "" if guilty else "-lawful"
    return {
        "id": f"SIM{planned.case.number:05d}-{pattern.typology}{kind}",
        "title": pattern.title if guilty else f"Looks like {pattern.typology}: {planned.shape.says}",
        "typology": pattern.typology,
        "shape": planned.shape.name,
        "presentation": planned.case.presentation,
        "offence": pattern.offence if guilty else "none",
        "accept_offence": list(pattern.accept) if guilty else [],
        "negative_control": not guilty,
        "hard": guilty and not pattern.report,
        "do_not_block": guilty and pattern.hold,
        "urgency": "normal",
        "first_at": moment(order[0]),
        "last_at": moment(order[-1]),
        "first_knowable_at": _utc(scene.knowable) if guilty else None,
        "first_knowable_after": sum(draft.at <= scene.knowable for draft in order) if guilty else None,
        "transfers": [transfer_id(draft.number) for draft in order],
        "flows": _flows(scene),
        "subject_transfers": [transfer_id(draft.number) for draft in sorted(touching)],
        "parties": [_party(actor) for actor in scene.actors] + _agents(scene, guilty),
        "expect": _expected(planned, scene, subjects, touching),
        "countries": _countries(scene.drafts, scene.actors),
        "decisions": [planned.shape.says],
    }


def _party(actor: Actor) -> dict[str, Any]:
    party = actor.known.party
    return {"ref": actor.ref, "party_ids": actor.numbers, "role": actor.role, "name": party.name, "country": actor.place.country}


def _agents(scene: Scene, guilty: bool) -> list[dict[str, Any]]:
    role = "facilitator" if guilty else "benign"
    found = [scene.population.agent(place, number) for place, number in scene.agents]
    return [
        {
            "ref": f"A{i + 1}",
            "party_ids": [],
            "agent_ids": [agent.agent_id],
            "role": role,
            "name": agent.name,
            "country": agent.country,
        }
        for i, agent in enumerate(found)
    ]


def _flows(scene: Scene) -> list[dict[str, Any]]:
    flows: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for draft, (payer, payee) in zip(scene.drafts, scene.sides, strict=True):
        flows[payer.role, payee.role if payee else "", draft.channel].append(transfer_id(draft.number))
    return [{"from": a, "to": b, "channel": channel, "transfers": ids} for (a, b, channel), ids in flows.items()]


def _expected(planned: Planned, scene: Scene, subjects: list[Actor], touching: list[Draft]) -> dict[str, Any]:
    guilty = not planned.is_lookalike
    spared = [number for actor in scene.actors if actor not in subjects for number in actor.numbers]
    taken_in = sorted({_paid_in_country(draft, scene) for draft in touching})
    others = [country for country in _countries(scene.drafts, scene.actors) if country not in taken_in]
    return {
        "report": guilty and planned.pattern.report and bool(subjects),
        "detectors": list(planned.pattern.detectors or (planned.pattern.typology,)) if guilty else [],
        "subjects": [number for actor in subjects for number in actor.numbers],
        "protect": [number for actor in scene.actors if actor.role in PROTECTED for number in actor.numbers],
        "must_not_subject": spared,
        "fius": {
            "primary": [{"fiu": country, "country": country} for country in taken_in],
            "spontaneous": [{"fiu": country, "country": country} for country in others if guilty and country not in NO_ONWARD],
            "no_onward": [country for country in others if country in NO_ONWARD],
        },
    }


def _paid_in_country(draft: Draft, scene: Scene) -> str:
    """Where the money was taken in: the sending counter's country, else the payer's (for cash_out the paying branch's)."""
    agent = draft.pay_agent if draft.channel == "cash_out" else draft.send_agent
    if agent:
        return agent[0].country
    payer, _ = scene.sides[scene.drafts.index(draft)]
    return payer.place.country


def _countries(drafts: Iterable[Draft], actors: Iterable[Actor]) -> list[str]:
    agents = (agent for draft in drafts for agent in (draft.send_agent, draft.pay_agent) if agent)
    return sorted({place.country for place, _ in agents} | {actor.place.country for actor in actors})


def moment(draft: Draft) -> str:
    """The draft's local time with its offset, as in the event."""
    return datetime.fromtimestamp(draft.at, timezone(timedelta(minutes=draft.offset))).isoformat()


def _utc(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
