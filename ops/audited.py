"""Acts of people beside filings that go into the audit chain: who, when, what, why."""

from collections.abc import Mapping

from ops.errors import CommandError
from ops.register import now_ms, register_of
from ops.settings import Settings

LONGEST_REASON = 2000  # DEF, as of decisions


def audited(settings: Settings, name: str, act: tuple[str, str], facts: Mapping[str, str]) -> None:
    """Writes that `name` did the act (what, to which) into the audit chain; returns when it is on disk.

    facts   ids, counts and the reason; no value of a partner's record
    Raises  CommandError for a name or a reason that cannot stand there
    """
    from connectors.register.audit import Entry, append
    from connectors.register.database import write

    said = " ".join(name.split())
    if not said or not said.isprintable():
        raise CommandError("Say who you are: --by NAME, the name of a person.", "name_missing")
    if not 1 <= len(facts.get("reason", "-").strip()) <= LONGEST_REASON:
        raise CommandError(f"Give a reason of 1 to {LONGEST_REASON} characters: --reason TEXT.", "reason_missing")
    action, subject = act
    with register_of(settings) as engine, write(engine) as connection:
        append(connection, [Entry(now_ms(), said, action, subject, facts)])
