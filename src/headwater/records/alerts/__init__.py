"""What gives an alert, and what is told of it."""
