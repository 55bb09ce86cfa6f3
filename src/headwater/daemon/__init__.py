"""The engine: supervises the loops, keeps code locations loaded, and hands requested runs to execution."""
