"""What tests need, published for users and for ourselves: a clock that is moved by hand.

Imports the floor alone; nothing else inside the package imports from here.
"""

from headwater.testing.clock import ManualClock

__all__ = ["ManualClock"]
