"""By which rules foreign news becomes an event."""
