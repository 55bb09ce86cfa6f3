"""Assets: what is known of one, the functions that make or look at one, and what these return."""
