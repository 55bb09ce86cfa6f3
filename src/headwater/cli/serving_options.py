"""Where a server listens, and under which names it answers: the options that `dev` and `server` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option("--host", "-h", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option("--port", "-p", type=int, help="Port to listen on; default: 3000, or the next one that is free."),
    click.option(
        "--allowed-host",
        "allowed_hosts",
        multiple=True,
        envvar="HEADWATER_ALLOWED_HOSTS",
        help="A name under which the server may be asked, such as headwater.example.com; repeatable.",
    ),
    click.option(
        "--public-url",
        envvar="HEADWATER_PUBLIC_URL",
        help="Where people reach it if a proxy stands before it, such as https://headwater.example.com.",
    ),
)


def serving_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options `--host`, `--port`, `--allowed-host` and `--public-url`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
