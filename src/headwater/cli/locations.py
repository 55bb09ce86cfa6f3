"""`headwater location`: where code comes from, and how it stands."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table


@click.group("location")
def location_group() -> None:
    """List code locations, and have them loaded anew."""


@location_group.command("list")
@home_option
@deployment_option
@json_option
def list_locations(home: Path | None, deployment: str, as_json: bool) -> None:
    """List every code location with what it defines."""
    from headwater.server.resources.locations import location_list

    with open_deployment(home, deployment) as opened:
        listed = opened.store.read(location_list)
    if as_json:
        print_json(listed)
        return
    rows = [
        (
            location.name,
            location.status,
            "-" if location.loaded_at is None else local_time(location.loaded_at),
            f"{location.assets} assets, {location.sensors} sensors, {location.jobs} jobs",
            "" if location.error is None else location.error.message,
        )
        for location in listed
    ]
    print_table(("LOCATION", "STATE", "LOADED", "DEFINES", "ERROR"), rows, empty="No code locations.")


@location_group.command("reload")
@click.argument("names", nargs=-1)
@home_option
@deployment_option
def reload_locations(names: tuple[str, ...], home: Path | None, deployment: str) -> None:
    """Load NAMES (without any: all) as their files are now; whoever serves them does it.

    Runs under way end with the definitions that they began with.
    """
    from headwater.records.events import Reporter
    from headwater.server.resources.locations import location_list, reload_unit

    with open_deployment(home, deployment) as opened:
        chosen = names or tuple(location.name for location in opened.store.read(location_list))
        for name in chosen:
            opened.store.write(opened.store.read(partial(reload_unit, name=name, reporter=Reporter("cli"))))
            click.echo(f"Asked for {name} to be loaded anew.")
