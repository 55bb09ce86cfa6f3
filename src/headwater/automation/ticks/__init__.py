"""Ticks of sensors and schedules: when each is due, what user code says, what is written."""
