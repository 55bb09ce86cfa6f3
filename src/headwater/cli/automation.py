"""`headwater automation`: what holds for all sensors and schedules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import print_json
from headwater.records.log.events import EventKind, LocationReload, NewEvent


@click.group("automation")
def automation_group() -> None:
    """Settings that hold for all sensors and schedules."""


@automation_group.command("settings")
@click.option(
    "--on-by-default/--off-by-default", default=None, help="How those are that do not declare a default status."
)
@click.option("--skipped-days", type=click.FloatRange(min=0, min_open=True), help="How long skipped ticks are kept.")
@click.option("--other-days", type=click.FloatRange(min=0, min_open=True), help="How long other ticks are kept.")
@click.option("--most-skipped", type=click.IntRange(min=1), help="How many skipped ticks are kept of each.")
@click.option("--most-others", type=click.IntRange(min=1), help="How many other ticks are kept of each.")
@home_option
@deployment_option
@json_option
def settings(home: Path | None, deployment: str, as_json: bool, **given: Any) -> None:
    """Show the settings, or change some; a running engine takes them over."""
    import msgspec

    from headwater.storage.automation import tick_settings
    from headwater.storage.log.writer import Unit

    wanted = {name: value for name, value in given.items() if value is not None}
    with open_deployment(home, deployment) as opened:
        found = opened.store.read(tick_settings.read)
        if wanted:
            found = msgspec.structs.replace(found, **wanted)
            places = {location for _, location in opened.graph().ticking.values()}
            reloads = [
                NewEvent(kind=EventKind.LOCATION_RELOAD_REQUESTED, payload=LocationReload(location=place))
                for place in sorted(places)
            ]
            opened.store.write(Unit(events=reloads, effect=lambda c, _events: tick_settings.save(c, found)))
    if as_json:
        print_json(found)
        return
    default = "on" if found.on_by_default else "off"
    click.echo(f"Sensors and schedules that do not declare it are {default}.")
    click.echo(f"Skipped ticks are kept for {found.skipped_days:g} days, {found.most_skipped:,} of each at most;")
    click.echo(f"other ticks for {found.other_days:g} days, {found.most_others:,} of each at most.")
