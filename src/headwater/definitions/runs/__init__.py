"""How runs are made: jobs, executors, retries, hooks, config."""
