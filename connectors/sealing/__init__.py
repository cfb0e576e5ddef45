"""Seals personal values before they are stored and opens them at the edge; keeps the keys for it."""
