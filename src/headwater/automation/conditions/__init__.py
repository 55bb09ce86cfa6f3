"""Conditions: followed with the log and the clock, decided, explained."""
