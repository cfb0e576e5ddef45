"""Who is who without names: normal forms of identifiers and the keyed hashes that stand for them in detection.

A key is the 16-byte prefix of HMAC-SHA-256 over (kind, normal form) under the key of the partner's correlation scope, so what
law keeps apart cannot be linked, and nobody without the master key can test a guess.
"""

import hashlib
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from anyascii import anyascii
from rigour.ids import IBAN

from schemas.places import town_id
from schemas.transfer import ENTITY_KINDS
from streams.domain.names import kin_tokens, name_set

KEY_BYTES, NAME_KEY_BYTES = 16, 8
_MIN_MASTER_BYTES = 16
_BLOCK = 64  # of SHA-256, RFC 2104
_NAME_TOKEN = b"\xff"  # kind byte of name tokens; entity kinds are small numbers
_UPPER = bytes(range(256)).upper()
_NOT_ALNUM = bytes(code for code in range(256) if not bytes((code,)).isalnum())
_WORDS = re.compile("[a-z0-9]+")
_MIN_NUMBER = 4  # DEF: a shorter document or account number singles out nobody
# What clerks type where a field must not stay empty. DEF
_PLACEHOLDERS = frozenset(
    "NA NONE NULL NIL NO NOT UNKNOWN UNK TEST XXX DEFAULT ANONYMOUS MISSING NOTAVAILABLE NOTAPPLICABLE NODOCUMENT CASH WALKIN".split()
)
_COUNTING = "12345678901234567890"
_EMAIL_PLACEHOLDERS = frozenset("noemail no-email none na n/a noreply no-reply unknown test nomail".split())
_LOCAL_NETWORKS = tuple(
    ip_network(net)
    for net in "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 169.254.0.0/16 0.0.0.0/8 100.64.0.0/10".split()
)


class ScopeKey:
    """The keyed hash of one correlation scope: HMAC-SHA-256 with both padded keys absorbed once (RFC 2104)."""

    def __init__(self, secret: bytes) -> None:
        block = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
        # What begins the hash of each kind of entity and of a name's token: bound copy methods, for they run a dozen times a transfer.
        self._begin = tuple(_extended(self._inner, bytes((kind,))).copy for kind in range(len(ENTITY_KINDS)))
        self._begin_token = _extended(self._inner, _NAME_TOKEN).copy
        self._finish = self._outer.copy
        # Per key: a hash must not outlive its scope. 16,384 entries are 3 MB and serve the parties seen again within minutes.
        self.name_keys = lru_cache(maxsize=16_384)(self._name_keys)

    def key(self, kind: int, normal_form: str) -> bytes:
        """16 bytes that stand for `normal_form` as an entity of `kind` (schemas.transfer.ENTITY_KINDS)."""
        return self._finished(self._begin[kind](), normal_form)[:KEY_BYTES]

    def _name_keys(self, name: str) -> tuple[bytes, ...]:
        """8-byte hashes of the distinct kin forms of a name's tokens, sorted."""
        return tuple(sorted([self._finished(self._begin_token(), form)[:NAME_KEY_BYTES] for form in kin_tokens(name)]))

    def _finished(self, inner: "hashlib._Hash", text: str) -> bytes:
        inner.update(text.encode())
        outer = self._finish()
        outer.update(inner.digest())
        return outer.digest()

    def _hmac(self, message: bytes) -> bytes:
        return _extended(self._outer, _extended(self._inner, message).digest()).digest()


def _extended(begun: "hashlib._Hash", message: bytes) -> "hashlib._Hash":
    copy = begun.copy()
    copy.update(message)
    return copy


class Keyring:
    """Keys of all correlation scopes, derived from the deployment's master key (at least 16 bytes)."""

    def __init__(self, master: bytes) -> None:
        if len(master) < _MIN_MASTER_BYTES:
            raise ValueError(f"the master key has {len(master)} bytes: give at least {_MIN_MASTER_BYTES} random ones")
        self._root = ScopeKey(master)
        self._scopes: dict[str, ScopeKey] = {}

    def scope(self, scope: str) -> ScopeKey:
        """The hash of one scope (schemas.registry.Partner.scope_id)."""
        found = self._scopes.get(scope)
        if found is None:
            found = self._scopes[scope] = ScopeKey(self._root._hmac(b"strgw scope 1\0" + scope.encode()))
        return found

    def key(self, scope: str, kind: int, normal_form: str) -> bytes:
        """16 bytes that stand for `normal_form` within `scope`."""
        return self.scope(scope).key(kind, normal_form)


def alphanumeric(number: str) -> str:
    """Letters and digits of a document or account number, upper case, digits and letters of other scripts in Latin."""
    if not number.isascii():
        number = anyascii(number)
    # By a table of bytes: the same by a regular expression takes three times as long.
    return number.upper() if number.isalnum() else number.encode().translate(_UPPER, _NOT_ALNUM).decode()


def is_placeholder(normal: str) -> bool:
    """Whether a normal form stands for "nothing": N/A, zeros, one character repeated, or too short to single anybody out."""
    return len(normal) < _MIN_NUMBER or normal in _PLACEHOLDERS or normal.count(normal[0]) == len(normal) or normal in _COUNTING


def document_form(type_: str, country: str, number: str) -> str | None:
    """Normal form of a document; `number` as `alphanumeric` gives it. None for a placeholder."""
    return None if is_placeholder(number) else f"{type_}|{country}|{number}"


def account_form(type_: str, number: str, issuer: str) -> str | None:
    """Normal form of an account. IBANs, cards and wallets are unique by themselves, account numbers only within an issuer."""
    if is_placeholder(number):
        return None
    return f"account|{issuer}|{number}" if type_ == "account" else f"{type_}|{number}"


def is_masked_card(number: str) -> bool:
    """Whether the middle digits of a card number are left out, as stars, letters X or zeros: many cards share what is left."""
    middle = number[6:-4]
    return not number.isdigit() or (bool(middle) and not middle.strip("0"))


def masked_card(number: str) -> str:
    """A card number as it may be kept: first six and last four digits (PCI DSS 4.0, requirement 3.4.1)."""
    return f"{number[:6]}{'*' * max(0, len(number) - 10)}{number[-4:]}"


def account_number(type_: str, number: str) -> str:
    """The number as compared: IBANs as ISO 13616 prints them without spaces, others letters and digits in upper case."""
    if number.isascii() and number.isalnum():
        return number.upper()
    return (_iban(number) if type_ == "iban" else None) or alphanumeric(number)


@lru_cache(maxsize=16_384)
def _iban(number: str) -> str | None:
    normal = IBAN.normalize(number)  # 50 us: only for IBANs with something between their characters
    return None if normal is None else str(normal)


def email_form(address: str) -> str | None:
    """Normal form of an e-mail address; None for a placeholder such as noemail@…."""
    normal = address.strip().lower()
    return None if normal.partition("@")[0] in _EMAIL_PLACEHOLDERS else normal


@lru_cache(maxsize=16_384)
def ip_form(address: str) -> str | None:
    """Normal form of a public address; None for one of a private network, which many share, or for no address."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return None if parsed.is_link_local or parsed.is_loopback or parsed.is_unspecified else parsed.compressed
        parsed = parsed.ipv4_mapped
    return None if any(parsed in net for net in _LOCAL_NETWORKS) else parsed.compressed


@lru_cache(maxsize=16_384)
def address_form(line: str, city: str, country: str) -> str | None:
    """Normal form of a postal address: words of the line in Latin letters; None where the line says nothing."""
    words = _WORDS.findall((line if line.isascii() else anyascii(line)).lower())
    text = " ".join(words)
    if is_placeholder(text.replace(" ", "").upper()):
        return None
    return f"{text}|{town_id(country, city)}|{country}"


def customer_form(partner: str, party_id: str) -> str | None:
    """Normal form of a partner's customer number; None for a placeholder, which many would share."""
    normal = alphanumeric(party_id)
    if normal in _PLACEHOLDERS or not normal.strip("0"):
        return None
    return f"customer|{partner}|{party_id.strip()}"


def phone_name_form(phone: str, name: str) -> str | None:
    """Normal form of a person known by phone and name; None where the name has no letters."""
    names = name_set(name)
    return f"phone|{phone}|{names}" if names else None


def name_form(name: str, date_of_birth: str, town: str) -> str:
    """Normal form of a person known by name, birth date and town alone, the weakest key there is."""
    return f"name|{name_set(name) or name.casefold()}|{date_of_birth}|{town}"
