"""`headwater deployment`: several in one server, each with its own store, code and tokens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.actor import actor
from headwater.cli.homes import (
    absolute,
    find_home,
    home_option,
    json_option,
    open_deployment,
    read_targets,
    save_targets,
)
from headwater.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from headwater.server.deployment import Deployments


@click.group("deployment")
def deployment_group() -> None:
    """Create, list and remove deployments: each has its own store, code and tokens, at /NAME/ of the server."""


@deployment_group.command("create")
@click.argument("name")
@click.option("--file", "-f", "target", help="Python file or module with its definitions; it may also have none.")
@home_option
def create_deployment(name: str, target: str | None, home: Path | None) -> None:
    """Make a deployment. A running server serves it at once; its code is loaded at the next start."""
    from headwater.server.deployment import Deployments

    deployments = Deployments(find_home(home))
    try:
        created = deployments.create(name)
        if target is not None:
            save_targets(created, [absolute(target)])
        _note(deployments, "deployment created", name)
    finally:
        deployments.close()
    click.echo(f"The deployment {name!r} is at /{name}/.")


@deployment_group.command("code")
@click.argument("name")
@click.argument("targets", nargs=-1, required=True)
@home_option
def set_code(name: str, targets: tuple[str, ...], home: Path | None) -> None:
    """Say which code a deployment runs. An engine loads it when it starts.

    TARGETS are Python files (or modules) that hold `Definitions`, or workspace files (`….toml`) that name several.
    They stand in place of what it ran before.
    """
    with open_deployment(home, name) as opened:
        save_targets(opened, [absolute(target) for target in targets])
    click.echo(f"The deployment {name!r} runs {', '.join(targets)} as soon as its engine is started again.")


@deployment_group.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Don't ask.")
@home_option
def remove_deployment(name: str, yes: bool, home: Path | None) -> None:
    """Serve a deployment no more. Its folder is put aside, not deleted; stop its engine before."""
    from headwater.server.deployment import Deployments

    deployments = Deployments(find_home(home))
    try:
        if not yes:
            click.confirm(f"Serve the deployment {name!r} no more?", abort=True, err=True)
        aside = deployments.remove(name)
        _note(deployments, "deployment removed", name)
    finally:
        deployments.close()
    click.echo(f"The deployment {name!r} is not served any more; its folder is {aside}.")


@deployment_group.command("list")
@home_option
@json_option
def list_deployments(home: Path | None, as_json: bool) -> None:
    """List every deployment and its code."""
    from headwater.server.deployment import Deployments

    deployments = Deployments(find_home(home))
    try:
        opened = [found for found in map(deployments.find, deployments.names()) if found is not None]
        listed = [(deployment.name, read_targets(deployment)) for deployment in opened]
    finally:
        deployments.close()
    if as_json:
        print_json([{"name": name, "targets": targets} for name, targets in listed])
        return
    print_table(("NAME", "CODE"), [(name, ", ".join(targets)) for name, targets in listed], empty="None.")


def _note(deployments: Deployments, action: str, name: str) -> None:
    """Enter a change into the audit log of the default deployment, whose admins may make and remove others."""
    from headwater.records.access.audit import Note
    from headwater.storage.access import audit
    from headwater.storage.log.writer import Unit

    store = deployments.default().store
    note = Note(actor=actor(), action=action, target=name)
    store.write(audit.noted(Unit[None](), store.clock.now(), note))
