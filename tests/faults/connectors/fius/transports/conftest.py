"""The sshd of the integration tests, for tests that kill the sender."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

INTEGRATION = Path(__file__).parents[4] / "integration/connectors/fius/transports/conftest.py"


@pytest.fixture
def server() -> Iterator[Any]:
    """A real sshd, or a skip with the reason."""
    spec = importlib.util.spec_from_file_location("transport_servers", INTEGRATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["transport_servers"] = module
    spec.loader.exec_module(module)
    with module.running_sshd() as found:
        yield found
