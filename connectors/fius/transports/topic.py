"""The Kafka topic as the channel: the FIU reads `fiu.<cc>.reports` itself and writes to `fiu.<cc>.feedback`; nothing is carried."""

from collections.abc import Iterator, Sequence

from connectors.fius.transports.channel import Answer, Awaited, Outgoing, Sent


class TopicChannel:
    """Delivery's transaction has put the filing where the FIU reads it: it is sent as it is."""

    settle_s = 0.0

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def stage(self, outgoing: Outgoing) -> Sent | None:
        """It is there."""
        return Sent(self._topic)

    def check(self, outgoing: Outgoing) -> Sent | None:
        """It is there."""
        return Sent(self._topic)

    def release(self, outgoing: Outgoing) -> Sent:
        """It is there."""
        return Sent(self._topic)

    def answers(self, awaited: Sequence[Awaited]) -> Iterator[Answer]:
        """None: the FIU's answers are on its feedback topic already."""
        return iter(())

    def close(self) -> None:
        """Nothing is open."""
