"""`headwater report held`: reports of unknown assets that wait for a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.clock import to_seconds

if TYPE_CHECKING:
    from headwater.server.deployment import Deployment


@click.group("held")
def held_group() -> None:
    """List, accept and reject reports that wait by the rule `hold`."""


@held_group.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many.")
@home_option
@deployment_option
@json_option
def list_held(limit: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """List what waits, the oldest first."""
    from headwater.storage.reports import held as held_reports

    with open_deployment(home, deployment) as opened:
        waiting = opened.store.read(lambda c: held_reports.read_held(c, limit=limit))
    if as_json:
        print_json(waiting)
        return
    rows = [
        (str(each.held_id), local_time(to_seconds(each.received_at)), each.event.kind.value, each.event.asset_key or "")
        for each in waiting
    ]
    print_table(("ID", "RECEIVED", "KIND", "ASSET"), rows, empty="Nothing waits.")


@held_group.command("accept")
@click.argument("held_ids", nargs=-1, type=int, required=True)
@click.option("--always", is_flag=True, help="Further reports of these assets need nobody.")
@home_option
@deployment_option
def accept_held(held_ids: tuple[int, ...], always: bool, home: Path | None, deployment: str) -> None:
    """Let reports into the log, dated to when they came."""
    with open_deployment(home, deployment) as opened:
        for held_id in held_ids:
            _decide(opened, held_id, accept=True, always=always)


@held_group.command("reject")
@click.argument("held_ids", nargs=-1, type=int, required=True)
@click.option("--always", is_flag=True, help="Refuse further reports of these assets too.")
@home_option
@deployment_option
def reject_held(held_ids: tuple[int, ...], always: bool, home: Path | None, deployment: str) -> None:
    """Leave reports out of the log for good."""
    with open_deployment(home, deployment) as opened:
        for held_id in held_ids:
            _decide(opened, held_id, accept=False, always=always)


def _decide(opened: Deployment, held_id: int, *, accept: bool, always: bool) -> None:
    from headwater.cli.actor import actor
    from headwater.server.resources.held_reports import decide

    held = decide(opened, actor(), held_id, accept=accept, always=always)
    if held.seq is not None:
        click.echo(f"Accepted {held_id}: it is event {held.seq} of {held.event.asset_key}.")
    else:
        click.echo(f"Rejected {held_id}, of {held.event.asset_key}.")
