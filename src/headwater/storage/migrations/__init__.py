"""Numbered, forward-only changes of the schema, each recorded in the transaction that makes it."""

HEAD = "0021"
"""The newest revision: what this release reads and writes."""
