"""The deployment with its door, for every test of this folder."""

from tests.integration.connectors.partners.http.test_door import house

__all__ = ["house"]
