"""Who may come in, for what, and what is written down of it."""
