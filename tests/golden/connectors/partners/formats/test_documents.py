"""Documents of our own in every format, beside each the transfers it means, written by hand: tests/golden/.../formats/<format>/<name>.json."""

from pathlib import Path

import msgspec
import pytest

from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Incoming
from schemas.native_reading import Reading
from schemas.registry import Partner

HERE = Path(__file__).parent
CASES = sorted(path.with_suffix("") for path in HERE.glob("*/*.json"))
RECEIVED_MS = 1_777_000_000_000  # 24 April 2026


def document(case: Path) -> bytes:
    (path,) = [path for path in case.parent.glob(f"{case.name}.*") if path.suffix != ".json"]
    return path.read_bytes()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_document_means_the_transfers_written_beside_it(case: Path) -> None:
    format_ = next(known for known in FORMATS.values() if known.id.partition("/")[0] == case.parent.name)
    mapping = case.parent / "mapping.yaml"
    partner = Partner(
        "demo", "Demo", "bank", format_.id, "KZ", (), timezone="Asia/Almaty", mapping=str(mapping) if mapping.exists() else ""
    )
    found = []
    for item in format_.reader(partner)(Incoming(document(case), (), RECEIVED_MS)):
        assert isinstance(item.result, Reading), item.result
        found.append(msgspec.json.decode(item.result.canonical))
    assert found == msgspec.json.decode(case.with_suffix(".json").read_bytes())


def test_every_format_but_the_native_one_has_a_document() -> None:
    assert {case.parent.name for case in CASES} == {name.partition("/")[0] for name in FORMATS} - {"strgw.transfer"}
