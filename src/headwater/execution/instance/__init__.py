"""What user code asks about what was made before, in memory or in a store."""
