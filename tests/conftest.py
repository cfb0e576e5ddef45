"""What holds for every test: its tier is the folder it lies in, and property tests are the same on every machine."""

from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
MARKED_BY_FOLDER = ("integration", "faults")

# Examples are drawn from a fixed seed, so that a failure is a change of the code and not of the dice; no deadline, for
# a test never judges how fast the machine is.
settings.register_profile("strgw", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("strgw")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        tier = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
        if tier in MARKED_BY_FOLDER:
            item.add_marker(tier)
