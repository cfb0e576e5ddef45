"""Plays an FIU that answers: for test systems, where no real one is connected."""

from kafka import KafkaProducer

from connectors.fius.receiving import FiuTopic
from schemas import topics
from schemas.feedback import Feedback
from schemas.wire import UnreadableAvro, decode_filing, encode_feedback

SEND_TIMEOUT_S = 30


def newest_version(bootstrap: str, fiu: str, prefix: str) -> tuple[str, int] | None:
    """Report id and last version of the one report on the FIU's topic whose id begins so; None where none or several do."""
    topic = FiuTopic(bootstrap, fiu, from_beginning=True)
    versions: dict[str, int] = {}
    try:
        for _, _, raw in topic.records(follow=False):
            try:
                filing = decode_filing(raw)
            except UnreadableAvro:
                continue  # an FIU cannot answer what it cannot read
            if filing.report_id.startswith(prefix):
                versions[filing.report_id] = max(filing.version, versions.get(filing.report_id, 0))
    finally:
        topic.close()
    return next(iter(versions.items())) if len(versions) == 1 else None


def answered(bootstrap: str, feedback: Feedback) -> int:
    """Writes the answer to the FIU's topic; its offset. Raises kafka.errors.KafkaError."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", allow_auto_create_topics=False)
    try:
        sent = producer.send(topics.fiu_feedback(feedback.fiu), encode_feedback(feedback), feedback.report_id.encode())
        offset: int = sent.get(timeout=SEND_TIMEOUT_S).offset
    finally:
        producer.close()
    return offset
