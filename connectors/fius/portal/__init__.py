"""Neutral portal package for FIUs without a machine-readable form of their own: JSON and the same content as text."""
