"""`headwater location`: where code comes from, how it stands, and serving it to other machines."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from headwater.cli.homes import absolute, deployment_option, find_home, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table


@click.group("location")
def location_group() -> None:
    """List code locations, have them loaded anew, and serve them to other machines."""


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
    from headwater.records.log.events import Reporter
    from headwater.server.resources.locations import location_list, reload_unit

    with open_deployment(home, deployment) as opened:
        chosen = names or tuple(location.name for location in opened.store.read(location_list))
        for name in chosen:
            opened.store.write(opened.store.read(partial(reload_unit, name=name, reporter=Reporter("cli"))))
            click.echo(f"Asked for {name} to be loaded anew.")


@location_group.command("serve")
@click.argument("target")
@click.option("--bind", default="0.0.0.0:4400", show_default=True, help="HOST:PORT to listen on.")
@click.option("--cert", required=True, help="This machine's certificate (PEM).")
@click.option("--key", required=True, help="The key of the certificate (PEM).")
@click.option("--token-file", required=True, help="File with the token that engines must show.")
@home_option
def serve_location(target: str, bind: str, cert: str, key: str, token_file: str, home: Path | None) -> None:
    """Serve TARGET, a Python file or module, to engines on other machines, over TLS.

    Its ticks and runs are carried out here. Engines name it in headwater.toml, with `address`, `ca` and `token_file`.
    """
    from headwater.cli.location_process import serve

    serve(absolute(target), bind, cert, key, token_file, find_home(home) / "logs" / "locations")
