"""All planted patterns: one for each typology, and schemes of several."""

from ops.simulate import business, funnels, keys, layers, micro, payments, schemes, structure, wages
from ops.simulate.pattern import Pattern

_FAMILIES = (funnels, layers, payments, micro, wages, business, keys, structure)
TYPOLOGIES: dict[str, Pattern] = {
    pattern.typology: pattern
    for pattern in sorted((pattern for family in _FAMILIES for pattern in family.PATTERNS), key=lambda p: p.typology)
}
SCHEMES: dict[str, Pattern] = {pattern.typology: pattern for pattern in schemes.PATTERNS}
PATTERNS = {**TYPOLOGIES, **SCHEMES}
