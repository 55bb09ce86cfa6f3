"""`headwater sensor`: what polls the outside, and how it stands."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from headwater.automation.decide_ticks import PlannedTick
from headwater.cli.homes import deployment_option, file_option, find_target, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table


@click.group("sensor")
def sensor_group() -> None:
    """List sensors, and tick one by hand."""


@sensor_group.command("list")
@home_option
@deployment_option
@json_option
def list_sensors(home: Path | None, deployment: str, as_json: bool) -> None:
    """List every sensor with its last tick."""
    from headwater.server.resources import sensors

    with open_deployment(home, deployment) as opened:
        graph = opened.graph()
        listed = opened.store.read(lambda c: sensors.sensor_list(c, graph)).items
    if as_json:
        print_json(listed)
        return
    rows = []
    for sensor in listed:
        tick = sensor.last_tick
        last = "-" if tick is None else f"{tick.status} {local_time(tick.ended_at)}"
        state = "on" if sensor.running else "off"
        rows.append((sensor.name, state, f"{sensor.minimum_interval:g} s", last, ", ".join(sensor.reports)))
    print_table(("SENSOR", "STATE", "INTERVAL", "LAST TICK", "REPORTS"), rows, empty="No sensors.")


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
    from headwater.cli.one_off import tick_once

    with open_deployment(home, deployment, must_exist=False) as opened:
        tick = asyncio.run(tick_once(opened, find_target(opened, target), name, keep=not dry_run))
    detail = tick.ended.detail
    if as_json:
        print_json(tick)
    elif detail.error is None:
        _show_tick(tick)
    if detail.error is not None:
        raise click.ClickException(detail.error.traceback or detail.error.message)
    if dry_run:
        click.echo("Nothing of this was kept.", err=True)


def _show_tick(tick: PlannedTick) -> None:
    """Print what a tick came to."""
    for event in tick.reports:
        click.echo(f"{event.kind} {event.asset_key}{f' [{event.partition}]' if event.partition else ''}")
    for _, run in tick.runs:
        click.echo(f"run requested: {', '.join(run.assets)}{f' [{run.partition}]' if run.partition else ''}")
    detail = tick.ended.detail
    if tick.ended.status == "skipped":
        click.echo(f"skipped: {detail.skip_message}")
    click.echo(f"cursor: {detail.cursor}")
