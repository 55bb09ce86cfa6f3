"""What runs print and log, where it is kept, and how far they are."""
