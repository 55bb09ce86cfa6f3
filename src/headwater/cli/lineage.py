"""`headwater lineage`: what an asset is made from, what is made from it, and what breaks with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from headwater.server import shapes
    from headwater.server.deployment import Deployment

_MOST = 10_000


@click.command()
@click.argument("asset", required=False)
@click.option("--version", "seq", type=int, metavar="SEQ", help="Show what event SEQ was made from and what of it.")
@click.option("--up", type=click.IntRange(min=0), help="Steps upstream at most; none if only --down is given.")
@click.option("--down", type=click.IntRange(min=0), help="Steps downstream at most; none if only --up is given.")
@click.option("--to", "target", metavar="OTHER", help="Show the ways from ASSET down to this one.")
@click.option("--impact", is_flag=True, help="Show what breaks with it, and who owns that.")
@click.option("--columns", is_flag=True, help="Show where its columns come from and go to.")
@home_option
@deployment_option
@json_option
def lineage(
    asset: str | None,
    seq: int | None,
    up: int | None,
    down: int | None,
    target: str | None,
    impact: bool,
    columns: bool,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """Show what ASSET is made from and what is made from it. ASSET is written with slashes.

    With --version, the exact versions: those that event SEQ has read, and everything that was built on it.
    """
    if (asset is None) == (seq is None):
        raise SettingsError("Name an asset, or one of its versions with --version.")
    if (target is not None) + impact + columns > 1:
        raise SettingsError("--to, --impact and --columns show different things; give one of them.")
    if up is not None and down is None:
        down = 0
    elif down is not None and up is None:
        up = 0
    with open_deployment(home, deployment) as opened:
        if asset is None:
            _show_versions(opened, seq or 0, up, down, as_json)
        elif target is not None:
            _show_paths(opened, asset, target, as_json)
        elif impact:
            _show_impact(opened, asset, as_json)
        elif columns:
            _show_columns(opened, asset, up, down, as_json)
        else:
            _show_neighbourhood(opened, asset, up, down, as_json)


def _show_neighbourhood(opened: Deployment, key: str, up: int | None, down: int | None, as_json: bool) -> None:
    from headwater.server.resources import graphs

    graph, now = opened.graph(), opened.clock.now()
    found = opened.store.read(lambda c: graphs.neighbourhood(c, graph, key, now, up=up, down=down, limit=_MOST))
    if as_json:
        print_json(found)
        return
    rows = [
        (_signed(node.depth), node.asset.key, node.asset.kind, node.asset.status, ", ".join(node.asset.owners))
        for node in sorted(found.nodes, key=lambda node: (node.depth, node.asset.key))
    ]
    print_table(("STEPS", "ASSET", "KIND", "STATUS", "OWNERS"), rows, empty="None.")
    if found.truncated:
        click.echo(f"Only the nearest {_MOST:,} are shown; limit the steps with --up and --down.", err=True)


def _show_versions(opened: Deployment, seq: int, up: int | None, down: int | None, as_json: bool) -> None:
    from headwater.server.resources import versions

    above = opened.store.read(lambda c: versions.upstream(c, seq, depth=up, limit=_MOST))
    below = opened.store.read(lambda c: versions.downstream(c, seq, depth=down, limit=_MOST))
    if as_json:
        print_json({"upstream": above, "downstream": below})
        return
    placed = [(-node.depth, node) for node in above.nodes[::-1]] + [(node.depth, node) for node in below.nodes[1:]]
    rows = [
        (_signed(depth), node.asset_key or "(dropped)", node.partition or "", str(node.seq), local_time(node.timestamp))
        for depth, node in placed
    ]
    print_table(("STEPS", "ASSET", "PARTITION", "EVENT", "WHEN"), rows, empty="None.")
    if above.truncated or below.truncated:
        click.echo(f"Only the nearest {_MOST:,} are shown; limit the steps with --up and --down.", err=True)


def _show_paths(opened: Deployment, source: str, target: str, as_json: bool) -> None:
    from headwater.server.resources import graphs

    found = graphs.paths(opened.graph(), source, target, limit=20, longest=None)
    if as_json:
        print_json(found)
        return
    for path in found.items:
        click.echo(" → ".join(path))
    if not found.items:
        click.echo(f"Nothing leads from {source} down to {target}.")
    if found.truncated:
        click.echo("There are more, which are no shorter.", err=True)


def _show_impact(opened: Deployment, key: str, as_json: bool) -> None:
    from headwater.server.resources import graphs

    graph = opened.graph()
    found = graphs.impact(graph, {graph.ids[graph.node(key).key]})
    if as_json:
        print_json(found)
        return
    rows = [
        (str(item.depth), item.key, item.kind, item.group, ", ".join(item.owners), ", ".join(item.checks))
        for item in found.items
    ]
    print_table(("STEPS", "ASSET", "KIND", "GROUP", "OWNERS", "CHECKS"), rows, empty=f"Nothing is made from {key}.")
    if rows:
        click.echo("\nOwners: " + ", ".join(f"{share.name or 'nobody'} ({share.assets})" for share in found.owners))


def _show_columns(opened: Deployment, key: str, up: int | None, down: int | None, as_json: bool) -> None:
    from headwater.server.resources import graphs

    graph = opened.graph()

    def read(connection: Connection) -> dict[str, shapes.ColumnGraph]:
        names = graphs.known_columns(connection, graph, key)
        return {
            name: graphs.column_graph(connection, graph, (key, name), up=up, down=down, limit=_MOST) for name in names
        }

    found = opened.store.read(read)
    if as_json:
        print_json(found)
        return
    rows = [(name, _signed(ref.depth), ref.asset_key, ref.column) for name in found for ref in _others(found[name])]
    print_table(("COLUMN", "STEPS", "ASSET", "ITS COLUMN"), rows, empty=f"No column lineage is known of {key}.")


def _others(found: shapes.ColumnGraph) -> list[shapes.ColumnRef]:
    return sorted((ref for ref in found.columns if ref.depth), key=lambda ref: (ref.depth, ref.asset_key, ref.column))


def _signed(depth: int) -> str:
    return f"{depth:+d}" if depth else "0"
