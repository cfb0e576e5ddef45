"""The embedded broker and the topics as the settings and the registries ask for them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.kafka.embedded import BrokerOptions, EmbeddedBroker
from connectors.kafka.topology import Access, TopicSpec, required_access, required_topics
from ops.errors import CommandError
from ops.settings import Settings


def embedded_broker(settings: Settings) -> EmbeddedBroker:
    """The embedded broker of these settings, started or not."""
    return EmbeddedBroker(
        BrokerOptions(
            home=settings.home,
            cache=settings.cache,
            kafka_home=settings.kafka_home,
            java=settings.java,
            port=settings.kafka_port,
            heap_mb=settings.kafka_heap_mb,
            partitions=settings.partitions,
        )
    )


def started_bootstrap(settings: Settings) -> str:
    """Bootstrap servers: STRGW_KAFKA, else a broker of ours that answers, else a newly started one (with a progress bar for the jars)."""
    if settings.kafka:
        return settings.kafka
    with _download_bar() as progress:
        return embedded_broker(settings).ensure(progress)


def running_bootstrap(settings: Settings) -> str:
    """Bootstrap servers as started_bootstrap() but never starts a broker: raises CommandError where none runs."""
    if settings.kafka:
        return settings.kafka
    status = embedded_broker(settings).status()
    if status.state != "running":
        raise CommandError("No broker runs; start one with `strgw up`, or set STRGW_KAFKA to an existing cluster.", "no_broker")
    return status.bootstrap


def topic_specs(settings: Settings) -> list[TopicSpec]:
    """Every topic that the registries of these settings ask for."""
    partners, fius = _registered(settings)
    return required_topics(partners, fius, settings.partitions)


def access_rights(settings: Settings) -> list[Access]:
    """Every access right that the registries of these settings ask for."""
    return required_access(*_registered(settings))


def _registered(settings: Settings) -> tuple[list[str], list[str]]:
    from ops.registries import fius_of, partners_of

    return sorted(partners_of(settings)), sorted(fius_of(settings))


@contextmanager
def _download_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """Progress bar for the jars on a terminal's stderr; silent elsewhere. It appears only if something is downloaded."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Downloading Apache Kafka", total=None, visible=False)
        yield lambda file, done, total: bar.update(task, completed=done, total=total, visible=True)
