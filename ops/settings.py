"""Settings of the gateway: environment variables STRGW_*, read once and passed down."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from ops.errors import CommandError

PREFIX = "STRGW_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name without the prefix, what it means, and whether its value is a secret."""

    name: str
    meaning: str
    secret: bool = False


DESCRIBED = (
    Setting("KAFKA", "Bootstrap servers of an existing cluster (host:port,...); empty: an embedded broker is used"),
    Setting("KAFKA_HOME", "Folder of an unpacked Apache Kafka (libs/*.jar), used instead of downloading it"),
    Setting("KAFKA_PORT", "Port of the embedded broker on 127.0.0.1; 0: a free one, kept for the next start"),
    Setting("KAFKA_HEAP_MB", "Memory of the embedded broker's Java heap, in MiB"),
    Setting("JAVA", "auto | system | bundled, or the path of a java >= 17, for the embedded broker"),
    Setting("HOME", "Folder of data, logs and process files"),
    Setting("CACHE", "Folder of downloaded jars; may be shared and deleted"),
    Setting("PARTITIONS", "Partitions of every internal topic; fixed once topics exist"),
    Setting("REGISTRY", "partners.yaml; empty: the sample registry that comes with the gateway"),
    Setting("FILES", "files.yaml: where partners leave files; empty: `strgw up` starts no process that looks for them"),
    Setting("PARTNER_KEYS", "File of the partners' API keys, as hashes; made by `strgw partner key add` in HOME"),
    Setting("FIUS", "fius.yaml; empty: the registry that comes with the gateway"),
    Setting("PARAMETERS", "parameters.yaml with numbers of the typologies; empty: those that the typologies declare"),
    Setting("TRANSPORTS", "transports.yaml: by which channel `strgw send` carries filings; empty: every FIU reads its topic"),
    Setting("PROFILES", "Folder of compiled FIU schemas, searched before the ones that come with the gateway"),
    Setting("HMAC_KEY_FILE", "File with the key of the entity pseudonyms (64 hex digits); made on first use in HOME"),
    Setting("HMAC_KEY", "The same key itself (64 hex digits), instead of a file", secret=True),
    Setting(
        "KEY_RING", "File of the keys that seal names, documents and other personal values; made by `strgw keys init` in HOME"
    ),
    Setting(
        "SCHEMA_REGISTRY",
        "URL of the partners' schema registry (Confluent's API); empty: Avro records have the numbers of ids.json",
    ),
    Setting("SCHEMA_REGISTRY_USER", "Name at the schema registry; empty: none is asked for"),
    Setting("SCHEMA_REGISTRY_PASSWORD", "Password at the schema registry", secret=True),
    Setting("SCHEMA_REGISTRY_PASSWORD_FILE", "File with that password, instead of the setting"),
    Setting("SCHEMA_REGISTRY_CA", "Authorities (PEM) of the schema registry's certificate; empty: the well-known ones"),
    Setting(
        "DATABASE",
        "Database of the filings' register: sqlite:////path or postgresql://user:password@host/name; empty: a file in HOME",
    ),
    Setting("QUARANTINE_RAW", "reason | never: whether a person who gives name and reason may see a refused event unmasked"),
    Setting("QUARANTINE_DAYS", "Days after which `strgw register` and `strgw quarantine purge` drop entries"),
    Setting("WORKERS", "Worker processes that `strgw up` starts; one for each processor serves best"),
    Setting("HTTP_PORT", "Port on which `strgw http` takes partners' transfers; empty: `strgw up` starts no such process"),
    Setting("HTTP_HOST", "Address it listens on; 127.0.0.1 unless it is to be reached from elsewhere"),
    Setting("HTTP_RATE", "Transfers a second that it takes from each partner"),
    Setting("HTTP_REQUESTS", "Requests of one partner that it works on at once"),
    Setting("HTTP_TLS_CERT", "Its certificate with the chain (PEM); empty: no TLS"),
    Setting("HTTP_TLS_KEY", "The certificate's private key (PEM)"),
    Setting("HTTP_TLS_CLIENT_CA", "Authorities (PEM) of whom a client must show a certificate; empty: none is asked for"),
    Setting("METRICS_PORT", "Port of this process's metrics on 127.0.0.1; 0: a free one"),
    Setting("LOG_LEVEL", "DEBUG | INFO | WARNING | ERROR"),
    Setting("READY_FILE", "Internal: file in which a process started by `strgw up` says that it is ready"),
)
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_RAW = ("reason", "never")
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
_KEY_HEX_DIGITS = 64  # 32 bytes: an HMAC key should be no shorter than its hash (RFC 2104 section 3)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings in force; the field names are those of DESCRIBED in lower case."""

    kafka: str
    kafka_home: Path | None
    kafka_port: int
    kafka_heap_mb: int
    java: str
    home: Path
    cache: Path
    partitions: int
    registry: Path | None
    files: Path | None
    partner_keys: Path
    fius: Path | None
    parameters: Path | None
    transports: Path | None
    profiles: Path | None
    hmac_key_file: Path
    hmac_key: str
    key_ring: Path
    schema_registry: str
    schema_registry_user: str
    schema_registry_password: str
    schema_registry_password_file: Path | None
    schema_registry_ca: Path | None
    database: str
    quarantine_raw: str
    quarantine_days: int
    workers: int
    http_port: int | None
    http_host: str
    http_rate: int
    http_requests: int
    http_tls_cert: Path | None
    http_tls_key: Path | None
    http_tls_client_ca: Path | None
    metrics_port: int
    log_level: str
    ready_file: Path | None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings from the variables STRGW_* of `environ`; an unknown or unusable one raises CommandError."""
        _refuse_unknown(environ)
        source = _Source(environ)
        home = source.path("HOME") or _user_folder(environ, "XDG_DATA_HOME", ".local/share")
        return cls(
            kafka=source.text("KAFKA"),
            kafka_home=source.path("KAFKA_HOME"),
            kafka_port=source.number("KAFKA_PORT", 0, 0, 65535),
            kafka_heap_mb=source.number("KAFKA_HEAP_MB", 1024, 256, 1 << 20),
            java=source.text("JAVA") or "auto",
            home=home,
            cache=source.path("CACHE") or _user_folder(environ, "XDG_CACHE_HOME", ".cache"),
            partitions=source.number("PARTITIONS", 4, 1, 1024),
            registry=source.path("REGISTRY"),
            files=source.path("FILES"),
            partner_keys=source.path("PARTNER_KEYS") or home / "partner-keys.yaml",
            fius=source.path("FIUS"),
            parameters=source.path("PARAMETERS"),
            transports=source.path("TRANSPORTS"),
            profiles=source.path("PROFILES"),
            hmac_key_file=source.path("HMAC_KEY_FILE") or home / "hmac.key",
            hmac_key=source.key("HMAC_KEY"),
            key_ring=source.path("KEY_RING") or home / "key-ring.json",
            schema_registry=source.web_address("SCHEMA_REGISTRY"),
            schema_registry_user=source.text("SCHEMA_REGISTRY_USER"),
            schema_registry_password=source.text("SCHEMA_REGISTRY_PASSWORD"),
            schema_registry_password_file=source.path("SCHEMA_REGISTRY_PASSWORD_FILE"),
            schema_registry_ca=source.path("SCHEMA_REGISTRY_CA"),
            database=source.database("DATABASE") or f"sqlite:///{home / 'register.db'}",
            quarantine_raw=source.one_of("QUARANTINE_RAW", _RAW, "reason"),
            quarantine_days=source.number("QUARANTINE_DAYS", 90, 1, 3650),
            workers=source.number("WORKERS", 1, 1, 256),
            http_port=source.number("HTTP_PORT", 0, 0, 65535) if source.text("HTTP_PORT") else None,
            http_host=source.text("HTTP_HOST") or "127.0.0.1",
            http_rate=source.number("HTTP_RATE", 5_000, 1, 1_000_000),
            http_requests=source.number("HTTP_REQUESTS", 64, 1, 10_000),
            http_tls_cert=source.path("HTTP_TLS_CERT"),
            http_tls_key=source.path("HTTP_TLS_KEY"),
            http_tls_client_ca=source.path("HTTP_TLS_CLIENT_CA"),
            metrics_port=source.number("METRICS_PORT", 0, 0, 65535),
            log_level=source.one_of("LOG_LEVEL", _LOG_LEVELS, "INFO"),
            ready_file=source.path("READY_FILE"),
        )

    def shown(self) -> dict[str, str]:
        """Every variable with its value in force, secrets masked, in the order of DESCRIBED."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            PREFIX + setting.name: _masked(values[setting.name.lower()])
            if setting.secret
            else _plain(values[setting.name.lower()])
            for setting in DESCRIBED
        }


@dataclass(frozen=True, slots=True)
class _Source:
    """Reads typed values; an empty variable counts as unset."""

    environ: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.environ.get(PREFIX + name, "").strip()

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return Path(text).expanduser().absolute() if text else None

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        text = self.text(name)
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise CommandError(f"{PREFIX}{name} must be a whole number from {lowest} to {highest}, not '{text}'.", "settings")
        return int(text)

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        text = self.text(name) or default
        chosen = next((choice for choice in choices if choice.lower() == text.lower()), None)
        if chosen is None:
            raise CommandError(f"{PREFIX}{name} must be one of {', '.join(choices)}, not '{text}'.", "settings")
        return chosen

    def web_address(self, name: str) -> str:
        text = self.text(name)
        if text and not text.startswith(("http://", "https://")):
            raise CommandError(
                f"{PREFIX}{name} must begin with http:// or https://, as in https://schemas.example:8081.", "settings"
            )
        return text

    def database(self, name: str) -> str:
        text = self.text(name)
        if text and text.partition(":")[0] not in _DATABASES:
            raise CommandError(
                f"{PREFIX}{name} must begin with sqlite: or postgresql:, as in postgresql://user:password@host/name.", "settings"
            )
        return text

    def key(self, name: str) -> str:
        text = self.text(name)
        if text and (len(text) != _KEY_HEX_DIGITS or any(digit not in "0123456789abcdefABCDEF" for digit in text)):
            raise CommandError(
                f"{PREFIX}{name} must be {_KEY_HEX_DIGITS} hex digits; make one with `openssl rand -hex 32`.", "settings"
            )
        return text.lower()


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [PREFIX + setting.name for setting in DESCRIBED]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            advice = f"did you mean {nearest[0]}?" if nearest else "`strgw config` lists the known ones."
            raise CommandError(f"{name} is not a setting of strgw; {advice}", "settings")


def _user_folder(environ: Mapping[str, str], variable: str, fallback: str) -> Path:
    """Folder strgw under the XDG base directory `variable`, or under `fallback` in the user's home (XDG Base Directory 0.8)."""
    base = environ.get(variable, "")
    return (Path(base) if base.startswith("/") else Path.home() / fallback) / "strgw"


def _plain(value: object) -> str:
    return "" if value is None else _without_password(str(value))


def _without_password(text: str) -> str:
    """`text`, a URL's password and every value of its query replaced (a password may stand there too)."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return "(set, hidden)"
    if not parts.scheme or not (parts.password or parts.query):
        return text
    user = f"{parts.username or ''}:***@" if parts.password else f"{parts.username}@" if parts.username else ""
    host = parts.netloc.rpartition("@")[2]
    query = "&".join(f"{name}=***" for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit(parts._replace(netloc=user + host, query=query))


def _masked(value: object) -> str:
    return "(set, hidden)" if value else ""
