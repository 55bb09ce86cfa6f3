"""`headwater event withdraw`, `headwater asset wipe`, `rename` and `merge`: they say what they will do, then ask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.homes import deployment_option, home_option, open_deployment
from headwater.cli.printing import count

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from headwater.records.log.events import Event
    from headwater.storage.log.writer import Unit


@click.group("event")
def event_group() -> None:
    """Correct the log by further events."""


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    options: list[Callable[..., Any]] = [
        click.option("--reason", help="Why, for whoever reads the log."),
        click.option("--yes", is_flag=True, help="Don't ask."),
        home_option,
        deployment_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@event_group.command("withdraw")
@click.argument("seq", type=int)
@_common
def withdraw_event(seq: int, reason: str | None, **common: Any) -> None:
    """Make the state as if the event SEQ had never come. The log keeps it, and says that it was withdrawn."""
    from headwater.records.log.events import Reporter
    from headwater.storage.log import corrections

    _carry_out(
        common,
        lambda c: corrections.withdraw(c, seq, reason=reason, reporter=Reporter("cli")),
        lambda _c: f"Event {seq} will count no more.",
    )


@click.command("wipe")
@click.argument("key")
@click.option("--partition", "-p", "partitions", multiple=True, help="Only this one; repeatable.")
@_common
def wipe_asset(key: str, partitions: tuple[str, ...], reason: str | None, **common: Any) -> None:
    """Forget what is known of an asset, or of some of its partitions. The log keeps the events."""
    from headwater.records.log.events import Reporter
    from headwater.storage.log import corrections

    what = f"{count(len(partitions), 'partition')} of {key}" if partitions else key
    _carry_out(
        common,
        lambda c: corrections.wipe(c, key, partitions, reason=reason, reporter=Reporter("cli")),
        lambda c: (
            f"{what} will be as if never made: without {count(corrections.count_events(c, key, partitions), 'event')}."
        ),
    )


@click.command("rename")
@click.argument("key")
@click.argument("to")
@_common
def rename_asset(key: str, to: str, reason: str | None, **common: Any) -> None:
    """Give an asset's history another name. Reports of the former one go to the new one from now on."""
    _rename(key, to, False, reason, common)


@click.command("merge")
@click.argument("key")
@click.argument("into")
@_common
def merge_asset(key: str, into: str, reason: str | None, **common: Any) -> None:
    """Join an asset's history with that of another one. Reports of it go there from now on."""
    _rename(key, into, True, reason, common)


def _rename(key: str, to: str, merge: bool, reason: str | None, common: dict[str, Any]) -> None:
    from headwater.records.log.events import Reporter
    from headwater.storage.log import corrections

    _carry_out(
        common,
        lambda c: corrections.rename(c, key, to, merge=merge, reason=reason, reporter=Reporter("cli")),
        lambda c: (
            f"{count(corrections.count_events(c, key), 'event')} of {key} will be {to}'s, and its reports from now on."
        ),
    )


def _carry_out(
    common: dict[str, Any], plan: Callable[[Connection], Unit[Event]], announce: Callable[[Connection], str]
) -> None:
    home: Path | None = common["home"]
    with open_deployment(home, common["deployment"]) as opened:
        unit = opened.store.read(plan)
        if unit.guard is not None:
            opened.store.read(unit.guard)
        click.echo(opened.store.read(announce), err=True)
        if not common["yes"]:
            click.confirm("Go on?", abort=True, err=True)
        done = opened.store.write(unit)
    click.echo(f"Recorded as event {done.seq}.")
