"""What the commands of sensors and of schedules share: a switch, a tick in this process, the list of ticks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from headwater.automation.ticks.decide import PlannedTick
from headwater.cli.homes import find_source, open_deployment
from headwater.cli.printing import count, local_time, print_json, print_table
from headwater.records.log.events import EventKind, Reporter


def change(name: str, kind: EventKind, changes: dict[str, Any], home: Path | None, deployment: str) -> None:
    """Change how a sensor or schedule stands; a running engine hears of it."""
    from headwater.server.resources.ticking import find_ticking
    from headwater.server.ticking import change_state, switched_on

    with open_deployment(home, deployment) as opened:
        find_ticking(opened.graph(), name)
        more = switched_on(opened) if kind in (EventKind.SENSOR_STARTED, EventKind.SCHEDULE_STARTED) else {}
        change_state(opened, name, kind, Reporter("cli"), {**more, **changes})


def names_options(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments of a switch: several names, or all."""
    every = click.option("--all", "is_all", is_flag=True, help="All that there are.")
    return click.argument("names", metavar="NAME...", nargs=-1)(every(command))


def switch(
    kind: EventKind,
    changes: dict[str, Any],
    chosen: tuple[tuple[str, ...], bool],
    home: Path | None,
    deployment: str,
) -> list[str]:
    """Change how several sensors or schedules stand, or all of one sort, and give their names.

    Of names of which one is not known, none is changed.

    Args:
        kind: What becomes of them, which tells sensors from schedules.
        changes: To the state of each.
        chosen: Names, and whether all are meant.
        home: Where the deployments are.
        deployment: Which.
    """
    from headwater.server.resources.ticking import find_schedule, find_sensor

    given, is_all = chosen
    if bool(given) == is_all:
        raise click.UsageError("Give names, or --all.")
    is_sensor = kind in (EventKind.SENSOR_STARTED, EventKind.SENSOR_STOPPED)
    with open_deployment(home, deployment) as opened:
        graph = opened.graph()
        if is_all:
            names = sorted(graph.sensors if is_sensor else graph.schedules)
        else:
            names = list(dict.fromkeys(given))
            for name in names:
                (find_sensor if is_sensor else find_schedule)(graph, name)
    for name in names:
        change(name, kind, changes, home, deployment)
    return names


def tick_here(name: str, dry_run: bool, target: str | None, home: Path | None, deployment: str, as_json: bool) -> None:
    """Evaluate a sensor or schedule once in this process, and say what it came to."""
    from headwater.cli.one_off import tick_once
    from headwater.server.resources.ticking import dry_run_view

    with open_deployment(home, deployment, must_exist=False) as opened:
        tick = asyncio.run(tick_once(opened, find_source(opened, target), name, keep=not dry_run))
    detail = tick.ended.detail
    if as_json:
        print_json(dry_run_view(tick))
    elif detail.error is None:
        _show_tick(tick)
    if detail.error is not None:
        raise click.ClickException(detail.error.traceback or detail.error.message)
    if dry_run:
        click.echo("Nothing of this was kept.", err=True)


def show_ticks(name: str, limit: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """Print the ticks of a sensor or schedule."""
    from headwater.server.resources.ticking import find_ticking, tick_page

    with open_deployment(home, deployment) as opened:
        find_ticking(opened.graph(), name)
        ticks = opened.store.read(lambda c: tick_page(c, name, cursor=None, limit=limit)).items
    if as_json:
        print_json(ticks)
        return
    rows = []
    for tick in ticks:
        did = [count(len(tick.events), "event")] if tick.events else []
        did += [count(len(tick.run_ids), "run")] if tick.run_ids else []
        why = tick.error.message if tick.error is not None else tick.skip_message
        rows.append((local_time(tick.started_at), tick.status, ", ".join(did) or (why or "")))
    print_table(("TICK", "STATUS", "WHAT"), rows, empty="No ticks yet.")


def _show_tick(tick: PlannedTick) -> None:
    """Print what a tick came to."""
    for event in tick.reports:
        click.echo(f"{event.kind} {event.asset_key}{f' [{event.partition}]' if event.partition else ''}")
    for _, run in tick.runs:
        partitions = ", ".join(run.partition_keys or ())
        click.echo(f"run requested: {', '.join(run.assets)}{f' [{partitions}]' if partitions else ''}")
    for each in tick.partitions:
        click.echo(f"partitions {each.name}: {len(each.add)} added, {len(each.delete)} deleted")
    detail = tick.ended.detail
    if tick.ended.status == "skipped":
        click.echo(f"skipped: {detail.skip_message}")
    if detail.scheduled_at is None:
        click.echo(f"cursor: {detail.cursor}")
