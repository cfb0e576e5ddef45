"""Normal forms of identifiers and the keyed hashes over them; hmac and ipaddress of the standard library are the oracles."""

import hashlib
import hmac

import pytest
from rigour.ids import IBAN

from schemas.transfer import DOCUMENT, PHONE
from streams.domain import identity
from streams.domain.identity import Keyring, ScopeKey

MASTER = bytes(range(32))


@pytest.mark.parametrize("secret", [b"k", b"k" * 64, b"k" * 65])
def test_a_key_is_the_prefix_of_hmac_sha_256(secret: bytes) -> None:
    expected = hmac.new(secret, b"\x01passport|UZ|AB1", hashlib.sha256).digest()
    assert ScopeKey(secret).key(DOCUMENT, "passport|UZ|AB1") == expected[:16]


def test_keys_of_different_scopes_kinds_and_masters_do_not_meet() -> None:
    ring = Keyring(MASTER)
    keys = {
        ring.key("partner:a", PHONE, "+77053318842"),
        ring.key("partner:b", PHONE, "+77053318842"),
        ring.key("partner:a", DOCUMENT, "+77053318842"),
        Keyring(MASTER[::-1]).key("partner:a", PHONE, "+77053318842"),
    }
    assert len(keys) == 4
    assert {len(key) for key in keys} == {16}


def test_the_same_ring_gives_the_same_key_again() -> None:
    assert Keyring(MASTER).key("deployment", PHONE, "+1") == Keyring(MASTER).key("deployment", PHONE, "+1")


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        Keyring(b"secret")


def test_name_keys_meet_where_the_names_share_a_token_and_are_eight_bytes() -> None:
    scope = Keyring(MASTER).scope("partner:a")
    aziz, gulnora = set(scope.name_keys("Азиз Тошматов")), set(scope.name_keys("Gulnora Toshmatova"))
    assert len(aziz & gulnora) == 1
    assert {len(key) for key in aziz | gulnora} == {8}
    assert not aziz & set(Keyring(MASTER).scope("partner:b").name_keys("Азиз Тошматов"))


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ab 4827-713", "AB4827713"),
        ("АВ 4827713", "AV4827713"),
        ("№ 12/34", "NO1234"),
        ("٤٨٢٧", "4827"),
        ("REG-83844904", "REG83844904"),
    ],
)
def test_a_number_is_its_letters_and_digits(written: str, normal: str) -> None:
    assert identity.alphanumeric(written) == normal


@pytest.mark.parametrize("number", ["", "0000000", "N/A", "unknown", "XXXXXX", "123", "123456789", "-"])
def test_a_placeholder_document_makes_no_key(number: str) -> None:
    assert identity.document_form("passport", "UZ", identity.alphanumeric(number)) is None


def test_a_document_is_its_type_issuer_and_number() -> None:
    assert identity.document_form("passport", "UZ", "AB4827713") == "passport|UZ|AB4827713"


@pytest.mark.parametrize("written", ["GB29NWBK60161331926819", "gb29 nwbk 6016 1331 9268 19", "GB29-NWBK-6016-1331-9268-19"])
def test_an_iban_is_compared_without_its_layout(written: str) -> None:
    assert identity.account_number("iban", written) == IBAN.normalize("GB29 NWBK 6016 1331 9268 19")


def test_account_numbers_are_unique_within_their_issuer_only() -> None:
    assert identity.account_form("account", "446984831348", "a") != identity.account_form("account", "446984831348", "b")
    assert identity.account_form("wallet", "77053318842", "a") == identity.account_form("wallet", "77053318842", "b")
    assert identity.account_form("account", "0000", "a") is None


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:DB8:4C1:0::17", "2001:db8:4c1::17"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("192.168.1.4", None),
        ("10.0.0.1", None),
        ("100.64.3.2", None),
        ("127.0.0.1", None),
        ("fe80::1", None),
        ("::1", None),
        ("1.2.3", None),
        ("999.1.1.1", None),
    ],
)
def test_only_a_public_address_singles_out_anybody(address: str, normal: str | None) -> None:
    assert identity.ip_form(address) == normal


def test_an_email_is_lower_case_and_a_placeholder_is_none() -> None:
    assert identity.email_form(" Aziz.T71@Example.com ") == "aziz.t71@example.com"
    assert identity.email_form("noemail@example.com") is None


def test_an_address_is_its_words_and_its_known_town() -> None:
    forms = {
        identity.address_form("mkr. Nursat 41", "Shymkent", "KZ"),
        identity.address_form("MKR NURSAT, 41", "Чимкент", "KZ"),
        identity.address_form("мкр. Нурсат 41", "Шымкент", "KZ"),
    }
    assert forms == {"mkr nursat 41|shymkent|KZ"}
    assert identity.address_form("---", "Shymkent", "KZ") is None
    assert identity.address_form("N/A", "Shymkent", "KZ") is None


@pytest.mark.parametrize("party_id", ["0", "000", "N/A", "unknown", "-", "walk-in"])
def test_a_placeholder_customer_number_names_no_customer(party_id: str) -> None:
    assert identity.customer_form("demo", party_id) is None


def test_a_customer_number_is_the_partners_own() -> None:
    assert identity.customer_form("a", "418820057") != identity.customer_form("b", "418820057")
