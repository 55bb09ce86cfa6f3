"""`headwater run`: what was made, and how it went."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table


@click.group("run")
def run_group() -> None:
    """List and show runs."""


@run_group.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many.")
@home_option
@deployment_option
@json_option
def list_runs(limit: int, home: Path | None, deployment: str, as_json: bool) -> None:
    """List runs, the newest first."""
    from headwater.server.resources import runs

    with open_deployment(home, deployment) as opened:
        page = opened.store.read(lambda c: runs.run_page(c, statuses=None, asset_key=None, cursor=None, limit=limit))
    if as_json:
        print_json(page.items)
        return
    rows = [
        (run.run_id, run.status, local_time(run.created_at), run.cause.kind, ", ".join(run.assets))
        for run in page.items
    ]
    print_table(("RUN", "STATUS", "REQUESTED", "BY", "ASSETS"), rows, empty="No runs yet.")


@run_group.command("show")
@click.argument("run_id")
@home_option
@deployment_option
@json_option
def show_run(run_id: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Show one run with its steps."""
    from headwater.server.resources import runs

    with open_deployment(home, deployment) as opened:
        detail = opened.store.read(lambda c: runs.run_detail(c, run_id))
    if as_json:
        print_json(detail)
        return
    click.echo(f"{detail.run.run_id}  ({detail.run.status})")
    if detail.run.error:
        click.echo(f"  {detail.run.error.message}")
    for step in detail.steps:
        took = "" if step.started_at is None or step.ended_at is None else f" {step.ended_at - step.started_at:.2f} s"
        click.echo(f"  {step.status:<8} {step.name}{took}")
        if step.error:
            click.echo(f"           {step.error.message}")


@run_group.command("logs")
@click.argument("run_id")
@home_option
@deployment_option
@json_option
def show_logs(run_id: str, home: Path | None, deployment: str, as_json: bool) -> None:
    """Print what a run logged and printed."""
    from headwater.server.resources import runs

    with open_deployment(home, deployment) as opened:
        folder = opened.run_logs
        page = opened.store.read(lambda c: runs.run_log(c, folder, run_id, after=None, limit=1_000_000))
    if as_json:
        print_json(page.items)
        return
    for line in page.items:
        click.echo(f"{local_time(line.timestamp)} {line.step} {line.stream} {line.level}: {line.text}")
