"""Errors of the register, written for the person at the terminal."""


class RegisterError(Exception):
    """Something the register refuses. The text is one plain sentence that says what to do; `code` is a stable word for machines."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
