"""Connections: a database opened, and statements given straight to its driver."""
