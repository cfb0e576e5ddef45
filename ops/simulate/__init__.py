"""A seeded generator of an invented remittance stream with planted trafficking and smuggling patterns and the truth about them."""
