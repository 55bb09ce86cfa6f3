"""What is held in memory because everybody asks for it, and kept up with the log."""
