"""Runs and backfills: what they are, and which may go on."""
