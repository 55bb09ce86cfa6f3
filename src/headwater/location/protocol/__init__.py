"""What engine, loader, host and worker say to each other, in messages and in files."""
