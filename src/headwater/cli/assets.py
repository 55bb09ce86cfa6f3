"""`headwater asset`: what there is, and how it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table

if TYPE_CHECKING:
    from headwater.server import shapes


@click.group("asset")
def asset_group() -> None:
    """List and show assets."""


@asset_group.command("list")
@click.argument("selection", required=False)
@click.option("--kind", type=click.Choice(["external", "native", "stub", "undefined"]), help="Only these.")
@home_option
@deployment_option
@json_option
def list_assets(selection: str | None, kind: str | None, home: Path | None, deployment: str, as_json: bool) -> None:
    """List assets with their state: all, or those of a SELECTION such as '+group:finance and not tag:pii'."""
    from headwater.server.resources import assets
    from headwater.server.resources.estate import read_estate

    with open_deployment(home, deployment) as opened:
        graph, now = opened.graph(), opened.clock.now()
        rows = assets.asset_list(opened.store.read(lambda c: read_estate(c, graph, now)), selection).items
    chosen = [row for row in rows if kind in (None, row.kind)]
    if as_json:
        print_json(chosen)
        return
    table = []
    for row in chosen:
        latest = row.latest_materialization
        table.append((row.key, row.kind, row.status, local_time(latest.timestamp if latest else None), row.group))
    print_table(("ASSET", "KIND", "STATUS", "LAST UPDATE", "GROUP"), table, empty="No assets.")


@asset_group.command("show")
@click.argument("key")
@home_option
@deployment_option
@json_option
def show_asset(key: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Show one asset: its definition, state, neighbours and checks. KEY is written with slashes."""
    from headwater.server.resources import assets
    from headwater.server.resources.estate import read_estate

    with open_deployment(home, deployment) as opened:
        graph, now = opened.graph(), opened.clock.now()
        graph.node(key)
        detail = opened.store.read(lambda c: assets.asset_detail(c, read_estate(c, graph, now, key=key), key, now))
    if as_json:
        print_json(detail)
        return
    row = detail.asset
    click.echo(f"{row.key}  ({row.kind}, {row.status})")
    if row.description:
        click.echo(f"  {row.description.splitlines()[0]}")
    latest = row.latest_materialization
    facts = {
        "Last update": local_time(latest.timestamp if latest else None),
        "Group": row.group,
        "Owners": ", ".join(row.owners),
        "Partitions": f"{detail.partitions.materialized} of {detail.partitions.total}" if detail.partitions else "",
        "Condition": detail.condition or "",
        "Upstream": ", ".join(item.asset.key for item in detail.upstream),
        "Downstream": ", ".join(item.asset.key for item in detail.downstream),
        "Stale because": ", ".join(_why_stale(reason) for reason in detail.stale),
        "Checks": ", ".join(f"{check.name} {check.status}" for check in detail.checks),
        "Last error": detail.last_error.message if detail.last_error else "",
        "Defined in": f"{detail.source.file}:{detail.source.line}" if detail.source else "",
    }
    for name, value in facts.items():
        if value:
            click.echo(f"  {name + ':':<15}{value}")
    for name, entry in detail.latest_metadata.items():
        if entry.type in ("int", "float", "text", "path", "url", "bool"):
            click.echo(f"  {name + ':':<15}{entry.value}")


def _why_stale(reason: shapes.StaleReason) -> str:
    """What changed, and through which stale inputs that concerns the asset."""
    through = " -> ".join(reversed(reason.via))
    return f"{reason.upstream} changed" + (f" (through {through})" if through else "")
