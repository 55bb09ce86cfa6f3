"""One file a system outside: ready-made sensors and helpers, written with public names; no engine, no store."""
