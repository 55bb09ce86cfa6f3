"""What is taken from outside, by which rules, and what waits for a person."""
