"""How assets connect: the graph over integer ids, its order and its knots.

Pure: built from snapshots and states that others read.
"""
