"""Compiled schemas and maps, one folder per FIU: data, no code."""
