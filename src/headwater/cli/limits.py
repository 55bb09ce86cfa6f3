"""`headwater limits`: how many runs may go on at once."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import print_json, print_table
from headwater.records.runs.limits import Kind, Limit

_KIND = click.Choice(get_args(Kind))


@click.group("limits")
def limits_group() -> None:
    """List, set and lift limits of how many runs go on at once.

    KIND is tag, asset, pool, job, location or all. NAME is an asset's key, a pool, a job or a location, or * for each
    of them by itself; for tags it is KEY=VALUE, KEY, or KEY=* for each value; for all runs leave it out.
    """


@limits_group.command("list")
@home_option
@deployment_option
@json_option
def list_limits(home: Path | None, deployment: str, as_json: bool) -> None:
    """List every limit, and how many runs count against it."""
    from headwater.server.resources.queue import limit_list

    with open_deployment(home, deployment) as opened:
        graph = opened.graph()
        listed = opened.store.read(lambda c: limit_list(c, graph))
    if as_json:
        print_json(listed)
        return
    rows = [
        (limit.kind, limit.name, str(limit.most), ", ".join(f"{name or 'all'}: {n}" for name, n in limit.used.items()))
        for limit in listed
    ]
    print_table(("KIND", "NAME", "MOST", "GOING ON"), rows, empty="No limits but the engines' room.")


@limits_group.command("set")
@click.argument("kind", type=_KIND)
@click.argument("name", default="")
@click.argument("most", type=click.IntRange(0))
@home_option
@deployment_option
def set_limit(kind: Kind, name: str, most: int, home: Path | None, deployment: str) -> None:
    """Let at most MOST runs of a kind go on at once; 0 lets none begin. Runs under way go on."""
    from headwater.records.log.events import Reporter
    from headwater.storage.runs import limits

    limit = Limit(kind=kind, name=name, most=most)
    with open_deployment(home, deployment) as opened:
        opened.store.write(limits.set_unit(limit, Reporter("cli")))
    click.echo(f"At most {most} at once for {limit.shown}.")


@limits_group.command("remove")
@click.argument("kind", type=_KIND)
@click.argument("name", default="")
@home_option
@deployment_option
def remove_limit(kind: Kind, name: str, home: Path | None, deployment: str) -> None:
    """Lift a limit."""
    from headwater.records.log.events import Reporter
    from headwater.storage.runs import limits

    limit = Limit(kind=kind, name=name, most=0)
    with open_deployment(home, deployment) as opened:
        opened.store.write(limits.remove_unit(limit, Reporter("cli")))
    click.echo(f"No limit for {limit.shown}.")
