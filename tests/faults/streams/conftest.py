"""The toy gateway of the runtime's integration tests, with the short session that makes takeovers quick."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_path = Path(__file__).resolve().parents[2] / "integration" / "streams" / "runtime" / "conftest.py"
_spec = spec_from_file_location("toy_gateway", _path)
assert _spec is not None
assert _spec.loader is not None
_module = module_from_spec(_spec)
sys.modules["toy_gateway"] = _module
_spec.loader.exec_module(_module)
toy = _module.toy
