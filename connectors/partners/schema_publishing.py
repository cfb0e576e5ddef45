"""Our public Avro schemas in a schema registry: whether they fit what it has, and, when a person asks for it, their publication."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Self

import httpx
import msgspec

from connectors.partners.schema_registry import Access, connected, error_code
from schemas.topics import partner_receipts, partner_transfers
from schemas.wire import Published, Subject, schema_registry

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
SUBJECT_NOT_FOUND, VERSION_NOT_FOUND = 40401, 40402


class RegistryRefused(Exception):
    """The schema registry did not do what it was asked for; one sentence for people."""

    code = "schema_registry"


def subjects_of(partners: Sequence[str]) -> Iterator[tuple[str, Published, str]]:
    """Subject, version and text of everything to publish, older versions first."""
    registry = schema_registry()
    for entry in sorted(registry.published, key=lambda entry: (entry.subject, entry.version)):
        text = registry.text(entry.id)
        assert text is not None
        for subject in _names(entry.subject, text, partners):
            yield subject, entry, text


def newest_of(partners: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Subject and text of the newest version of everything."""
    registry = schema_registry()
    for subject in sorted({entry.subject for entry in registry.published}):
        text = registry.newest(subject)
        for name in _names(subject, text, partners):
            yield name, text


def _names(subject: Subject, text: str, partners: Sequence[str]) -> list[str]:
    """By the record's name, and by topic as Confluent's serializers name them unless told otherwise."""
    record = json.loads(text)
    topic = {"transfer": partner_transfers, "receipt": partner_receipts}.get(subject)
    return [f"{record['namespace']}.{record['name']}", *(f"{topic(partner)}-value" for partner in partners if topic is not None)]


class Publisher:
    """Writes to the registry of `access`, and asks it; a context that ends the connection."""

    def __init__(self, access: Access) -> None:
        self._http = connected(access)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def register(self, subject: str, text: str) -> int:
        """The number of the schema under `subject`, which may be new. Raises RegistryRefused."""
        found = self._posted(f"subjects/{subject}/versions", text)
        assert found is not None
        return int(found["id"])

    def problems(self, subject: str, text: str) -> list[str]:
        """Why data under the subject's newest version could not be read with `text`; empty where they could, or there is no such subject.

        Raises  RegistryRefused
        """
        found = self._posted(
            f"compatibility/subjects/{subject}/versions/latest?verbose=true", text, (SUBJECT_NOT_FOUND, VERSION_NOT_FOUND)
        )
        if found is None or found.get("is_compatible"):
            return []
        return [str(message) for message in found.get("messages") or ["not compatible"]]

    def _posted(self, path: str, text: str, absent: Sequence[int] = ()) -> dict[str, Any] | None:
        try:
            reply = self._http.post(path, content=msgspec.json.encode({"schema": text}), headers={"Content-Type": CONTENT_TYPE})
        except httpx.HTTPError as error:
            raise RegistryRefused(
                f"The schema registry cannot be reached ({type(error).__name__}); check its address and STRGW_SCHEMA_REGISTRY_*."
            ) from error
        if error_code(reply.content) in absent:
            return None
        if reply.status_code != httpx.codes.OK:
            raise RegistryRefused(
                f"The schema registry answered {reply.status_code} (code {error_code(reply.content)}) to {path.partition('?')[0]}; check its "
                "address, your rights and its compatibility rule."
            )
        try:
            return msgspec.json.decode(reply.content, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise RegistryRefused("What answered is no schema registry; check the address.") from error
