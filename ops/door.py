"""Opens the HTTP door: puts its parts together, in the order in which they need each other, and closes them in reverse."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from starlette.applications import Starlette

from connectors.partners.accept import Acceptor
from connectors.partners.formats.native import Writers
from connectors.partners.http.app import application
from connectors.partners.http.judge import Judge
from connectors.partners.http.limits import Admission, Pool
from connectors.partners.http.producer import Producer
from connectors.partners.http.receipts import Outcomes, ReceiptIds
from connectors.partners.http.requests import Callers, Door, ReceiptDesk
from connectors.partners.http.server import Tls
from connectors.partners.http.tail import KEPT_MS, Tail
from connectors.partners.http.taking import Taking
from connectors.partners.keys import KeysFile
from connectors.partners.switches import Switches
from ops.errors import CommandError
from ops.meters import DoorMetrics
from ops.registries import keyring, partners_of, switches_of
from ops.schemas import writer_schemas
from ops.settings import Settings
from schemas.registry import Partner
from schemas.topics import partner_receipts, partner_transfers
from streams.domain.identity import Keyring

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OpenDoor(NamedTuple):
    """The application, and whether it must end because the receipts can no longer be followed."""

    app: Starlette
    tail: Tail
    partners: Mapping[str, Partner]


@contextmanager
def open_door(settings: Settings, bootstrap: str, meters: DoorMetrics) -> Iterator[OpenDoor]:
    """The door on a broker, its threads running until the end of the context. Raises TopicMissing, KafkaError, RegistryError."""
    partners, keys, file = partners_of(settings), keyring(settings), KeysFile(settings.partner_keys)
    file.keys()  # a damaged file is told now and not to the first partner
    switches = switches_of(settings, partners)
    names = [name(partner) for partner in partners for name in (partner_transfers, partner_receipts)]
    since_ms = _now_ms() - KEPT_MS
    outcomes = Outcomes(since_ms)
    with ExitStack() as stack:
        producer = Producer(bootstrap, names, meters, time.monotonic)
        stack.callback(producer.close)
        tail = Tail(bootstrap, list(partners), outcomes, since_ms)
        stack.callback(tail.close)
        beside = stack.enter_context(ThreadPoolExecutor(1, "http-judge"))
        ids = ReceiptIds(keys.key("http", 0, "receipts"))  # no partner's scope has this name
        # A client for each judge: they work in two threads.
        small, large = (
            _judge(partners, keys, writers_of, switches)
            for writers_of in (stack.enter_context(writer_schemas(settings, partners)) for _ in range(2))
        )
        taking = Taking(small, large, beside, producer.post, ids)
        admission = Admission(settings.http_rate, settings.http_requests, time.monotonic)
        callers = Callers(partners, file.keys, switches.is_off)
        door = Door(callers, taking, admission, Pool(told=meters.in_flight), meters)
        desk = ReceiptDesk(callers, ids, outcomes)
        producer.start()
        tail.start()
        yield OpenDoor(application(door, desk, meters, lambda: producer.answers), tail, partners)


def tls_of(settings: Settings) -> Tls | None:
    """The files of TLS, None without. Raises CommandError where only some of them are given or one is not there."""
    certificate, key, client_ca = settings.http_tls_cert, settings.http_tls_key, settings.http_tls_client_ca
    if certificate is None and key is None and client_ca is None:
        return None
    if certificate is None or key is None:
        raise CommandError("TLS needs both: set STRGW_HTTP_TLS_CERT and STRGW_HTTP_TLS_KEY.", "settings")
    for path in (certificate, key, client_ca):
        if path is not None and not path.is_file():
            raise CommandError(f"The file {path} of STRGW_HTTP_TLS_* does not exist; check the path.", "settings")
    return Tls(certificate, key, client_ca)


def warning(settings: Settings) -> str | None:
    """What to say where keys would travel in the open."""
    if settings.http_tls_cert is not None or settings.http_host in LOOPBACK:
        return None
    return (
        f"Listening on {settings.http_host} without TLS: keys and transfers can be read on the way. "
        "Set STRGW_HTTP_TLS_CERT and STRGW_HTTP_TLS_KEY, or put a proxy with TLS in front."
    )


def _judge(partners: Mapping[str, Partner], keys: Keyring, writers_of: Callable[[Partner], Writers], switches: Switches) -> Judge:
    return Judge(
        {name: Acceptor(partner, keys, _now_ms, writers_of(partner), switches.of(name)) for name, partner in partners.items()}
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
