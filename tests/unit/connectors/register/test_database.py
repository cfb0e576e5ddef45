"""The register's database: the same promises on SQLite and on PostgreSQL."""

import stat
import threading
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from connectors.fius.transports import tables as _of_transmissions  # noqa: F401  # its tables join METADATA
from connectors.register.database import open_database, read, write
from connectors.register.errors import RegisterError
from connectors.register.migrate import steps
from connectors.register.tables import METADATA, positions


def test_the_migrations_lead_to_the_tables_the_code_knows(database_url: str) -> None:
    engine = open_database(database_url)
    with read(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_the_names_of_the_migrations_are_their_revisions_in_order() -> None:
    scripts = ScriptDirectory(str(files("connectors.register").joinpath("migrations")))
    assert [script.revision for script in reversed(list(scripts.walk_revisions()))] == steps()


def test_processes_that_open_a_new_database_at_once_all_find_it_ready(database_url: str) -> None:
    failures: list[BaseException] = []

    def opened() -> None:
        try:
            open_database(database_url).dispose()
        except BaseException as error:  # noqa: BLE001 (a thread's failure is the test's)
            failures.append(error)

    threads = [threading.Thread(target=opened) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_writers_take_turns_so_that_no_count_is_lost(database_url: str) -> None:
    engine = open_database(database_url)
    with write(engine) as connection:
        connection.execute(positions.insert().values(topic="t", partition=0, next=0))

    def count() -> None:
        for _ in range(20):
            with write(engine) as connection:
                known = connection.execute(positions.select()).one().next
                connection.execute(positions.update().values(next=known + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with read(engine) as connection:
        assert connection.execute(positions.select()).one().next == 80
    engine.dispose()


def test_what_a_failed_transaction_wrote_is_gone(database_url: str) -> None:
    engine = open_database(database_url)

    def twice() -> None:
        with write(engine) as connection:
            for _ in range(2):
                connection.execute(positions.insert().values(topic="t", partition=0, next=0))

    with pytest.raises(IntegrityError):
        twice()
    with read(engine) as connection:
        assert connection.execute(positions.select()).all() == []
    engine.dispose()


def test_a_database_of_a_later_version_is_refused_and_left_alone(database_url: str) -> None:
    engine = open_database(database_url)
    with write(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RegisterError, match="newer version"):
        open_database(database_url)
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://u:s3cret@h/d", "sqlite://", "sqlite:///:memory:", "no url", "postgresql+asyncpg://h/d"])
def test_what_is_no_register_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(RegisterError) as caught:
        open_database(url)
    assert caught.value.code == "database_url"
    assert "s3cret" not in str(caught.value)


def test_a_new_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'deep' / 'register.db'}").dispose()
    assert stat.S_IMODE((tmp_path / "deep" / "register.db").stat().st_mode) == 0o600
