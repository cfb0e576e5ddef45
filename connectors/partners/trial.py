"""Reads what waits in the quarantine once more, as intake would by today's registry; nothing is sent or marked."""

from collections.abc import Callable, Mapping

from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.formats.contract import Incoming
from connectors.partners.formats.native import Writers, embedded
from connectors.partners.intake import partner_of
from schemas.quarantine import QuarantineRecord
from schemas.registry import Partner
from streams.domain.identity import Keyring

READ = ""


class Trial:
    """Tries entries by the partners' present settings; `writers_of`: who knows the schemas of a partner's Avro records.

    Raises  FormatError where the settings of a partner cannot be used; SchemaRegistryAway
    """

    def __init__(
        self,
        partners: Mapping[str, Partner],
        keyring: Keyring,
        now_ms: Callable[[], int],
        writers_of: Callable[[Partner], Writers] = lambda partner: embedded,
    ) -> None:
        self._partners, self._keyring, self._now_ms, self._writers_of = partners, keyring, now_ms, writers_of
        self._acceptors: dict[str, Acceptor] = {}

    def outcome(self, record: QuarantineRecord) -> tuple[str, str]:
        """Reason code and sentence with which the entry would be refused; READ and "" where it would be taken in whole."""
        partner = record.partner or partner_of(record.source.topic)
        if partner not in self._partners:
            return "partner_unknown", f"No partner in the registry owns the topic {record.source.topic}."
        acceptor = self._acceptors.get(partner)
        if acceptor is None:
            own = self._partners[partner]
            acceptor = self._acceptors[partner] = Acceptor(own, self._keyring, self._now_ms, self._writers_of(own))
        results = acceptor.take_in(Incoming(record.raw, record.headers, record.received_ms), record.source)
        refused = next((result for result in results if isinstance(result, Rejection)), None)
        return (refused.reason_code, refused.reason) if refused else (READ, "")
