"""`headwater partitions`: the keys of dynamic partitions, listed, added and deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from headwater.server.deployment import Deployment
    from headwater.server.shapes import DynamicKeysBody, DynamicKeysView


@click.group("partitions")
def partitions_group() -> None:
    """List, add and delete the keys of dynamic partitions.

    NAME is that of a DynamicPartitionsDefinition. Assets and dimensions whose definitions have one name share its keys.
    """


@partitions_group.command("list")
@click.argument("name", required=False)
@home_option
@deployment_option
@json_option
def list_partitions(name: str | None, home: Path | None, deployment: str, as_json: bool) -> None:
    """List the keys of NAME, the oldest first; without it, every name with its assets."""
    from headwater.server.resources.dynamic_keys import names_of
    from headwater.server.shapes import DynamicKeysBody

    with open_deployment(home, deployment) as opened:
        names = names_of(opened.graph()) if name is None else [name]
        found = [_planned(opened, each, DynamicKeysBody()) for each in names]
    if as_json:
        print_json(found if name is None else found[0])
    elif name is not None:
        for key in found[0].keys:
            click.echo(key)
    else:
        rows = [(each.name, str(len(each.keys)), ", ".join(each.assets)) for each in found]
        print_table(("NAME", "KEYS", "ASSETS"), rows, empty="No asset has dynamic partitions.")


@partitions_group.command("add")
@click.argument("name")
@click.argument("keys", nargs=-1, required=True)
@home_option
@deployment_option
def add_partitions(name: str, keys: tuple[str, ...], home: Path | None, deployment: str) -> None:
    """Add KEYS to the dynamic partitions NAME. Those that are there already stay as they are."""
    from headwater.server.shapes import DynamicKeysBody

    change = DynamicKeysBody(add=list(keys))
    with open_deployment(home, deployment) as opened:
        plan = _planned(opened, name, change)
        if plan.added:
            plan = _carry_out(opened, plan, change)
    click.echo(f"Added {', '.join(plan.added)}." if plan.added else "They are all there already.")


@partitions_group.command("delete")
@click.argument("name")
@click.argument("keys", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Don't ask.")
@home_option
@deployment_option
def delete_partitions(name: str, keys: tuple[str, ...], yes: bool, home: Path | None, deployment: str) -> None:
    """Delete KEYS of the dynamic partitions NAME. The log keeps what is known of them."""
    from headwater.server.shapes import DynamicKeysBody

    change = DynamicKeysBody(delete=list(keys))
    with open_deployment(home, deployment) as opened:
        plan = _planned(opened, name, change)
        if not plan.deleted:
            click.echo("None of them is there.")
            return
        if plan.materialized:
            click.echo(f"There is data of {', '.join(plan.materialized)}; it stays in the log, under an unknown key.")
        if not yes:
            click.confirm(f"Delete {', '.join(plan.deleted)} of {', '.join(plan.assets)}?", abort=True)
        plan = _carry_out(opened, plan, change)
    click.echo(f"Deleted {', '.join(plan.deleted)}.")


def _planned(opened: Deployment, name: str, change: DynamicKeysBody) -> DynamicKeysView:
    from headwater.server.resources import dynamic_keys

    graph = opened.graph()
    return opened.store.read(lambda connection: dynamic_keys.planned(connection, graph, name, change))


def _carry_out(opened: Deployment, plan: DynamicKeysView, change: DynamicKeysBody) -> DynamicKeysView:
    from headwater.records.log.events import Reporter
    from headwater.server.resources import dynamic_keys

    unit = dynamic_keys.change_unit(plan, opened.graph(), change, Reporter("cli"), opened.clock.now())
    return opened.store.write(unit)
