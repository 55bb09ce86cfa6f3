"""Metadata: the kinds of values, how they are inferred, and what some names of them mean."""
