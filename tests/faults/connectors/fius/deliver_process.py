"""A delivery process on the invented case: `deliver_process.py BOOTSTRAP INSTANCE`. Ends only when it is killed."""

import importlib.util
import sys
from pathlib import Path

INTEGRATION = Path(__file__).parents[3] / "integration/connectors/fius/conftest.py"


def main(bootstrap: str, instance: str) -> None:
    spec = importlib.util.spec_from_file_location("delivery_desk", INTEGRATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["delivery_desk"] = module
    spec.loader.exec_module(module)
    delivery, _ = module.Desk(bootstrap, module.load_case()).delivery(instance)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        delivery.step()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
