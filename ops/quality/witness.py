"""What is noted of a run while it judges: where the planted transfers lay in the stream, and when findings and reports first came.

Nothing is kept of a transfer that no case names but its parties' keys, so that a million of them need little.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ops.quality.truth import Planted, Truth
from schemas.case import Case
from schemas.finding import Finding
from schemas.report import Report
from schemas.transfer import Transfer


class Arrival(NamedTuple):
    """The first event of a planted transfer: the batch it was judged with, its event time, its parties' keys."""

    transfer_id: str
    uid: bytes
    batch: int
    at_ms: int
    parties: tuple[bytes, ...]


class Moment(NamedTuple):
    """When something was published: the batch it was judged with, and the event time its evidence gives for it."""

    batch: int
    at_ms: int


class Watched(NamedTuple):
    """A planted case as it came: its transfers in order of arrival, and the keys of its people.

    uids, wanted  all its transfers, and those a report on it should hold: the ones that touch a subject, where the truth says which
    parties       as the truth names them; accounts: with all who stand in one of its transfers, also without their number
    """

    planted: Planted
    arrivals: tuple[Arrival, ...]
    uids: frozenset[bytes]
    wanted: frozenset[bytes]
    subjects: frozenset[bytes]
    protect: frozenset[bytes]
    bystanders: frozenset[bytes]
    parties: frozenset[bytes]
    accounts: frozenset[bytes]


class Witness:
    """Notes down a run: `sees` every batch before it is judged, `hears` every version of a finding or report after."""

    def __init__(self, truth: Truth) -> None:
        self._planted = truth.planted
        self._by_transfer: dict[str, list[int]] = {}
        self._by_account: dict[str, list[int]] = {}
        self._numbers: dict[str, set[bytes]] = {}
        for index, case in enumerate(truth.planted):
            for transfer in case.transfers:
                self._by_transfer.setdefault(transfer, []).append(index)
            for party in (*case.parties, *case.subjects, *case.protect, *case.bystanders):
                self._numbers.setdefault(party, set())
                if case.window:
                    self._by_account.setdefault(party, []).append(index)
        self._arrivals: list[dict[bytes, Arrival]] = [{} for _ in truth.planted]
        self.accounts: set[bytes] = set()
        self.batches: list[int] = []  # newest event time up to the end of each batch
        self.first_findings: dict[str, Moment] = {}
        self.report_versions: list[tuple[Report, int]] = []

    def sees(self, transfers: Sequence[Transfer]) -> None:
        """Notes the batch that is judged next."""
        newest = self.batches[-1] if self.batches else 0
        number = len(self.batches)
        for transfer in transfers:
            newest = max(newest, transfer.occurred_ms)
            cases = self._cases_of(transfer)
            if cases:
                self._note(transfer, cases, number)
        self.batches.append(newest)

    def hears(self, record: Finding | Case | Report) -> None:
        """Notes what was published of the batch seen last."""
        number = len(self.batches) - 1
        if isinstance(record, Report):
            self.report_versions.append((record, number))
        elif isinstance(record, Finding) and record.state == "open" and record.finding_id not in self.first_findings:
            at_ms = record.steps[0][0] if record.steps else record.occurred_ms
            self.first_findings[record.finding_id] = Moment(number, at_ms)

    def watched(self) -> tuple[Watched, ...]:
        """The planted cases as they came, in the order of the truth file."""
        return tuple(self._watched(case, self._arrivals[index]) for index, case in enumerate(self._planted))

    def _watched(self, case: Planted, arrivals: dict[bytes, Arrival]) -> Watched:
        of_subjects = set(case.subject_transfers)
        uids = frozenset(arrivals)
        wanted = frozenset(uid for uid, a in arrivals.items() if a.transfer_id in of_subjects) if of_subjects else uids
        subjects, protect, bystanders, parties = map(self._keys, (case.subjects, case.protect, case.bystanders, case.parties))
        accounts = parties.union(*(arrival.parties for arrival in arrivals.values()))
        return Watched(case, tuple(arrivals.values()), uids, wanted, subjects, protect, bystanders, parties, accounts)

    def _keys(self, numbers: Iterable[str]) -> frozenset[bytes]:
        return frozenset(key for number in numbers for key in self._numbers[number])

    def _cases_of(self, transfer: Transfer) -> list[int]:
        """The cases this transfer belongs to; its parties are noted on the way."""
        sender, receiver = transfer.sender, transfer.receiver
        for party in (sender,) if receiver is None else (sender, receiver):
            self.accounts.add(party.key)
            if party.party_id in self._numbers:
                self._numbers[party.party_id].add(party.key)
        cases = self._by_transfer.get(transfer.transfer_id, [])
        if self._by_account and receiver is not None:
            both = set(self._by_account.get(sender.party_id or "", ())) & set(self._by_account.get(receiver.party_id or "", ()))
            cases = cases + [index for index in sorted(both) if self._lasts(index, transfer.occurred_ms)]
        return cases

    def _lasts(self, index: int, at_ms: int) -> bool:
        window = self._planted[index].window
        return window is not None and window[0] <= at_ms <= window[1]

    def _note(self, transfer: Transfer, cases: list[int], number: int) -> None:
        receiver = transfer.receiver
        parties = (transfer.sender.key,) if receiver is None else (transfer.sender.key, receiver.key)
        arrival = Arrival(transfer.transfer_id, transfer.uid, number, transfer.occurred_ms, parties)
        for index in cases:
            self._arrivals[index].setdefault(transfer.uid, arrival)
