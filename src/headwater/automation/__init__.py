"""Decide what to request: sensors, schedules, conditions and backfills. What decides is pure, the loops are thin.

What is decided becomes a row in the store; nothing here carries it out.
"""
