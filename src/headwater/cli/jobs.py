"""`headwater job`: what is defined as a job, and a run of one."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from headwater.cli.homes import deployment_option, file_option, find_source, home_option, json_option, open_deployment
from headwater.cli.materialize import executor_option, read_config, read_tags, tag_option, tell
from headwater.cli.printing import print_json, print_table


@click.group("job")
def job_group() -> None:
    """List and run jobs."""


@job_group.command("list")
@home_option
@deployment_option
@json_option
def list_jobs(home: Path | None, deployment: str, as_json: bool) -> None:
    """List the jobs that are defined."""
    from headwater.server.resources.jobs import list_jobs as found

    with open_deployment(home, deployment) as opened:
        jobs = found(opened.graph())
    if as_json:
        print_json(jobs)
        return
    rows = [(job.name, job.location or "", str(len(job.assets)), job.description or "") for job in jobs]
    print_table(("JOB", "LOCATION", "ASSETS", "DESCRIPTION"), rows, empty="No jobs are defined.")


@job_group.command("run")
@click.argument("name")
@click.option("--partition", help="Which partition to make; first...last makes a range in one go.")
@click.option("--config", help='What this run sets, as JSON: \'{"ops": {"asset": {"config": {}}}}\'.')
@tag_option
@executor_option
@file_option
@home_option
@deployment_option
@json_option
def run_job(
    name: str,
    partition: str | None,
    config: str | None,
    tags: tuple[str, ...],
    executor: str | None,
    target: str | None,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """Make the assets of job NAME and wait for the end. Exits with status 1 if it fails."""
    from headwater.cli.one_off import RunWish, run_job_now, show_bars
    from headwater.server.resources.runs import run_view

    with open_deployment(home, deployment, must_exist=False) as opened:
        on_event = (lambda _event: None) if as_json else show_bars if sys.stdout.isatty() else tell
        wish = RunWish(partition=partition, run_config=read_config(config), tags=read_tags(tags), executor=executor)
        run = asyncio.run(run_job_now(opened, find_source(opened, target), name, wish, on_event))
    if as_json:
        print_json(run_view(run))
    if run.status != "success":
        sys.exit(1)
