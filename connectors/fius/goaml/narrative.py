"""The narrative cut to the rooms a form has for it: the reason, then the comments of transactions, then further files."""

from collections.abc import Sequence

MORE = " [...]"


def spread(text: str, rooms: Sequence[int], continued: str) -> list[str] | None:
    """`text` in pieces that fit `rooms` in order, broken between words; None where there is more text than room.

    Every piece but the last ends in " [...]", every piece but the first starts with `continued`. Nothing is lost: without these
    marks the pieces are the text.
    """
    pieces: list[str] = []
    rest, mark = text, ""
    for room in rooms:
        if len(mark) + len(rest) <= room:
            return [*pieces, mark + rest]
        space = room - len(mark) - len(MORE)
        if space <= 0:
            return None
        end = rest.rfind(" ", space // 2, space)
        end = space if end < 0 else end
        pieces.append(mark + rest[:end] + MORE)
        rest, mark = rest[end:].lstrip(), f"{continued} "
    return None
