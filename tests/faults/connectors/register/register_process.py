"""A register at work in small steps: `register_process.py BOOTSTRAP DATABASE`. Ends only when it is killed, or fenced."""

import importlib.util
import sys
from pathlib import Path

from connectors.register import outbox, reader

INTEGRATION = Path(__file__).parents[3] / "integration/connectors/register/conftest.py"


def main(bootstrap: str, url: str) -> None:
    spec = importlib.util.spec_from_file_location("register_office", INTEGRATION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["register_office"] = module
    spec.loader.exec_module(module)
    reader.MAX_RECORDS, outbox.AT_ONCE = 15, 10  # many commits, so that a kill falls between any two
    desk = module.delivery_desk()
    office = module.Office(desk.Desk(bootstrap, desk.load_case()), url, module.open_database(url))
    projector, _ = office.projector()
    publisher = module.Publisher(bootstrap, office.engine)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        projector.step(100)
        publisher.publish()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
