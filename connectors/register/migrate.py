"""Brings a register's database to the present schema (Alembic; the steps are the files in migrations/versions)."""

import re
from importlib.resources import files

from sqlalchemy import Connection, Engine, inspect, text

from connectors.register.database import read, write
from connectors.register.errors import RegisterError

_STEP = re.compile(r"r(\d{4})_\w+\.py")


def migrate(engine: Engine) -> None:
    """Applies what is missing, in one transaction; of two processes at once the second finds it done.

    Raises  RegisterError("database_newer") where a later version of the gateway has been at work
    """
    with read(engine) as connection:
        if _revision(connection) == steps()[-1]:
            return  # Alembic itself (0.2 s, 11 MB) is not needed
    with write(engine) as connection:
        found = _revision(connection)
        if found and found not in steps():
            sentence = f"The register's database has the schema {found}, which this version of strgw does not know; run the newer version."
            raise RegisterError("database_newer", sentence)
        _upgrade(connection)


def steps() -> list[str]:
    """Revisions of the migrations, in order: the number in each file's name."""
    names = (path.name for path in files("connectors.register").joinpath("migrations/versions").iterdir())
    return sorted(found[1] for found in map(_STEP.fullmatch, names) if found)


def _revision(connection: Connection) -> str:
    """Revision of the database, "" where it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "connectors.register:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
