"""The desk of the integration tests, for tests that kill the delivery."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

INTEGRATION = Path(__file__).parents[3] / "integration/connectors/fius/conftest.py"


@pytest.fixture
def desk(broker: str) -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("delivery_desk", INTEGRATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["delivery_desk"] = module
    spec.loader.exec_module(module)
    module.fresh_topics(broker)
    desk = module.Desk(broker, module.load_case())
    offset = desk.post_raw("transfers", desk.case.record)
    desk.case.evidence = tuple(msgspec.structs.replace(line, offset=offset) for line in desk.case.evidence)
    yield desk
    desk.close()
    module.remove_topics(broker)
