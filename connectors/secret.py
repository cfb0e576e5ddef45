"""Reads the secrets that registries only refer to: `env:NAME` or `file:PATH`."""

import os
import re
from pathlib import Path

REFERENCE = re.compile(r"env:(?!STRGW_)[A-Za-z_][A-Za-z0-9_]*|file:/.+")
ADVICE = "secret: write env:NAME or file:/PATH, never the secret itself (a name that begins with STRGW_ is a setting)"


class SecretMissing(Exception):
    """A secret that a registry refers to is not there. The text is a plain sentence that does not repeat it."""

    code = "secret"


def secret_at(reference: str, owner: str, registry: str) -> str:
    """The secret behind a reference, without the line's end; `owner` and `registry` are for the sentence. Raises SecretMissing."""
    where, _, name = reference.partition(":")
    if where == "env":
        found = os.environ.get(name, "")
    else:
        try:
            found = Path(name).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SecretMissing(
                f"The secret of {owner} cannot be read from {name} ({error}); correct `secret` in {registry}."
            ) from error
    if not found:
        raise SecretMissing(f"The secret of {owner} is empty; set {name}, or correct `secret` in {registry}.")
    return found
