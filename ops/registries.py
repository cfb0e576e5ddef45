"""Loads what every process needs to know: partners, FIUs, the key of the pseudonyms."""

import os
import secrets
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.fius.forms import renderer
from connectors.fius.prepare import Registries
from connectors.fius.transports.registry import Transport, load_transports
from connectors.partners.files.registry import FileDoor, load_doors
from connectors.partners.registry import load_partners
from connectors.partners.switches import Switches
from ops.errors import CommandError
from ops.output import say
from ops.settings import Settings
from schemas.fius import load_fius
from schemas.registry import Fiu, Partner
from streams.domain.identity import Keyring

if TYPE_CHECKING:  # cryptography takes 0.05 s in the commands that seal nothing
    from connectors.sealing.seal import Seal, Unseal


def partners_of(settings: Settings, override: Path | None = None) -> dict[str, Partner]:
    """Partners by id, from `override`, else STRGW_REGISTRY, else the sample registry."""
    return load_partners(override or settings.registry)


def partner_of(partners: Mapping[str, Partner], identity: str) -> Partner:
    """The partner `identity`, or one sentence that says which there are."""
    if identity not in partners:
        raise CommandError(f"The registry has no partner '{identity}'; it has {', '.join(sorted(partners))}.", "partner_unknown")
    return partners[identity]


def switches_of(settings: Settings, partners: Mapping[str, Partner]) -> Switches:
    """Who is switched off, as the registry file says from now on."""
    return Switches(settings.registry, partners, time.monotonic)


def doors_of(settings: Settings, partners: Mapping[str, Partner]) -> tuple[FileDoor, ...]:
    """Where partners leave files; none without STRGW_FILES."""
    return () if settings.files is None else load_doors(settings.files, partners)


def fius_of(settings: Settings) -> dict[str, Fiu]:
    """FIUs by ISO country code."""
    return load_fius(settings.fius)


def transports_of(settings: Settings) -> dict[str, Transport]:
    """How filings travel, by FIU; an FIU that is not in it reads its topic."""
    return load_transports(settings.transports, fius_of(settings))


def registries(settings: Settings, partners: Mapping[str, Partner]) -> Registries:
    """What delivery knows beside a report."""
    return Registries(partners, fius_of(settings), partial(renderer, own=settings.profiles))


def keyring(settings: Settings) -> Keyring:
    """The deployment's key; made on first use where no key is set, readable by its owner alone."""
    if settings.hmac_key:
        return Keyring(bytes.fromhex(settings.hmac_key))
    path = settings.hmac_key_file
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        text = _new_key(path)
    except OSError as error:
        raise CommandError(
            f"The key file {path} cannot be read ({error.strerror}); set STRGW_HMAC_KEY_FILE.", "hmac_key"
        ) from error
    try:
        return Keyring(bytes.fromhex(text))
    except ValueError as error:
        raise CommandError(
            f"The key file {path} does not hold 64 hex digits; restore it from your backup.", "hmac_key"
        ) from error


def _new_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = secrets.token_hex(32)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:  # another process of this deployment was first: its key counts
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text + "\n")
    return text


def seal(settings: Settings) -> "Seal":
    """Seals with the key ring."""
    from connectors.sealing.ring import KeyRingFile
    from connectors.sealing.seal import Seal

    return Seal(KeyRingFile(settings.key_ring))


def unseal(settings: Settings) -> "Unseal":
    """Opens with the key ring, which is read when the first sealed value is met."""
    from connectors.sealing.ring import KeyRingFile
    from connectors.sealing.seal import Unseal

    return Unseal(KeyRingFile(settings.key_ring))


def provide_key_ring(settings: Settings) -> None:
    """Makes the key ring where there is none and the broker is the embedded one.

    On a cluster every machine needs the same ring, so a person makes it once (`strgw keys init`) and takes it to each.
    """
    from connectors.sealing.kms import KeyRingError
    from connectors.sealing.ring import KeyRingFile

    ring = KeyRingFile(settings.key_ring)
    if settings.kafka or ring.path.exists():
        return
    try:
        key = ring.init()
    except KeyRingError as error:
        if error.code != "key_ring_exists":
            raise
        return  # another process of this deployment was first
    say(f"Made the key ring {ring.path} with the key {key.id}: keep a copy in a safe place, without it no name can be read back.")
