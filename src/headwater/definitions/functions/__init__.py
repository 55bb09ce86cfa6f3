"""The user's functions, as definitions see them."""
