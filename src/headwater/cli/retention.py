"""`headwater retention`: how long events are kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import msgspec

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import print_json, print_table
from headwater.definitions.metadata.retention import Keep, Sort
from headwater.errors import SettingsError

_SORT = click.Choice([sort.value for sort in Sort])


@click.group("retention")
def retention_group() -> None:
    """Say how long events are kept, for all assets or for one.

    The newest event of each asset and partition stays whatever the rules say; what is dropped stays in the counts and,
    day by day, in the plots.
    """


@retention_group.command("show")
@home_option
@deployment_option
@json_option
def show(home: Path | None, deployment: str, as_json: bool) -> None:
    """List the rules."""
    from headwater.storage.upkeep import retention

    with open_deployment(home, deployment) as opened:
        rules = opened.store.read(retention.read_rules_in_force)
    rows = [("", sort, rules.of(sort)) for sort in Sort]
    rows += [(key, sort, keep) for key, own in sorted(rules.assets.items()) for sort, keep in own.items()]
    if as_json:
        print_json([{"asset": key or None, "sort": sort, **msgspec.structs.asdict(keep)} for key, sort, keep in rows])
        return
    shown = [(key or "(all)", sort.value, _limit(keep.days), _limit(keep.count)) for key, sort, keep in rows]
    print_table(("ASSET", "EVENTS", "DAYS", "NEWEST"), shown, empty="None.")


@retention_group.command("set")
@click.argument("sort", type=_SORT)
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="Drop what is older.")
@click.option("--count", type=click.IntRange(min=1), help="Of each asset and kind, keep only so many, the newest.")
@click.option("--asset", "key", help="For this asset alone, written with slashes.")
@click.option("--default", "as_usual", is_flag=True, help="As if no rule had been made.")
@home_option
@deployment_option
def set_rule(
    sort: str,
    days: float | None,
    count: int | None,
    key: str | None,
    as_usual: bool,
    home: Path | None,
    deployment: str,
) -> None:
    """Keep events of a SORT so long and so many from now on; without --days and --count, all of them for good.

    A running engine follows at its next pass, within an hour.
    """
    from headwater.storage.log.writer import Unit
    from headwater.storage.upkeep import retention

    if as_usual and (days is not None or count is not None):
        raise SettingsError("--default stands alone: it takes the rule away.")
    with open_deployment(home, deployment) as opened:
        rules = opened.store.read(retention.read_rules)
        changed = rules.changed(Sort(sort), None if as_usual else Keep(days, count), key)
        opened.store.write(Unit(effect=lambda connection, _events: retention.save_rules(connection, changed)))
    keep = changed.of(Sort(sort), key)
    click.echo(f"{sort} of {key or 'all assets'}: {_limit(keep.days)} days, the newest {_limit(keep.count)}.")


@retention_group.command("run")
@home_option
@deployment_option
def run(home: Path | None, deployment: str) -> None:
    """Go over the store now, and drop what the rules do not keep."""
    from headwater.daemon.retention import RetentionChore

    with open_deployment(home, deployment) as opened:
        dropped = asyncio.run(RetentionChore(opened.store, opened.run_logs).carry_out())
    click.echo(f"Dropped {dropped:,} events.")


def _limit(value: float | None) -> str:
    return "no limit" if value is None else f"{value:,g}"
