"""The partners' schema registry (Confluent's REST API, read only): which schema an Avro record was written with, by the number in it.

Looked up once for each number and kept, for a number never changes its meaning. A registry that does not answer is never taken for one that
has no such schema: the caller waits, and what would be quarantined wrongly is not.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import httpx
import msgspec

from connectors.partners.waiting import SchemaRegistryAway
from connectors.partners.writer_schema import writer_schema
from schemas.native import InvalidTransfer
from schemas.wire import EMBEDDED, schema_registry

TIMEOUT_S = 2.0  # DEF a registry near by answers within milliseconds; longer would hold up the other partners' events
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0  # DEF pauses between attempts, doubling
UNKNOWN_S = 60.0  # DEF how long a number that the registry does not have is refused without asking again
MOST_UNKNOWN = 1_000  # DEF numbers remembered as unknown
NOT_FOUND = 40403  # "schema not found" of the API: any other 404 is a wrong address
GATEWAY, REGISTRY = "gateway", "registry"  # Partner.schema_ids; "": both, where they agree


class Access(NamedTuple):
    """Where the registry is. user, password: "" for none; ca_file: whose certificates are trusted beside the well-known authorities."""

    url: str
    user: str = ""
    password: str = ""
    ca_file: Path | None = None


class Found(msgspec.Struct, frozen=True):
    """What the API tells of a schema; `schemaType` is left out for Avro."""

    schema: str
    schemaType: str = "AVRO"  # noqa: N815  # the API's own name
    references: list[dict[str, Any]] = []


class SchemaRegistryClient:
    """Asks the registry. Not safe for several threads. `monotonic` gives seconds."""

    def __init__(self, access: Access, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._http = connected(access)
        self._asking_again_at, self._pause_s = 0.0, FIRST_RETRY_S
        self._unknown: dict[int, float] = {}
        self._known: dict[int, Found] = {}

    def found(self, number: int) -> Found | None:
        """The schema of this number, None where the registry has none. Raises SchemaRegistryAway."""
        known = self._known.get(number)
        if known is not None:
            return known
        now = self._monotonic()
        if self._unknown.get(number, 0.0) > now:
            return None
        if self._asking_again_at > now:
            raise SchemaRegistryAway("it did not answer a moment ago", self._asking_again_at - now)
        answer = self._asked(number)
        self._pause_s = FIRST_RETRY_S
        if answer is None:
            if len(self._unknown) >= MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[number] = now + UNKNOWN_S
        else:
            self._known[number] = answer
        return answer

    def close(self) -> None:
        """Ends the connection."""
        self._http.close()

    def _asked(self, number: int) -> Found | None:
        try:
            reply = self._http.get(f"schemas/ids/{number}")
        except httpx.HTTPError as error:
            raise self._away(type(error).__name__) from error
        if reply.status_code == httpx.codes.NOT_FOUND and error_code(reply.content) == NOT_FOUND:
            return None
        if reply.status_code != httpx.codes.OK:
            raise self._away(f"it answered {reply.status_code}")
        try:
            return msgspec.json.decode(reply.content, type=Found)
        except msgspec.MsgspecError as error:
            raise self._away("its answer is not that of a schema registry") from error

    def _away(self, why: str) -> SchemaRegistryAway:
        pause_s = self._pause_s
        self._asking_again_at = self._monotonic() + pause_s
        self._pause_s = min(LAST_RETRY_S, 2 * pause_s)
        return SchemaRegistryAway(why, pause_s)


class WriterSchemas:
    """What the numbers in one partner's records mean, by its `schema_ids` (schemas.registry.Partner)."""

    def __init__(self, client: SchemaRegistryClient, rule: str) -> None:
        self._client, self._rule = client, cast(Literal["", "gateway", "registry"], rule)
        self._parsed: dict[int, Any] = {}

    def __call__(self, number: int) -> Any:
        """The schema of the record's writer, parsed; EMBEDDED where the number is one of ids.json.

        Raises  InvalidTransfer (avro_schema_unknown | avro_schema_incompatible | avro_schema_ambiguous), SchemaRegistryAway
        """
        if number not in self._parsed:
            self._parsed[number] = self._meant(number)
        return self._parsed[number]

    def _meant(self, number: int) -> Any:
        ours = schema_registry().text(number)
        if self._rule == GATEWAY:
            return EMBEDDED
        found = self._client.found(number)
        if found is None:
            if ours is not None and self._rule != REGISTRY:
                return EMBEDDED
            raise InvalidTransfer(
                "avro_schema_unknown",
                f"The schema registry has no schema number {number}; register it, then send the record again.",
            )
        if ours is not None and self._rule != REGISTRY:
            if found.schemaType == "AVRO" and _is_same(found.schema, ours):
                return EMBEDDED
            raise InvalidTransfer(
                "avro_schema_ambiguous",
                f"Schema number {number} means one schema here and another in the schema registry; ask the operator to set schema_ids.",
            )
        return self._usable(number, found)

    def _usable(self, number: int, found: Found) -> Any:
        if found.schemaType != "AVRO" or found.references:
            what = "refers to others; register it as one" if found.references else "is not Avro; send Avro or JSON"
            raise InvalidTransfer("avro_schema_incompatible", f"The schema number {number} {what}.")
        return writer_schema(number, found.schema)


def _is_same(theirs: str, ours: str) -> bool:
    try:
        return bool(json.loads(theirs) == json.loads(ours))
    except (ValueError, RecursionError):
        return False


def connected(access: Access) -> httpx.Client:
    """A connection to the registry, not yet opened. Raises OSError where the authorities' file cannot be read."""
    auth = httpx.BasicAuth(access.user, access.password) if access.user else None
    # trust_env: a proxy or a .netrc of the user's is not what the settings say.
    return httpx.Client(
        base_url=access.url.rstrip("/") + "/", auth=auth, verify=_trusted(access.ca_file), timeout=TIMEOUT_S, trust_env=False
    )


def error_code(content: bytes) -> int:
    """The API's own number of an error, 0 where there is none."""
    try:
        return int(msgspec.json.decode(content).get("error_code", 0))
    except (msgspec.MsgspecError, AttributeError, TypeError, ValueError):
        return 0


def _trusted(ca_file: Path | None) -> Any:
    """Verification settings for httpx. Raises OSError where the file cannot be read."""
    if ca_file is None:
        return True
    import ssl

    return ssl.create_default_context(cafile=str(ca_file))
