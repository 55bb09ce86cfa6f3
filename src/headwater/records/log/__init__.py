"""What the log holds, and what is folded out of it."""
