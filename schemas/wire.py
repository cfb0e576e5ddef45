"""Public Avro records in the Confluent wire format: a zero byte, the schema's number (4 bytes, big-endian), the body.

The packaged schemas are parsed and checked by avro-python3 when they are loaded; fastavro, ten times faster, does the work.
`schemas/avro/ids.json` gives every published version its number for good; the newest version of a subject is `<subject>.avsc`.
"""

import io
import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import avro.schema
import fastavro
import msgspec

from schemas.feedback import Feedback
from schemas.filing import Filing

MAGIC = 0
EMBEDDED = None  # as a writer's schema: the one of ids.json that has the record's number
_HEADER = 5
Subject = Literal["transfer", "receipt", "filing", "feedback"]


class UnreadableAvro(Exception):
    """Bytes that are no record of a schema we know. `code`: avro_schema_unknown | avro_not_decodable | avro_wrong_subject."""

    def __init__(self, code: Literal["avro_schema_unknown", "avro_not_decodable", "avro_wrong_subject"], reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code: Literal["avro_schema_unknown", "avro_not_decodable", "avro_wrong_subject"] = code
        self.reason = reason


class Published(msgspec.Struct, frozen=True):
    """One line of ids.json: the number under which a version of a subject travels."""

    id: int
    subject: Subject
    version: int
    file: str


class SchemaRegistry:
    """The packaged schemas by number and subject.

    texts   content of every .avsc file by its name in ids.json, and of `<subject>.avsc`
    Raises  avro.schema.SchemaParseException for a schema avro-python3 refuses; ValueError for a wrong ids.json
    """

    def __init__(self, published: list[Published], texts: dict[str, str]) -> None:
        self.published, self._texts = tuple(published), texts
        if len({entry.id for entry in published}) != len(published):
            raise ValueError("schemas/avro/ids.json gives one number twice: numbers are for good, take a new one")
        self._by_id: dict[int, tuple[Subject, Any]] = {}
        self._current: dict[Subject, tuple[int, Any]] = {}
        for entry in sorted(published, key=lambda entry: entry.version):
            parsed = self._parse(texts[entry.file], entry.file)
            self._by_id[entry.id] = (entry.subject, parsed)
            self._current[entry.subject] = (entry.id, parsed)
        for subject, (number, _) in self._current.items():
            newest = next(entry for entry in published if entry.id == number)
            if json.loads(texts[f"{subject}.avsc"]) != json.loads(texts[newest.file]):
                raise ValueError(
                    f"schemas/avro/{subject}.avsc differs from its newest version {newest.file}: publish a new version in ids.json"
                )

    @staticmethod
    def _parse(text: str, name: str) -> Any:
        avro.schema.parse(text)  # the strict check; raises with the reason
        return fastavro.parse_schema(json.loads(text), named_schemas={}, _write_hint=False)

    def encode(self, subject: Subject, record: dict[str, Any]) -> bytes:
        """`record` under the newest schema of `subject`, framed. Raises ValueError where a field does not fit."""
        number, schema = self._current[subject]
        out = io.BytesIO()
        out.write(MAGIC.to_bytes(1) + number.to_bytes(4))
        fastavro.schemaless_writer(out, schema, record)
        return out.getvalue()

    def newest(self, subject: Subject) -> str:
        """The newest schema of `subject` as it is published."""
        return self._texts[f"{subject}.avsc"]

    def text(self, number: int) -> str | None:
        """The schema of this number as it is published, None where there is none."""
        return next((self._texts[entry.file] for entry in self.published if entry.id == number), None)

    def decode(self, subject: Subject, raw: bytes, written_by: Any = EMBEDDED) -> dict[str, Any]:
        """The record in `raw`, seen through the newest schema of `subject`; absent fields are None or [].

        written_by  the writer's schema as fastavro parses it, where the record's number is not one of ids.json
        Raises      UnreadableAvro
        """
        writer = self._writer(subject, number_of(raw)) if written_by is EMBEDDED else written_by
        current = self._current[subject][1]
        body = io.BytesIO(raw)
        body.seek(_HEADER)
        record = _read(body, writer, None if writer is current else current)
        if body.tell() != len(raw):
            raise UnreadableAvro("avro_not_decodable", "Bytes are left over after the Avro record; send one record per message.")
        return record

    def _writer(self, subject: Subject, number: int) -> Any:
        known = self._by_id.get(number)
        if known is None:
            raise UnreadableAvro(
                "avro_schema_unknown", f"Schema number {number} is not known here; use a number of schemas/avro/ids.json."
            )
        found, writer = known
        if found != subject:
            raise UnreadableAvro("avro_wrong_subject", f"Schema number {number} is that of a {found}, not of a {subject}.")
        return writer


def number_of(raw: bytes) -> int:
    """The schema number in a framed record. Raises UnreadableAvro(avro_not_decodable)."""
    if len(raw) < _HEADER or raw[0] != MAGIC:
        raise UnreadableAvro("avro_not_decodable", "The record has no Confluent header: a zero byte and a schema number.")
    return int.from_bytes(raw[1:_HEADER])


def _read(body: io.BytesIO, writer: Any, reader: Any) -> dict[str, Any]:
    try:
        record = fastavro.schemaless_reader(body, writer, reader)
    except (
        EOFError,
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
        MemoryError,
        RecursionError,
        AttributeError,
    ) as error:
        raise UnreadableAvro("avro_not_decodable", "The bytes do not decode under the schema they name.") from error
    if not isinstance(record, dict):
        raise UnreadableAvro("avro_not_decodable", "The bytes do not hold a record.")
    return record


@lru_cache(maxsize=1)
def schema_registry() -> SchemaRegistry:
    """The packaged schemas, parsed and checked once a process."""
    folder = files("schemas").joinpath("avro")
    published = msgspec.json.decode(folder.joinpath("ids.json").read_bytes(), type=list[Published])
    names = {entry.file for entry in published} | {f"{entry.subject}.avsc" for entry in published}
    return SchemaRegistry(published, {name: folder.joinpath(name).read_bytes().decode("utf-8") for name in names})


def encode_filing(filing: Filing) -> bytes:
    """The envelope as it goes to `fiu.<cc>.reports`."""
    fields = msgspec.structs.asdict(filing)
    fields["due_at"] = fields.pop("due_at_ms")
    fields["suspicion_formed_at"] = fields.pop("suspicion_formed_at_ms")
    fields["supersedes"] = list(filing.supersedes)
    return schema_registry().encode("filing", fields)


def decode_filing(raw: bytes) -> Filing:
    """The envelope as an FIU reads it. Raises UnreadableAvro."""
    fields = schema_registry().decode("filing", raw)
    fields["due_at_ms"] = _ms(fields.pop("due_at"))
    fields["suspicion_formed_at_ms"] = _ms(fields.pop("suspicion_formed_at"))
    return msgspec.convert(fields, Filing)


def encode_feedback(feedback: Feedback) -> bytes:
    """An answer as it goes to `fiu.<cc>.feedback`."""
    fields = msgspec.to_builtins(feedback)
    fields["received_at"] = fields.pop("received_at_ms") or None
    if fields["request"] is not None:
        fields["request"]["due_at"] = fields["request"].pop("due_at_ms")
    return schema_registry().encode("feedback", fields)


def decode_feedback(raw: bytes) -> Feedback:
    """An answer as it was written under any version of the schema. Raises UnreadableAvro."""
    fields = schema_registry().decode("feedback", raw)
    received_at, request = fields.pop("received_at"), fields["request"]
    fields["received_at_ms"] = _ms(received_at) if received_at is not None else 0
    if request is not None:
        due_at = request.pop("due_at")
        request["due_at_ms"] = _ms(due_at) if due_at is not None else None
    return msgspec.convert(fields, Feedback)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
