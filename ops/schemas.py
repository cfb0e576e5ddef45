"""The schema registry as the settings name it, for the processes that judge Avro records."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.partners.formats.native import Writers, embedded
from ops.errors import CommandError
from ops.settings import Settings
from schemas.registry import Partner

if TYPE_CHECKING:  # httpx takes 0.1 s in processes that never ask
    from connectors.partners.schema_registry import Access


def access_of(settings: Settings, url: str = "") -> "Access":
    """Where the registry is and who asks; `url` instead of STRGW_SCHEMA_REGISTRY. Raises CommandError."""
    from connectors.partners.schema_registry import Access

    password, file, ca_file = (
        settings.schema_registry_password,
        settings.schema_registry_password_file,
        settings.schema_registry_ca,
    )
    if file is not None:
        try:
            password = file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(
                f"The file {file} of STRGW_SCHEMA_REGISTRY_PASSWORD_FILE cannot be read; check the path.", "settings"
            ) from error
    if ca_file is not None and not ca_file.is_file():
        raise CommandError(f"The file {ca_file} of STRGW_SCHEMA_REGISTRY_CA does not exist; check the path.", "settings")
    return Access(url or settings.schema_registry, settings.schema_registry_user, password, ca_file)


@contextmanager
def writer_schemas(settings: Settings, partners: Mapping[str, Partner]) -> Iterator[Callable[[Partner], Writers]]:
    """For each partner, who knows the schemas of its Avro records: ids.json alone where no registry is named. Raises CommandError."""
    if not settings.schema_registry:
        wanting = sorted(name for name, partner in partners.items() if partner.schema_ids == "registry")
        if wanting:
            raise CommandError(
                f"The partner {wanting[0]} has schema_ids: registry, but no schema registry is named; set STRGW_SCHEMA_REGISTRY.",
                "schema_registry",
            )
        yield lambda partner: embedded
        return
    from connectors.partners.schema_registry import SchemaRegistryClient, WriterSchemas

    client = SchemaRegistryClient(access_of(settings), time.monotonic)
    try:
        yield lambda partner: WriterSchemas(client, partner.schema_ids)
    finally:
        client.close()
