"""`headwater run`: what was made, and how it went."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment, tell_if_nobody_works
from headwater.cli.printing import local_time, print_json, print_table
from headwater.records.runs.runs import RunStatus

if TYPE_CHECKING:
    from headwater.server.shapes import LogLine, RunView

_LINES = 10_000
_STATUS = click.Choice([each.value for each in RunStatus], case_sensitive=False)
_SECONDS_BETWEEN_LOOKS = 0.5

run_argument = click.argument("beginning", metavar="RUN_ID")


@click.group("run")
def run_group() -> None:
    """List and show runs. Of a RUN_ID its beginning is enough, if no other run's begins alike."""


@run_group.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many.")
@click.option("--status", "statuses", multiple=True, type=_STATUS, help="Only runs that stand so.")
@click.option("--asset", help="Only runs that make this asset.")
@click.option("--location", help="Only runs of this code location.")
@home_option
@deployment_option
@json_option
def list_runs(
    limit: int,
    statuses: tuple[str, ...],
    asset: str | None,
    location: str | None,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """List runs, the newest first."""
    from headwater.server.resources import runs
    from headwater.storage.runs.filter import RunFilter

    wanted = RunFilter(statuses=[RunStatus(each) for each in statuses], asset_key=asset, location=location)
    with open_deployment(home, deployment) as opened:
        page = opened.store.read(lambda c: runs.run_page(c, wanted, limit=limit))
    if as_json:
        print_json(page.items)
        return
    rows = [
        (run.run_id, run.status, local_time(run.created_at), run.cause.kind, _partitions(run), ", ".join(run.assets))
        for run in page.items
    ]
    print_table(("RUN", "STATUS", "REQUESTED", "BY", "PARTITION", "ASSETS"), rows, empty="No runs yet.")


@run_group.command("show")
@run_argument
@home_option
@deployment_option
@json_option
def show_run(beginning: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Show one run with its steps."""
    from headwater.server.resources import runs
    from headwater.storage.runs.beginnings import find_run_id

    with open_deployment(home, deployment) as opened:
        graph = opened.graph()
        run_id = opened.store.read(lambda c: find_run_id(c, beginning))
        detail = opened.store.read(lambda c: runs.run_detail(c, graph, run_id, opened.run_logs))
    if as_json:
        print_json(detail)
        return
    click.echo(f"{detail.run.run_id}  ({detail.run.status})")
    for line in _of_run(detail.run):
        click.echo(f"  {line}")
    if detail.run.error:
        click.echo(f"  {detail.run.error.message}")
    for step in detail.steps:
        took = "" if step.started_at is None or step.ended_at is None else f" {step.ended_at - step.started_at:.2f} s"
        far = "" if step.progress is None or step.progress.share is None else f" {step.progress.share:.0%}"
        held = "" if step.waiting_for is None else f": for {step.waiting_for}"
        click.echo(f"  {step.status:<8} {step.name}{took}{far}{held}")
        if step.error:
            click.echo(f"           {step.error.message}")


@run_group.command("cancel")
@run_argument
@home_option
@deployment_option
@json_option
def cancel_run(beginning: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """End a run: one that waits at once, one that works as soon as its engine hears of it."""
    from headwater.server.resources.runs import run_view
    from headwater.server.routes.runs import cancel_unit
    from headwater.storage.runs.beginnings import find_run_id

    with open_deployment(home, deployment) as opened:
        run_id = opened.store.read(lambda c: find_run_id(c, beginning))
        run = opened.store.write(cancel_unit(opened, run_id))
    if as_json:
        print_json(run_view(run))
    else:
        click.echo(f"{run.run_id}  ({run.status if run.status == 'canceled' else 'asked to end'})")


@run_group.command("retry")
@run_argument
@home_option
@deployment_option
@json_option
def retry_run(beginning: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Request a run of what an ended one did not make; the server carries it out."""
    from headwater.records.runs.runs import Cause
    from headwater.server.resources.runs import run_view
    from headwater.server.routes.runs import request_retry
    from headwater.storage.runs.beginnings import find_run_id

    with open_deployment(home, deployment) as opened:
        run_id = opened.store.read(lambda c: find_run_id(c, beginning))
        run = request_retry(opened, run_id, Cause(kind="cli"))
        if as_json:
            print_json(run_view(run))
        else:
            click.echo(f"{run.run_id}  ({run.status}): {', '.join(run.assets)}")
        tell_if_nobody_works(opened)


@run_group.command("logs")
@run_argument
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended.")
@home_option
@deployment_option
@json_option
def show_logs(beginning: str, follow: bool, home: Path | None, deployment: str, as_json: bool) -> None:
    """Print what a run logged and printed."""
    from headwater.server.resources import runs
    from headwater.storage.runs.beginnings import find_run_id

    place: str | None = None
    shown: list[LogLine] = []
    with open_deployment(home, deployment) as opened:
        run_id = opened.store.read(lambda c: find_run_id(c, beginning))
        while True:
            page = runs.run_log(opened.store, opened.run_logs, run_id, after=place, limit=_LINES)
            place = page.next
            shown += page.items if as_json else []
            for line in () if as_json else page.items:
                said = f"log {line.level}" if line.stream == "log" else line.stream
                click.echo(f"{local_time(line.timestamp)} {line.step} {said}: {line.text}")
            if page.ended or (not follow and len(page.items) < _LINES):
                break
            if len(page.items) < _LINES:
                # The files of a run have no bell to ring.
                threading.Event().wait(_SECONDS_BETWEEN_LOOKS)
    if as_json:
        print_json(shown)


def _partitions(run: RunView) -> str:
    span = run.partition_range
    return run.partition or "" if span is None else f"{span.first}...{span.last} ({span.count:,})"


def _of_run(run: RunView) -> Iterator[str]:
    """What a run makes, for whom, and when."""
    if run.checks:
        yield f"checks {', '.join(f'{check.name} of {check.asset}' for check in run.checks)}"
    else:
        yield f"makes {', '.join(run.assets)}"
    if partitions := _partitions(run):
        yield f"partition {partitions}"
    yield f"requested {local_time(run.created_at)} by {' '.join(filter(None, [run.cause.kind, run.cause.name]))}"
    if run.started_at is not None:
        took = "" if run.ended_at is None else f", ended after {run.ended_at - run.started_at:.2f} s"
        yield f"started {local_time(run.started_at)}{took}"
    if run.waiting_for is not None:
        yield f"waits: {run.waiting_for}"
