"""`headwater token` and `headwater deployment`."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.homes import (
    absolute,
    deployment_option,
    find_home,
    home_option,
    json_option,
    open_deployment,
    read_targets,
    save_targets,
)
from headwater.cli.printing import local_time, print_json, print_table
from headwater.clock import to_seconds


@click.group("token")
def token_group() -> None:
    """Create, list and revoke tokens, and demand them."""


@token_group.command("create")
@click.argument("name")
@home_option
@deployment_option
@json_option
def create_token(name: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Make a token and print it, this once. NAME says who uses it.

    From the first token on, the deployment takes no request without one.
    """
    from headwater.storage import access
    from headwater.storage.writer import Unit

    with open_deployment(home, deployment, must_exist=False) as opened:
        now = opened.clock.now()
        token, secret = opened.store.write(
            Unit(effect=lambda connection, _events: access.create_token(connection, name, now))
        )
        opened.store.write(Unit(effect=lambda connection, _events: access.set_required(connection, True)))
    if as_json:
        print_json({"token_id": token.token_id, "name": token.name, "token": secret})
        return
    click.echo(secret)
    click.echo(f"This is token {token.token_id} ({name}); it is not shown again.", err=True)
    click.echo(f"The deployment {deployment!r} takes no request without a token now.", err=True)


@token_group.command("list")
@home_option
@deployment_option
@json_option
def list_tokens(home: Path | None, deployment: str, as_json: bool) -> None:
    """List tokens, without their secrets."""
    from headwater.storage import access

    with open_deployment(home, deployment) as opened:
        tokens = opened.store.read(access.list_tokens)
    if as_json:
        print_json(tokens)
        return
    rows = [
        (
            token.token_id,
            token.name,
            local_time(to_seconds(token.created_at)),
            "revoked" if token.revoked_at else "valid",
        )
        for token in tokens
    ]
    print_table(("ID", "NAME", "CREATED", "STATE"), rows, empty="No tokens.")


@token_group.command("revoke")
@click.argument("token_id")
@home_option
@deployment_option
def revoke_token(token_id: str, home: Path | None, deployment: str) -> None:
    """Make a token useless from now on."""
    from headwater.storage import access
    from headwater.storage.writer import Unit

    with open_deployment(home, deployment) as opened:
        now = opened.clock.now()
        opened.store.write(Unit(effect=lambda connection, _events: access.revoke_token(connection, token_id, now)))
    click.echo(f"Revoked {token_id}.")


@token_group.command("require")
@click.argument("switch", type=click.Choice(["on", "off"]))
@home_option
@deployment_option
def require_tokens(switch: str, home: Path | None, deployment: str) -> None:
    """Demand a token with every request, or no more."""
    from headwater.storage import access
    from headwater.storage.writer import Unit

    with open_deployment(home, deployment) as opened:
        opened.store.write(Unit(effect=lambda connection, _events: access.set_required(connection, switch == "on")))
    click.echo(f"Tokens are {'demanded' if switch == 'on' else 'not demanded'} by the deployment {deployment!r}.")


@click.group("deployment")
def deployment_group() -> None:
    """Create and list deployments: each has its own store, code and tokens, at /NAME/ of the server."""


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
    finally:
        deployments.close()
    click.echo(f"The deployment {name!r} is at /{name}/.")


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
