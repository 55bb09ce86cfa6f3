"""`headwater schedule`: what is due at times of the clock, and how it stands."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.homes import deployment_option, file_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.cli.ticking import names_options, show_ticks, switch, tick_here
from headwater.records.log.events import EventKind


@click.group("schedule")
def schedule_group() -> None:
    """List schedules, switch them, tick one by hand."""


@schedule_group.command("list")
@home_option
@deployment_option
@json_option
def list_schedules(home: Path | None, deployment: str, as_json: bool) -> None:
    """List every schedule with its next time and its last tick."""
    from headwater.server.resources import ticking

    with open_deployment(home, deployment) as opened:
        graph, now = opened.graph(), opened.clock.now()
        listed = opened.store.read(lambda c: ticking.schedule_list(c, graph, now)).items
    if as_json:
        print_json(listed)
        return
    rows = []
    for schedule in listed:
        tick = schedule.last_tick
        last = "-" if tick is None else f"{tick.status} {local_time(tick.ended_at)}"
        following = local_time(schedule.next_tick_at) if schedule.running else "off"
        cron = f"{', '.join(schedule.cron_schedule)} {schedule.execution_timezone}"
        rows.append((schedule.name, cron, following, last, ", ".join(schedule.jobs or schedule.targets or ())))
    print_table(("SCHEDULE", "CRON", "NEXT", "LAST TICK", "RUNS"), rows, empty="No schedules.")


@schedule_group.command("start")
@names_options
@home_option
@deployment_option
def start_schedule(names: tuple[str, ...], is_all: bool, home: Path | None, deployment: str) -> None:
    """Switch schedules on, from now on."""
    for name in _switch(EventKind.SCHEDULE_STARTED, True, (names, is_all), home, deployment):
        click.echo(f"{name} is on.")


@schedule_group.command("stop")
@names_options
@home_option
@deployment_option
def stop_schedule(names: tuple[str, ...], is_all: bool, home: Path | None, deployment: str) -> None:
    """Switch schedules off; times that come meanwhile are not made up for."""
    for name in _switch(EventKind.SCHEDULE_STOPPED, False, (names, is_all), home, deployment):
        click.echo(f"{name} is off.")


@schedule_group.command("reset")
@names_options
@home_option
@deployment_option
def reset_schedule(names: tuple[str, ...], is_all: bool, home: Path | None, deployment: str) -> None:
    """Let schedules be on or off as their definitions say."""
    for name in _switch(EventKind.SCHEDULE_STARTED, None, (names, is_all), home, deployment):
        click.echo(f"{name} is as its definition says.")


@schedule_group.command("tick")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show what the tick comes to, and keep nothing.")
@file_option
@home_option
@deployment_option
@json_option
def tick_schedule(
    name: str, dry_run: bool, target: str | None, home: Path | None, deployment: str, as_json: bool
) -> None:
    """Evaluate a schedule once, for this moment; the runs that it requests wait for a server or an engine."""
    tick_here(name, dry_run, target, home, deployment, as_json)


@schedule_group.command("ticks")
@click.argument("name")
@click.option("--limit", default=20, show_default=True, help="How many at most.")
@home_option
@deployment_option
@json_option
def ticks_of(name: str, limit: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """List a schedule's ticks, the last first."""
    show_ticks(name, limit, home, deployment, as_json)


def _switch(
    kind: EventKind, running: bool | None, chosen: tuple[tuple[str, ...], bool], home: Path | None, deployment: str
) -> list[str]:
    with open_deployment(home, deployment) as opened:
        now = opened.clock.now()
    # Off, it has no time to begin from, and so misses none.
    since = None if running is False else now
    return switch(kind, {"running": running, "scheduled_at": since}, chosen, home, deployment)
