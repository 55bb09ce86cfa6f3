"""`headwater backfill`: make many partitions, and see how far that is."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment, tell_if_nobody_works
from headwater.cli.materialize import read_tags, tag_option
from headwater.cli.printing import count, local_time, print_json, print_table

if TYPE_CHECKING:
    from headwater.server.deployment import Deployment
    from headwater.server.shapes.backfills import BackfillCounts, BackfillDetail, BackfillPlan, BackfillView

_SECONDS_BETWEEN_LOOKS = 0.5
_MOST_RANGES = 20
_ENDED = ("completed", "failed", "canceled")

backfill_argument = click.argument("beginning", metavar="BACKFILL_ID")


@click.group("backfill")
def backfill_group() -> None:
    """Make many partitions, in order, and follow that. Of a BACKFILL_ID its beginning is enough, if it is unique."""


@backfill_group.command("create")
@click.argument("selections", metavar="SELECTION...", nargs=-1, required=True)
@click.option("--partitions", multiple=True, help="A key, or A...B for a range; may be given several times.")
@click.option("--all", "every", is_flag=True, help="Every partition.")
@click.option("--missing", is_flag=True, help="Only partitions that were never made.")
@click.option("--failed", is_flag=True, help="Only partitions that failed last.")
@click.option("--batch", type=click.IntRange(1), help="How many partitions one run makes; default: as the assets say.")
@click.option("--single-run", is_flag=True, help="One run for each range without gaps.")
@click.option("--max-runs", type=click.IntRange(1, 1_000), default=16, show_default=True, help="How many runs at once.")
@click.option("--priority", type=int, help="Of its runs in the queue; other runs have 0, and the higher goes first.")
@tag_option
@click.option("--dry-run", is_flag=True, help="Say how many partitions and runs that would be, and do nothing.")
@click.option("--wait", is_flag=True, help="Show the progress until the end; exit with status 1 if not all was made.")
@home_option
@deployment_option
@json_option
def create_backfill(
    selections: tuple[str, ...],
    partitions: tuple[str, ...],
    every: bool,
    missing: bool,
    failed: bool,
    batch: int | None,
    single_run: bool,
    max_runs: int,
    priority: int | None,
    tags: tuple[str, ...],
    dry_run: bool,
    wait: bool,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """Request partitions of the assets of each SELECTION; the server makes them.

    --partitions names those of the first assets in the selection; downstream of them is made what is made from these.
    """
    from headwater.cli.actor import actor
    from headwater.records.log.events import Reporter
    from headwater.records.runs.runs import Cause
    from headwater.server.resources import backfills
    from headwater.server.shapes.backfills import BackfillRequestBody

    if every == bool(partitions or missing or failed):
        raise click.UsageError("Which partitions? Give --all, or some of --partitions, --missing and --failed.")
    body = BackfillRequestBody(
        assets=list(selections),
        partitions=list(partitions) or None,
        only=[*(["missing"] if missing else []), *(["failed"] if failed else [])],  # type: ignore[list-item]
        max_partitions_per_run=batch,
        single_run=single_run,
        max_runs=max_runs,
        priority=priority,
        tags=read_tags(tags),
    )
    with open_deployment(home, deployment) as opened:
        if dry_run:
            _print_plan(backfills.plan(opened, body), as_json=as_json)
            return
        found = backfills.request(opened, body, Cause(kind="cli"), Reporter(via="cli", name=actor()))
        if not as_json:
            backfill = found.backfill
            click.echo(f"{backfill.backfill_id}  ({count(backfill.partitions, 'partition')})")
        tell_if_nobody_works(opened)
        if wait:
            found = _follow(opened, found.backfill.backfill_id, silent=as_json)
    if as_json:
        print_json(found)
    if wait and found.backfill.status != "completed":
        if not as_json:
            _print_detail(found)
        sys.exit(1)


@backfill_group.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many.")
@home_option
@deployment_option
@json_option
def list_backfills(limit: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """List backfills, the newest first."""
    from headwater.server.resources import backfills

    with open_deployment(home, deployment) as opened:
        page = opened.store.read(lambda c: backfills.page(c, statuses=None, asset_key=None, cursor=None, limit=limit))
    if as_json:
        print_json(page.items)
        return
    rows = [
        (
            each.backfill_id,
            each.status,
            local_time(each.created_at),
            f"{each.counts.materialized:,} of {each.partitions:,}",
            f"{each.counts.failed:,}",
            ", ".join(each.assets),
        )
        for each in page.items
    ]
    print_table(("BACKFILL", "STATUS", "REQUESTED", "MADE", "FAILED", "ASSETS"), rows, empty="No backfills yet.")


@backfill_group.command("show")
@backfill_argument
@click.option("--follow", "-f", is_flag=True, help="Go on until it has ended.")
@home_option
@deployment_option
@json_option
def show_backfill(beginning: str, follow: bool, home: Path | None, deployment: str, as_json: bool) -> None:
    """Show how far a backfill is, by asset and partition."""
    from headwater.server.resources import backfills
    from headwater.storage.runs.beginnings import find_backfill_id

    with open_deployment(home, deployment) as opened:
        backfill_id = opened.store.read(lambda c: find_backfill_id(c, beginning))
        if follow:
            found = _follow(opened, backfill_id, silent=as_json)
        else:
            found = backfills.detail(opened, backfill_id)
    if as_json:
        print_json(found)
    else:
        _print_detail(found)


@backfill_group.command("pause")
@backfill_argument
@home_option
@deployment_option
@json_option
def pause_backfill(beginning: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Request no further runs; those under way go on."""
    _command("pause", beginning, home, deployment, as_json=as_json)


@backfill_group.command("resume")
@backfill_argument
@home_option
@deployment_option
@json_option
def resume_backfill(beginning: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Go on with a paused backfill."""
    _command("resume", beginning, home, deployment, as_json=as_json)


@backfill_group.command("cancel")
@backfill_argument
@home_option
@deployment_option
@json_option
def cancel_backfill(beginning: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """End a backfill and its runs."""
    _command("cancel", beginning, home, deployment, as_json=as_json)


@backfill_group.command("retry")
@backfill_argument
@home_option
@deployment_option
@json_option
def retry_backfill(beginning: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Make again what failed, and what was not made because of that."""
    _command("retry", beginning, home, deployment, as_json=as_json)


def _command(name: str, beginning: str, home: Path | None, deployment: str, *, as_json: bool) -> None:
    from headwater.cli.actor import actor
    from headwater.records.log.events import Reporter
    from headwater.server.resources import backfills
    from headwater.storage.runs.beginnings import find_backfill_id

    reporter = Reporter(via="cli", name=actor())
    with open_deployment(home, deployment) as opened:
        backfill_id = opened.store.read(lambda c: find_backfill_id(c, beginning))
        found = backfills.command(opened, backfill_id, backfills.COMMANDS[name], reporter)
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found.backfill_id}  ({found.status})")


def _follow(deployment: Deployment, backfill_id: str, *, silent: bool) -> BackfillDetail:
    """Show the progress until the end: as a bar on a terminal, as lines in a pipe."""
    from headwater.server.resources import backfills

    shown: BackfillView | None = None
    now = backfills.find(deployment, backfill_id)
    with _Bar(now.partitions, silent=silent) as bar:
        while True:
            if shown is None or (shown.status, shown.counts) != (now.status, now.counts):
                shown = now
                bar.show(shown)
            if now.status in _ENDED:
                return backfills.detail(deployment, backfill_id)
            # The server may be another process, on another machine: the store is looked at now and then.
            threading.Event().wait(_SECONDS_BETWEEN_LOOKS)
            now = backfills.find(deployment, backfill_id)


class _Bar:
    def __init__(self, total: int, *, silent: bool) -> None:
        self._silent = silent
        self._progress = None
        if not silent and sys.stdout.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
            self._progress = Progress(*columns)
            self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> _Bar:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, backfill: BackfillView) -> None:
        text = f"{backfill.status}: {_counts(backfill.counts)}"
        if self._progress is not None:
            self._progress.update(self._task, completed=backfill.counts.materialized, description=text)
        elif not self._silent:
            click.echo(text)


def _print_plan(plan: BackfillPlan, *, as_json: bool) -> None:
    if as_json:
        print_json(plan)
        return
    if plan.left_out:
        click.echo(f"Made by other systems, so left out: {', '.join(plan.left_out)}", err=True)
    for each in plan.assets:
        shown = [_span(part.first, part.last) for part in each.ranges[:_MOST_RANGES]]
        spans = f": {', '.join(shown)}{', …' if len(each.ranges) > _MOST_RANGES else ''}" if any(shown) else ""
        click.echo(f"{each.asset}  {count(each.partitions, 'partition')}{spans}")
    click.echo(f"{count(plan.partitions, 'partition')} in {count(plan.runs, 'run')}; nothing was requested.")


def _print_detail(detail: BackfillDetail) -> None:
    backfill = detail.backfill
    click.echo(f"{backfill.backfill_id}  ({backfill.status})  {_counts(backfill.counts)}")
    for asset in detail.assets:
        click.echo(f"{asset.asset}  {_counts(asset.counts)}")
        for part in asset.ranges[:_MOST_RANGES]:
            because = f", {part.reason}" if part.reason else ""
            span = _span(part.first, part.last)
            click.echo(f"  {part.status.replace('_', ' '):<12} {f'{span} ' if span else ''}({part.count:,}){because}")
        if len(asset.ranges) > _MOST_RANGES:
            click.echo(f"  … {len(asset.ranges) - _MOST_RANGES} more ranges; --json shows all")
    for failure in detail.failures:
        message = failure.error.message if failure.error else "failed"
        click.echo(f"run {failure.run_id}  {', '.join(failure.assets)} {_span(failure.first, failure.last)}: {message}")


def _counts(counts: BackfillCounts) -> str:
    import msgspec

    found = msgspec.structs.asdict(counts).items()
    return ", ".join(f"{amount:,} {name.replace('_', ' ')}" for name, amount in found if amount) or "nothing yet"


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}...{last}"
