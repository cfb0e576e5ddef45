"""A stream of ten transfers that can be worked out by hand, and what was made of it."""

import json
from collections.abc import Sequence

import msgspec

from connectors.partners.accept import Acceptor
from ops.quality.ablation import Remake
from ops.quality.hold import transfers_of
from ops.quality.run import Run, Verdict
from ops.quality.truth import Planted, Truth
from ops.quality.witness import Witness
from schemas.case import CaseParty
from schemas.finding import Evidence, Finding
from schemas.registry import Partner
from schemas.report import Report
from schemas.transfer import PARTY, Coordinate, Transfer
from streams.domain.identity import Keyring

# Ten transfers, one an hour from midnight: (id, from, to). S is the collector of case A; V its victim, W a bystander; C club is lawful.
STREAM = (
    ("b1", "P", "Q"), ("a1", "F1", "S"), ("c1", "M1", "C"), ("a2", "F2", "S"), ("b2", "P", "R"),
    ("a3", "F3", "S"), ("a4", "V", "S"), ("b3", "Q", "R"), ("c2", "M2", "C"), ("b4", "P", "Q"),
)  # fmt: skip
MIDNIGHT_MS, HOUR_MS = 1_709_251_200_000, 3_600_000  # 1 March 2024
CASE = Planted(
    id="A",
    title="a collector",
    group="TS-F01",
    is_control=False,
    must_report=True,
    detectors=("TS-F01", "TS-P02"),
    offences=("SOM",),
    subjects=("S",),
    protect=("V",),
    bystanders=("W",),
    parties=("S", "F1", "F2", "F3", "V"),
    transfers=("a1", "a2", "a3", "a4"),
    subject_transfers=("a1", "a2", "a3", "a4"),
    knowable_ms=MIDNIGHT_MS + 3 * HOUR_MS,  # with a2
)
CLUB = Planted(
    id="C",
    title="a club",
    group="TS-F01",
    is_control=True,
    must_report=False,
    detectors=(),
    offences=(),
    subjects=(),
    protect=(),
    bystanders=("C", "M1", "M2"),
    parties=("C", "M1", "M2"),
    transfers=("c1", "c2"),
    subject_transfers=(),
)


def at(transfer_id: str) -> int:
    """Event time of a transfer, ms UTC."""
    return MIDNIGHT_MS + HOUR_MS * [row[0] for row in STREAM].index(transfer_id)


class World:
    """The ten transfers as intake makes them, and findings and reports about them."""

    def __init__(self) -> None:
        acceptor = Acceptor(
            Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ()), Keyring(bytes(32)), lambda: 1_800_000_000_000
        )
        self.transfers: dict[str, Transfer] = {}
        for number, (transfer_id, payer, payee) in enumerate(STREAM):
            event = {
                "schema": "strgw.transfer/1",
                "transfer_id": transfer_id,
                "status": "paid",
                "occurred_at": f"2024-03-01T{number:02}:00:00Z",
                "amount": {"value": "100", "currency": "USD"},
                "channel": "wallet_to_wallet",
                "sender": {"kind": "person", "name": payer, "party_id": payer},
                "receiver": {"kind": "person", "name": payee, "party_id": payee},
            }
            accepted = acceptor.accept(json.dumps(event).encode(), Coordinate("t", 0, number))
            assert isinstance(accepted, Transfer)
            self.transfers[transfer_id] = accepted

    def key(self, party: str) -> bytes:
        """The key of a party by its number."""
        return next(
            side.key
            for t in self.transfers.values()
            for side in (t.sender, t.receiver)
            if side is not None and side.party_id == party
        )

    def evidence(self, *ids: str) -> tuple[Evidence, ...]:
        """Evidence lines of transfers."""
        chosen = [self.transfers[i] for i in ids]
        return tuple(
            Evidence(t.uid, 0, 0, 0, t.occurred_ms, "demo", t.sender.key, t.receiver.key if t.receiver else None, 100_00, "USD", 100_00,
                     t.channel, "", "", "", "")
            for t in chosen
        )  # fmt: skip

    def finding(self, typology: str, about: str, *ids: str, first: str) -> Finding:
        """A finding of `typology` about a party, which rests on `ids` and held from `first` on."""
        evidence = self.evidence(*ids)
        return Finding(
            finding_id=f"{typology}-{about}", version=1, state="open", typology=typology, typology_version=1, scope="demo",
            entity=self.key(about), entity_kind=PARTY, episode=0, started_ms=evidence[0].at_ms, occurred_ms=evidence[-1].at_ms, strength=0.6,
            weight=0.5, score=0.3, reason="", steps=((at(first), 0.6),), numbers=(), parts={}, facets=(), absent=(), suppressors=(),
            evidence=evidence,
        )  # fmt: skip

    def report(self, subjects: Sequence[str], findings: Sequence[Finding], formed: str, offence: str = "SOM") -> Report:
        """A report that names `subjects` and holds the evidence of `findings`."""
        evidence = tuple({e.uid: e for f in findings for e in f.evidence}.values())
        return Report(
            report_id=findings[0].finding_id, version=1, state="open", scope="demo", offence=offence, score=0.7, urgent=False,
            do_not_block=False, suspicion_formed_ms=at(formed), typologies=(), findings=tuple(findings), transfers=evidence,
            parties=tuple(CaseParty(self.key(s), "subject", "") for s in subjects), narrative={}, completeness={}, filings=(), considered=(),
        )  # fmt: skip

    def run(
        self, findings: Sequence[Finding], reports: Sequence[Report], *, batch: int, truth: Sequence[Planted] = (CASE, CLUB)
    ) -> Run:
        """A run in batches of so many transfers: whatever rests on transfers up to a batch's end is published with it."""
        witness = Witness(Truth("truth.json", True, tuple(truth)))
        waiting: list[Finding | Report] = [*findings, *reports]
        ids = [row[0] for row in STREAM]
        for start in range(0, len(ids), batch):
            witness.sees([self.transfers[i] for i in ids[start : start + batch]])
            end_ms = at(ids[min(start + batch, len(ids)) - 1])
            for record in list(waiting):
                due = record.suspicion_formed_ms if isinstance(record, Report) else record.steps[0][0]
                if due <= end_ms:
                    witness.hears(record)
                    waiting.remove(record)
        verdict = Verdict(len(ids), tuple(findings), tuple(reports), self.remade(reports))
        return Run(
            witness.watched(),
            verdict,
            witness.first_findings,
            witness.report_versions,
            witness.batches,
            frozenset(witness.accounts),
            str,
        )

    def remade(self, reports: Sequence[Report]) -> Remake:
        """Stands for link and report: a report survives with what is left of its findings, as long as TS-F01 is among them."""

        def remake(findings: list[Finding]) -> list[Report]:
            made = []
            for report in reports:
                left = [f for f in report.findings if f in findings]
                if any(f.typology == "TS-F01" for f in left):
                    evidence = tuple({e.uid: e for f in left for e in f.evidence}.values())
                    made.append(msgspec.structs.replace(report, findings=tuple(left), transfers=evidence))
            assert all(transfers_of(r) for r in made)
            return made

        return remake
