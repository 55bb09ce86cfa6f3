"""Backfills: what each is to make, and its runs one after another."""
