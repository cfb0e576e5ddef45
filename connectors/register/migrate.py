"""Brings a register's database to the present schema (Alembic; the steps are the files in migrations/versions)."""

from importlib.resources import files

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from connectors.register.database import read, write
from connectors.register.errors import RegisterError


def migrate(engine: Engine) -> None:
    """Applies what is missing, in one transaction; of two processes at once the second finds it done.

    Raises  RegisterError("database_newer") where a later version of the gateway has been at work
    """
    scripts = ScriptDirectory(str(files("connectors.register").joinpath("migrations")))
    newest = scripts.get_current_head()
    with read(engine) as connection:
        if _revision(connection) == newest:
            return
    with write(engine) as connection:
        _refuse_unknown(scripts, _revision(connection))
        _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(scripts: ScriptDirectory, found: str | None) -> None:
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise RegisterError(
            "database_newer",
            f"The register's database has the schema {found}, which this version of strgw does not know; run the newer version.",
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = Config()
    config.set_main_option("script_location", "connectors.register:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
