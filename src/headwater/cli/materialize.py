"""`headwater materialize` and `headwater observe`: make assets, or look at them, here and now."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, file_option, find_source, home_option, json_option, open_deployment
from headwater.cli.printing import print_json

if TYPE_CHECKING:
    from headwater.cli.one_off import RunWish
    from headwater.records.log.events import Event

executor_option = click.option(
    "--executor",
    type=click.Choice(["in_process", "multiprocess", "dask"]),
    help="Where its steps are carried out; default: as the definitions and the settings say.",
)

tag_option = click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="Kept with its runs.")


@click.command()
@click.argument("selections", metavar="SELECTION...", nargs=-1, required=True)
@click.option("--partition", help="Which partition to make; first...last makes a range in one go.")
@click.option("--config", help='What this run sets, as JSON: \'{"ops": {"asset": {"config": {}}}}\'.')
@tag_option
@executor_option
@file_option
@home_option
@deployment_option
@json_option
def materialize(
    selections: tuple[str, ...],
    partition: str | None,
    config: str | None,
    tags: tuple[str, ...],
    executor: str | None,
    target: str | None,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """Make the assets of each SELECTION and wait for the end: keys, written with slashes, '*' for all, '+group:x'.

    Selected assets that other systems make are left out, and named.

    Works beside a running server, which shows the run. Exits with status 1 if it fails.
    """
    from headwater.cli.one_off import RunWish

    wish = RunWish(partition=partition, run_config=read_config(config), tags=read_tags(tags), executor=executor)
    _run(selections, wish, (target, home, deployment), as_json=as_json, only_look=False)


@click.command()
@click.argument("selections", metavar="SELECTION...", nargs=-1, required=True)
@click.option("--partition", help="Which partition to look at; left out, the functions look at what they like.")
@click.option("--config", help='What this run sets, as JSON: \'{"ops": {"asset": {"config": {}}}}\'.')
@tag_option
@file_option
@home_option
@deployment_option
@json_option
def observe(
    selections: tuple[str, ...],
    partition: str | None,
    config: str | None,
    tags: tuple[str, ...],
    target: str | None,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """Look at the observable assets of each SELECTION, which other systems make, and wait for the end.

    Works beside a running server, which shows the run. Exits with status 1 if it fails.
    """
    from headwater.cli.one_off import RunWish

    wish = RunWish(partition=partition, run_config=read_config(config), tags=read_tags(tags), executor=None)
    _run(selections, wish, (target, home, deployment), as_json=as_json, only_look=True)


def _run(
    selections: tuple[str, ...],
    wish: RunWish,
    place: tuple[str | None, Path | None, str],
    *,
    as_json: bool,
    only_look: bool,
) -> None:
    from headwater.cli.one_off import materialize_now, show_bars
    from headwater.server.resources.runs import run_view

    target, home, deployment = place
    with open_deployment(home, deployment, must_exist=False) as opened:
        on_event = (lambda _event: None) if as_json else show_bars if sys.stdout.isatty() else tell
        source = find_source(opened, target)
        run = asyncio.run(materialize_now(opened, source, selections, wish, on_event, only_look=only_look))
    if as_json:
        print_json(run_view(run))
    if run.status != "success":
        sys.exit(1)


def tell(event: Event) -> None:
    """Print an event of a run, with what went wrong."""
    from headwater.records.log.events import EventKind, RunEvent, StepEvent
    from headwater.server.resources.events import event_view

    title = event_view(event).title
    if event.kind is EventKind.RUN_REQUESTED:
        title += f": {event.run_id}"
    if event.asset_key is not None and not isinstance(event.payload, StepEvent):
        title += f": {event.asset_key}" + (f", partition {event.partition}" if event.partition else "")
    click.echo(title)
    error = event.payload.error if isinstance(event.payload, (RunEvent, StepEvent)) else None
    if error is not None:
        click.echo(indent((error.traceback or error.message).rstrip(), "  "), err=True)


def read_config(text: str | None) -> dict[str, object] | None:
    """The config that a command was given, as JSON."""
    if text is None:
        return None
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"it is no JSON: {error}", param_hint="--config") from error
    if not isinstance(found, dict):
        raise click.BadParameter("it is a JSON object", param_hint="--config")
    return found


def read_tags(texts: Iterable[str]) -> dict[str, str]:
    """The tags that a command was given."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{text!r} is no NAME=VALUE", param_hint="--tag")
        found[name] = value
    return found
