"""The user's code: import it, look at it, call it, notice that it changed, and tell of its errors."""
