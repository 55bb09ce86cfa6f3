"""Runs carried out by workers, watched from the engine."""
