"""The event log: the append with its folds, reads of it, and whoever follows it."""
