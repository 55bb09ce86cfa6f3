"""The user's functions: how they are read, and what they are called with."""
