"""Resources, IO managers and config: what functions need besides data."""
