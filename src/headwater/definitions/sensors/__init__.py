"""Sensors: functions that look at the outside world, or are called for events of the log."""
