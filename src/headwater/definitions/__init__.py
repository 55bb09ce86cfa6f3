"""What the user writes: specs, decorators, partitions, checks, sensors, conditions, and the snapshot of it all.

Pure values and functions: nothing here opens, waits, logs or reads a clock.
"""
