"""English names of countries, for people."""

from functools import lru_cache

from rigour.territories import get_territory


@lru_cache(maxsize=512)
def country_name(code: str) -> str:
    """The country's English name for an ISO alpha-2 code; the code itself where no name is known."""
    territory = get_territory(code)
    name = territory.name if territory is not None else None
    return code if not name or name == territory.code else str(name)
