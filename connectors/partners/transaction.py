"""The transactional log lives in connectors.kafka.transactions; intake and delivery share it."""

from connectors.kafka.record import Produced, Record
from connectors.kafka.transactions import CommitLost, Fenced, Taken, TransactionalLog, transactional_producer

__all__ = ["CommitLost", "Fenced", "Produced", "Record", "Taken", "TransactionalLog", "transactional_producer"]
