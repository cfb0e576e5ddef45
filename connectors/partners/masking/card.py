"""ISO 8583: field numbers as they are, contents by number."""

import iso8583
from iso8583.specs import default_ascii

from connectors.partners.masking.shape import Kind, shape, shown

_SHOWN: dict[str, Kind] = {
    **dict.fromkeys(("t", "3", "4", "5", "6", "7", "11", "12", "13", "15", "16", "17", "18", "19", "22", "25", "28", "49", "50", "51"), "number"),
    **dict.fromkeys(("32", "33", "37", "38", "39", "41", "42"), "code"),
}  # fmt: skip


def masked_card(raw: bytes) -> str:
    """One line for each field of the message; what is none as its shape."""
    try:
        message, _ = iso8583.decode(raw, default_ascii)
    except (iso8583.DecodeError, UnicodeDecodeError, ValueError):
        return shape(raw.decode("ascii", "replace"), len(raw))
    numbers = [key for key in message if key not in ("p", "1", "h")]
    return "\n".join(f"{'MTI' if key == 't' else f'DE{key}'}: {shown(_SHOWN.get(key), message[key].strip())}" for key in numbers)
