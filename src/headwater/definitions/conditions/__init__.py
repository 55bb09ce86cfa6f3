"""Automation conditions: when an asset should be made, as expressions, or as classes of the user's own."""
