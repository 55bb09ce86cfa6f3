"""`headwater checks`: see the checks of assets, and carry them out here and now."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, file_option, find_source, home_option, json_option, open_deployment
from headwater.cli.materialize import executor_option, read_config, tell
from headwater.cli.printing import local_time, print_json, print_table

if TYPE_CHECKING:
    from headwater.records.log.events import CheckEvaluation, Event


@click.group("checks")
def check_group() -> None:
    """See the checks of assets, and carry them out by themselves."""


@check_group.command("list")
@click.argument("selection", required=False)
@home_option
@deployment_option
@json_option
def list_checks(selection: str | None, home: Path | None, deployment: str, as_json: bool) -> None:
    """List the checks of all assets, or of those of a SELECTION, with their latest results."""
    from headwater.server.resources import checks

    with open_deployment(home, deployment) as opened:
        graph = opened.graph()
        found = opened.store.read(lambda c: checks.check_list(c, graph, selection))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            row.asset_key,
            row.check.name,
            row.check.status,
            local_time(row.check.timestamp),
            "blocking" if row.check.blocking else "",
            "" if row.check.executable else "elsewhere",
        )
        for row in found
    ]
    print_table(("ASSET", "CHECK", "STATUS", "LAST RESULT", "", "CARRIED OUT"), rows, empty="No checks.")


@check_group.command("run")
@click.argument("selections", metavar="SELECTION...", nargs=-1, required=True)
@click.option("--name", "names", multiple=True, help="Only checks of this name; may stand several times.")
@click.option("--partition", help="Which partition of the assets is judged.")
@click.option("--config", help='What this run sets, as JSON: \'{"ops": {"asset__check": {"config": {}}}}\'.')
@executor_option
@file_option
@home_option
@deployment_option
@json_option
def run_checks(
    selections: tuple[str, ...],
    names: tuple[str, ...],
    partition: str | None,
    config: str | None,
    executor: str | None,
    target: str | None,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """Carry out the checks of each SELECTION of assets, external ones too, and make nothing.

    Works beside a running server, which shows the run. Exits with status 1 if the run fails, or a check of severity
    ERROR does not pass.
    """
    from headwater.cli.one_off import RunWish, check_now
    from headwater.records.log.events import CheckEvaluation
    from headwater.server.resources.events import event_view
    from headwater.server.resources.runs import run_view

    results: list[tuple[Event, CheckEvaluation]] = []

    def note(event: Event) -> None:
        if isinstance(event.payload, CheckEvaluation):
            results.append((event, event.payload))
        if not as_json:
            tell(event)

    with open_deployment(home, deployment, must_exist=False) as opened:
        wish = RunWish(partition=partition, run_config=read_config(config), executor=executor)
        run = asyncio.run(check_now(opened, find_source(opened, target), selections, names, wish, note))
    if as_json:
        print_json({"run": run_view(run), "results": [event_view(event) for event, _ in results]})
    if run.status != "success" or any(not told.passed and told.severity == "ERROR" for _, told in results):
        sys.exit(1)
