"""A run's steps: planned, put in order, and one of them carried out."""
