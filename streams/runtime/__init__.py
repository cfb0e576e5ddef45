"""Runs pure folds exactly once on Faust agents and Kafka transactions. Nothing outside this package sees either."""
