"""What the contexts of the user's functions have in common."""
