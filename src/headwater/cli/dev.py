"""`headwater dev`: server and engine in one process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import (
    DEFAULT_FILE,
    DEFAULT_WORKSPACE,
    absolute,
    find_home,
    home_option,
    read_targets,
    save_targets,
)
from headwater.cli.serving_options import serving_options

if TYPE_CHECKING:
    from headwater.server.deployment import Deployment


@click.command()
@click.argument("targets", nargs=-1)
@click.option("--file", "-f", "files", multiple=True, help="Python file with definitions; may be repeated.")
@click.option("--module", "-m", "modules", multiple=True, help="Module with definitions; may be repeated.")
@serving_options
@home_option
def dev(
    targets: tuple[str, ...],
    files: tuple[str, ...],
    modules: tuple[str, ...],
    host: str,
    port: int | None,
    allowed_hosts: tuple[str, ...],
    public_url: str | None,
    home: Path | None,
) -> None:
    """Serve the app and make assets, here and now.

    TARGETS are Python files (or modules) that hold `Definitions`, or workspace files (`….toml`) that name several.
    Without one it takes the headwater.toml of this folder, else what was served last, else its definitions.py.
    """
    # Serving needs everything; other commands need none of it.
    from headwater.cli.dev_process import serve_and_work
    from headwater.server.access.hosts import Hosts, is_loopback
    from headwater.server.deployment import Deployments

    deployments = Deployments(find_home(home))
    try:
        named = [absolute(target) for target in (*targets, *files, *modules)]
        if named:
            save_targets(deployments.default(), named)
        elif not _serve_what_is_here(deployments.default()):
            raise click.UsageError("Name the Python file that holds your definitions: headwater dev definitions.py")
        hosts = Hosts(loopback=is_loopback(host), allowed=allowed_hosts, public_url=public_url)
        serve_and_work(deployments, host, port, hosts)
    finally:
        deployments.close()


def _serve_what_is_here(deployment: Deployment) -> bool:
    """Take the workspace file of this folder, else what was served last, else what `headwater init` makes."""
    if Path(DEFAULT_WORKSPACE).is_file():
        save_targets(deployment, [absolute(DEFAULT_WORKSPACE)])
    elif not read_targets(deployment):
        if not Path(DEFAULT_FILE).is_file():
            return False
        save_targets(deployment, [absolute(DEFAULT_FILE)])
    return True
