"""What is defined, and what is known of it."""
