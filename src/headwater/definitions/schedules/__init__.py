"""Schedules: runs that are due at times of the clock."""
