"""One file a system outside: ready-made sensors and helpers, written with the public names only; no engine, no store."""
