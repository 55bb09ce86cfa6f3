"""`headwater engine` and `headwater server`: the two halves of `dev` as processes of their own."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.homes import absolute, find_home, home_option, read_targets, save_targets
from headwater.cli.serving_options import serving_options


@click.command()
@click.argument("targets", nargs=-1)
@click.option("--file", "-f", "files", multiple=True, help="Python file with definitions; may be repeated.")
@click.option("--module", "-m", "modules", multiple=True, help="Module with definitions; may be repeated.")
@home_option
def engine(targets: tuple[str, ...], files: tuple[str, ...], modules: tuple[str, ...], home: Path | None) -> None:
    """Tick sensors, follow conditions and carry out runs, without a server.

    TARGETS are Python files (or modules) that hold `Definitions`, or workspace files (`….toml`) that name several.
    Without one, the last ones are worked on again.
    On PostgreSQL any number of engines share the work, and when one is gone the others take it over within seconds.
    """
    from headwater.cli.engine_process import work
    from headwater.server.deployment import Deployments

    deployments = Deployments(find_home(home))
    try:
        named = [absolute(target) for target in (*targets, *files, *modules)]
        if named:
            save_targets(deployments.default(), named)
        elif not read_targets(deployments.default()):
            raise click.UsageError("Name the Python file that holds your definitions: headwater engine definitions.py")
        work(deployments)
    finally:
        deployments.close()


@click.command()
@serving_options
@home_option
def server(
    host: str, port: int | None, allowed_hosts: tuple[str, ...], public_url: str | None, home: Path | None
) -> None:
    """Serve the app, the API and the doors for reports, without an engine.

    It keeps nothing between requests but the store: any number of them can stand side by side on PostgreSQL.
    """
    from headwater.cli.dev_process import serve_and_work
    from headwater.server.access.hosts import Hosts, is_loopback
    from headwater.server.deployment import Deployments

    deployments = Deployments(find_home(home))
    try:
        deployments.default()
        hosts = Hosts(loopback=is_loopback(host), allowed=allowed_hosts, public_url=public_url)
        serve_and_work(deployments, host, port, hosts, works=False)
    finally:
        deployments.close()
