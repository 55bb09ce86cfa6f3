"""Who may come in, and what is written down of it."""
