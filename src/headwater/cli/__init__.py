"""The `headwater` command. Each command imports what it needs when it is called, so that help is quick."""

from headwater.cli.main import main

__all__ = ["main"]
