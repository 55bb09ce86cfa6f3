"""`headwater sensor`: what polls the outside or waits for events, and how it stands."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.homes import deployment_option, file_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.cli.ticking import change, names_options, show_ticks, switch, tick_here
from headwater.records.log.events import EventKind, Reporter


@click.group("sensor")
def sensor_group() -> None:
    """List sensors, switch them, tick one by hand, look at what it keeps."""


@sensor_group.command("list")
@home_option
@deployment_option
@json_option
def list_sensors(home: Path | None, deployment: str, as_json: bool) -> None:
    """List every sensor with its last tick."""
    from headwater.server.resources import ticking

    with open_deployment(home, deployment) as opened:
        graph, now = opened.graph(), opened.clock.now()
        listed = opened.store.read(lambda c: ticking.sensor_list(c, graph, now)).items
    if as_json:
        print_json(listed)
        return
    rows = []
    for sensor in listed:
        tick = sensor.last_tick
        last = "-" if tick is None else f"{tick.status} {local_time(tick.ended_at)}"
        calls = f"{sensor.minimum_interval:g} s" if sensor.kind == "interval" else f"on {sensor.kind}"
        rows.append((sensor.name, "on" if sensor.running else "off", calls, last, ", ".join(sensor.reports)))
    print_table(("SENSOR", "STATE", "TICKS", "LAST TICK", "REPORTS"), rows, empty="No sensors.")


@sensor_group.command("tick")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show what the tick comes to, and keep nothing.")
@file_option
@home_option
@deployment_option
@json_option
def tick_sensor(
    name: str, dry_run: bool, target: str | None, home: Path | None, deployment: str, as_json: bool
) -> None:
    """Evaluate a sensor once, here and now, beside a running server too."""
    tick_here(name, dry_run, target, home, deployment, as_json)


@sensor_group.command("start")
@names_options
@home_option
@deployment_option
def start_sensor(names: tuple[str, ...], is_all: bool, home: Path | None, deployment: str) -> None:
    """Switch sensors on."""
    for name in switch(EventKind.SENSOR_STARTED, {"running": True}, (names, is_all), home, deployment):
        click.echo(f"{name} is on.")


@sensor_group.command("stop")
@names_options
@home_option
@deployment_option
def stop_sensor(names: tuple[str, ...], is_all: bool, home: Path | None, deployment: str) -> None:
    """Switch sensors off."""
    for name in switch(EventKind.SENSOR_STOPPED, {"running": False}, (names, is_all), home, deployment):
        click.echo(f"{name} is off.")


@sensor_group.command("reset")
@names_options
@home_option
@deployment_option
def reset_sensor(names: tuple[str, ...], is_all: bool, home: Path | None, deployment: str) -> None:
    """Let sensors be on or off as their definitions say."""
    for name in switch(EventKind.SENSOR_STARTED, {"running": None}, (names, is_all), home, deployment):
        click.echo(f"{name} is as its definition says.")


@sensor_group.command("cursor")
@click.argument("name")
@click.option("--set", "cursor", help="Let the next tick begin from this cursor.")
@click.option("--reset", "is_reset", is_flag=True, help="Forget the cursor.")
@click.option("--to-end", is_flag=True, help="Skip all events that a sensor has not seen yet.")
@home_option
@deployment_option
def cursor_of(name: str, cursor: str | None, is_reset: bool, to_end: bool, home: Path | None, deployment: str) -> None:
    """Show a sensor's cursor, or set it back or on."""
    from headwater.storage.automation import sensors
    from headwater.storage.log import event_log

    if sum((cursor is not None, is_reset, to_end)) > 1:
        raise click.UsageError("Give one of --set, --reset and --to-end.")
    with open_deployment(home, deployment) as opened:
        if to_end:
            cursor = str(opened.store.read(event_log.head))
    if cursor is not None or is_reset:
        changes = {"cursor": cursor, "failures": 0, "retry_at": None}
        change(name, EventKind.SENSOR_CURSOR_SET, changes, home, deployment)
    with open_deployment(home, deployment) as opened:
        found = opened.store.read(lambda c: sensors.read_state(c, name)).cursor
    click.echo("No cursor." if found is None else found)


@sensor_group.command("state")
@click.argument("name")
@click.option("--prefix", default="", help="Only keys that begin so.")
@click.option("--limit", default=100, show_default=True, help="How many at most.")
@click.option("--clear", is_flag=True, help="Forget all of it.")
@home_option
@deployment_option
@json_option
def state_of(
    name: str, prefix: str, limit: int, clear: bool, home: Path | None, deployment: str, as_json: bool
) -> None:
    """Show what a sensor keeps in `context.state`."""
    import msgspec

    from headwater.server.resources.ticking import find_sensor
    from headwater.server.ticking import clear_values
    from headwater.storage.automation import sensor_values

    with open_deployment(home, deployment) as opened:
        find_sensor(opened.graph(), name)
        if clear:
            clear_values(opened, name, Reporter("cli"))
            click.echo(f"{name} keeps nothing any more.")
            return
        found = opened.store.read(lambda c: sensor_values.read_page(c, name, prefix=prefix, after=None, limit=limit))
    if as_json:
        print_json(dict(found))
        return
    print_table(
        ("KEY", "VALUE"), [(key, msgspec.json.encode(value).decode()) for key, value in found], empty="Nothing."
    )


@sensor_group.command("ticks")
@click.argument("name")
@click.option("--limit", default=20, show_default=True, help="How many at most.")
@home_option
@deployment_option
@json_option
def ticks_of(name: str, limit: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """List a sensor's ticks, the last first."""
    show_ticks(name, limit, home, deployment, as_json)
