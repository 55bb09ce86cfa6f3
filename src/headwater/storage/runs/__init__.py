"""Runs and backfills, and how many of them may go on."""
