"""`headwater why` and `headwater what-if`: why assets are made or not, and what other definitions would have made."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli.homes import deployment_option, find_source, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from headwater.automation.conditions.what_if import Difference, WouldRun
    from headwater.definitions.snapshot import DefinitionsSnapshot
    from headwater.location.sources.source import LocationSource
    from headwater.server.deployment import Deployment
    from headwater.server.shapes import conditions as shapes

_DAY = 24 * 3600 * 1_000_000
_PAGE = 2_000


@click.command()
@click.argument("asset", required=False)
@click.argument("partition", required=False)
@click.option("--check", metavar="NAME", help="Say it of this check of ASSET.")
@click.option("--job", metavar="NAME", help="Say it of this job.")
@click.option("--run", "run_id", metavar="RUN", help="Say why this run was requested.")
@click.option("--tree", is_flag=True, help="Show every part of the condition with its value.")
@home_option
@deployment_option
@json_option
def why(
    asset: str | None,
    partition: str | None,
    check: str | None,
    job: str | None,
    run_id: str | None,
    tree: bool,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """Say why ASSET (or a PARTITION of it) is made or is not, or with --run why a run was requested.

    With --job, say why the job is run or is not; its partition comes first then.
    """
    from headwater.server.resources import automation

    if (asset is not None and job is None) + (job is not None) + (run_id is not None) != 1:
        raise SettingsError("Name an asset, or a job with --job, or a run with --run.")
    with open_deployment(home, deployment) as opened:
        graph, now = opened.graph(), opened.clock.now()
        if run_id is not None:
            wanted = run_id
            _print_run(opened.store.read(lambda c: automation.run_why(c, graph, wanted, now)), tree, as_json)
            return
        if job is not None:
            name = job
            view = opened.store.read(lambda c: automation.job_automation_view(c, graph, name, now, partition=asset))
            _print_asset(view, tree, as_json)
            return
        key = asset or ""
        view = opened.store.read(
            lambda c: automation.automation_view(c, graph, key, now, check=check, partition=partition)
        )
        _print_asset(view, tree, as_json)


def _print_asset(view: shapes.AutomationView, tree: bool, as_json: bool) -> None:
    if as_json:
        print_json(view)
        return
    click.echo(view.answer)
    if tree and view.tree is not None:
        _print_tree(view.tree)
    rows = [
        (
            local_time(each.timestamp),
            str(each.seq),
            "requested" if each.run_ids else "another result",
            "; ".join(each.reasons),
        )
        for each in view.evaluations
    ]
    if rows:
        click.echo()
        print_table(("WHEN", "EVENT", "CAME TO", "BECAUSE"), rows, empty="")


def _print_run(why: shapes.RunWhy, tree: bool, as_json: bool) -> None:
    if as_json:
        print_json(why)
        return
    click.echo(f"Run {why.run_id} was {why.answer}.")
    if why.events:
        click.echo(f"Events that led to it: {', '.join(map(str, why.events))}.")
    for each in why.assets:
        name = each.key if each.check is None else f"{each.key}, check {each.check}"
        name = name if each.job is None else f"job {each.job}"
        click.echo(f"\n{name}: {'; '.join(each.reasons)}")
        if tree and each.tree is not None:
            _print_tree(each.tree)


def _print_tree(node: shapes.ConditionNode, depth: int = 0) -> None:
    mark = click.style("yes", fg="green") if node.holds else click.style("no ", fg="red")
    name = f"{node.label}: " if node.label else ""
    text = {"and": "all of", "or": "any of", "not": "not", "since": f"since: {node.text}"}.get(node.op, node.text)
    event = "" if node.seq is None else f" (event {node.seq})"
    click.echo(f"{'  ' * depth}{mark} {name}{text}{event}")
    for part in node.parts:
        _print_tree(part, depth + 1)


@click.command("what-if")
@click.argument("target", required=False)
@click.option("--days", type=click.FloatRange(min=0, min_open=True), default=7.0, show_default=True)
@home_option
@deployment_option
@json_option
def what_if(target: str | None, days: float, home: Path | None, deployment: str, as_json: bool) -> None:
    """Replay the log of the last days against the definitions in TARGET, and list the runs that would differ.

    TARGET is a Python file or module; by default what was served last. Where one code location is served, it stands for
    that one, whatever its name; where there are several, for the one of its name. Nothing is run or written.
    """
    with open_deployment(home, deployment) as opened:
        changed, name = asyncio.run(_load(opened, find_source(opened, target)))
        found = _replay(opened, {name: changed}, round(days * _DAY))
    if as_json:
        print_json(found)
        return
    rows = [("- would not run", *_row(run)) for run in found.only_before]
    rows += [("+ would run", *_row(run)) for run in found.only_after]
    rows.sort(key=lambda row: (row[1], row[3]))
    print_table(("DIFFERENCE", "WHEN", "EVENT", "ASSET", "PARTITION", "BECAUSE OF"), rows, empty="No run would differ.")
    click.echo(f"{found.same} runs would be the same.", err=True)


def _row(run: WouldRun) -> tuple[str, ...]:
    because = ", ".join(run.because_of) or (f"the schedule {run.schedule}" if run.schedule else "")
    name = run.asset_key if run.check is None else f"{run.asset_key}, check {run.check}"
    return (local_time(run.moment / 1_000_000), str(run.seq), name, run.partition or "", because)


def _in_place(connection: Connection, changed: dict[str, DefinitionsSnapshot]) -> dict[str, DefinitionsSnapshot]:
    """A file of another name takes the place of the one code location that there is."""
    from headwater.storage.catalog import definitions as catalog

    known = [place.name for place in catalog.read_locations(connection) if place.snapshot]
    if len(known) != 1 or known[0] in changed:
        return changed
    (snapshot,) = changed.values()
    return {known[0]: snapshot}


async def _load(opened: Deployment, source: LocationSource) -> tuple[DefinitionsSnapshot, str]:
    from headwater.daemon.code_locations import TASKS
    from headwater.location.loaders import loader_of

    loader = loader_of(source, tasks=TASKS, log_path=opened.home / "logs" / "locations" / "command.log")
    try:
        process = await loader.load()
        try:
            return process.snapshot, source.name
        finally:
            await process.stop()
    finally:
        await loader.stop()


def _replay(opened: Deployment, changed: dict[str, DefinitionsSnapshot], span: int) -> Difference:
    from headwater.automation.conditions.what_if import Replay, compare
    from headwater.definitions.partitions import DynamicKeys
    from headwater.storage.automation.kept import read_kept
    from headwater.storage.catalog import dynamic_partitions
    from headwater.storage.catalog.graph_reader import GraphReader, read_graph_with
    from headwater.storage.log import event_log
    from headwater.storage.runs.backfill_rests import read_begun
    from headwater.storage.runs.runs import read_automated_ids

    now = opened.clock.now()
    begin = now - span

    def replay(connection: Connection) -> list[Replay]:
        seq = event_log.seq_at(connection, begin)
        kept = read_kept(connection, seq, with_makers=True)
        dynamic = DynamicKeys(dynamic_partitions.read_all(connection))
        left_out = frozenset(read_automated_ids(connection, begin))
        graphs = (GraphReader().read(connection), read_graph_with(connection, _in_place(connection, changed)))
        replays = [Replay(graph, kept, seq=seq, now=begin, dynamic=dynamic, left_out=left_out) for graph in graphs]
        while events := event_log.read_after(connection, seq, _PAGE):
            rests = read_begun(connection, events)
            for each in replays:
                each.take_in(events, rests)
            seq = events[-1].seq
        return replays

    replays = opened.store.read(replay)
    for each in replays:
        each.pass_time(now)
    return compare(replays[0].found, replays[1].found)
