"""The documents that a partner's developers ask for, as files."""

import json
from importlib.resources import files

from connectors.partners.http import openapi


def schema_files() -> dict[str, bytes]:
    """Name and content of each: JSON Schema and Avro of a transfer, Avro of receipts, OpenAPI of the HTTP door."""
    packaged = {"transfer.json": "native.schema.json", "transfer.avsc": "avro/transfer.avsc", "receipt.avsc": "avro/receipt.avsc"}
    found = {name: files("schemas").joinpath(path).read_bytes() for name, path in packaged.items()}
    return found | {"openapi.json": json.dumps(openapi.document(), indent=1).encode() + b"\n"}
