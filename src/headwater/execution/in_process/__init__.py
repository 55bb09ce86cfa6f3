"""Runs in the process that asks for them."""
