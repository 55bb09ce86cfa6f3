"""Carry out a requested run: plan its steps, run them in workers, keep their values, tell the log.

Knows nothing of why a run was requested.
"""
