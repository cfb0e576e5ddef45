"""Opens a truth file by what it holds, and refuses one that belongs to other events."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from ops.quality import account_truth, case_truth
from ops.quality.truth import Truth, TruthError, content, first_of, malformed


class _Party(msgspec.Struct):
    party_id: str = ""


class _Event(msgspec.Struct):
    transfer_id: str = ""
    sender: _Party = msgspec.field(default_factory=_Party)
    receiver: _Party = msgspec.field(default_factory=_Party)


_EVENT = msgspec.json.Decoder(_Event)


def read_truth(path: Path) -> Truth:
    """The truth in `path`: an object of schema strgw.truth/1, or a list of patterns. Raises TruthError."""
    document = content(path)
    if isinstance(document, list):
        return account_truth.read(document, str(path))
    if isinstance(document, dict) and document.get("schema") == case_truth.SCHEMA:
        return case_truth.read(document, str(path))
    raise malformed(str(path), f'is neither of schema "{case_truth.SCHEMA}" nor a list of patterns; give one of these two.')


def refuse_unknown(truth: Truth, events: Iterable[bytes]) -> None:
    """Raises TruthError where the truth names transfers, or accounts of patterns, that no event holds. Reads no further than needed."""
    transfers = dict.fromkeys(transfer for case in truth.planted for transfer in case.transfers)
    accounts = dict.fromkeys(party for case in truth.planted if case.window for party in case.parties)
    for raw in events:
        if not transfers and not accounts:
            return
        try:
            event = _EVENT.decode(raw)
        except (ValueError, RecursionError):
            continue  # judging will say what is wrong with it
        transfers.pop(event.transfer_id, None)
        if accounts:
            accounts.pop(event.sender.party_id, None)
            accounts.pop(event.receiver.party_id, None)
    for what, unknown in (("transfers", transfers), ("accounts", accounts)):
        if unknown:
            sentence = (
                f"The truth file {truth.source} names {len(unknown):,} {what} that the events do not hold: {first_of(unknown)}; "
                "give the truth file that belongs to these events."
            )
            raise TruthError(sentence, "truth_unknown")
