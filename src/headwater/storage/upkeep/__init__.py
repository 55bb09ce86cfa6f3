"""A store brought to the schema of this release, kept small, measured, copied and exported."""
