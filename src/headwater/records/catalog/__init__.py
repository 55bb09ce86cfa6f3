"""What is known of definitions, and how each asset stands to what it was made of."""
