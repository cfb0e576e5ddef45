"""A real sshd for the tests of this folder."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def load(name: str) -> Any:
    """A module beside this file; tests are no packages, so it is loaded by path."""
    known = sys.modules.get(name)
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def running_sshd() -> Iterator[Any]:
    """A real sshd. Where there is none the test is skipped with the reason."""
    module = load("sshd")
    program = module.find_sshd()
    if program is None:
        pytest.skip("sshd is not installed (Debian: apt-get install openssh-server; .ci/run unpacks it)")
    server = module.Sshd(program)
    try:
        server.start()
        yield server
    finally:
        server.end()


@pytest.fixture
def sshd() -> Iterator[Any]:
    with running_sshd() as server:
        yield server


@pytest.fixture
def described() -> Iterator[Any]:
    """A server as goAML's B2B interface is described; our reading of it."""
    with load("described_b2b_server").described_server() as server:
        yield server
