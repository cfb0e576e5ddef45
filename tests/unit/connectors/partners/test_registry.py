"""The partner registry: what it reads, and the sentence for every mistake."""

from pathlib import Path

import pytest

from connectors.partners.registry import load_partners, read_partners
from schemas.fius import load_fius
from schemas.yaml_rows import RegistryError

GOOD = """schema: strgw.partners/1
partners:
- id: nur
  name: Nur Remit
  kind: mto
  format: strgw.transfer/1
  home_country: NO
  licences:
  - {country: NO, registration: "0101"}
"""


def test_a_row_is_read_as_text_so_norway_is_no_boolean_and_zeros_stay() -> None:
    partner = read_partners(GOOD, "p.yaml")["nur"]
    assert (partner.home_country, partner.licences[0].country, partner.licences[0].registration) == ("NO", "NO", "0101")
    assert (partner.scope_id(), partner.release, partner.stream_start) == ("partner:nur", "automatic", "")


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("strgw.partners/1", "strgw.partners/7", 1, "strgw.partners/1"),
        ("id: nur", "id: Nur Remit", 3, "lower-case"),
        ("id: nur", "id: unknown", 3, "taken"),
        ("kind: mto", "kind: shop", 3, "mto, bank, wallet, psp"),
        ("  kind: mto\n", "", 3, "kind"),
        ("format: strgw.transfer/1", "format: csv", 3, "strgw.transfer/1"),
        ("home_country: NO", "home_country: Norway", 3, "ISO 3166-1"),
        ("{country: NO,", "{country: XX,", 3, "XX"),
        ('registration: "0101"', 'registration: ""', 3, "number the FIU gave"),
        ('registration: "0101"', 'registraton: "0101"', 9, "registraton"),
        ('registration: "0101"', 'registration: "0101", agent: [a]', 9, "agent"),
        ("  licences:", "  licence:", 9, "unknown field"),
        ("kind: mto", "kind: mto\n  scope: world", 3, "partner, country, deployment"),
        ("kind: mto", "kind: mto\n  release: sometimes", 3, "automatic, review"),
        ("kind: mto", "kind: mto\n  stream_start: 1.1.2024", 3, "YYYY-MM-DD"),
        ("kind: mto", "kind: mto\n  kind: bank", 6, "twice"),
        ("- id: nur", "- id: [nur", 4, "YAML"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_what_to_write(old: str, new: str, line: int, word: str) -> None:
    assert old in GOOD
    with pytest.raises(RegistryError) as told:
        read_partners(GOOD.replace(old, new, 1), "p.yaml")
    assert str(told.value).startswith(f"p.yaml, line {line}: ")
    assert word in str(told.value)


def test_a_partner_has_one_row() -> None:
    with pytest.raises(RegistryError, match="already in line 3"):
        read_partners(GOOD + GOOD.split("partners:\n")[1], "p.yaml")


def test_a_branch_has_one_licence_in_a_country() -> None:
    with pytest.raises(RegistryError, match="given twice"):
        read_partners(GOOD + '  - {country: NO, registration: "0102"}\n', "p.yaml")


def test_an_empty_registry_is_an_error() -> None:
    with pytest.raises(RegistryError, match="at least one"):
        read_partners("schema: strgw.partners/1\npartners: []\n", "p.yaml")


def test_a_file_of_the_deployment_replaces_the_sample(tmp_path: Path) -> None:
    path = tmp_path / "partners.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert set(load_partners(path)) == {"nur"}
    path.write_bytes(GOOD.encode().replace(b"Nur Remit", b"N\xfcr"))
    with pytest.raises(RegistryError, match=r"line 4: not UTF-8"):
        load_partners(path)


def test_the_sample_demo_is_licensed_wherever_there_is_an_fiu() -> None:
    partners = load_partners()
    assert {licence.country for licence in partners["demo"].licences} == {fiu.country for fiu in load_fius().values()}
    assert len(partners) >= 2
