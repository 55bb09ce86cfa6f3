"""Pipes: programs in any language get a step's context and report back, in the protocol of `dagster-pipes`.

What belongs here is the orchestrator's side. The program's side is the published package, or a few lines of shell.
"""
