"""The filings' register: a database of every filing's life, filled from the topics, and the place where people decide."""
