"""Pure building blocks of the stages: folds, windows, identity, roles, score. No clock, no I/O, no randomness."""
