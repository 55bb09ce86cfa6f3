"""Decide what to request: sensors, schedules and conditions. `decide_*.py` are pure, `*_loop.py` thin.

What is decided becomes a row in the store; nothing here carries it out.
"""
