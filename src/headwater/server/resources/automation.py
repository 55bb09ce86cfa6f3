"""Why an asset is made or is not: its condition with the value of every part, now and then."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy.engine import Connection

from headwater.automation.conditions.checks import check_node_key, check_of
from headwater.automation.conditions.explain import Explained
from headwater.automation.conditions.jobs import job_node, job_node_key, job_of, nodes_of
from headwater.automation.conditions.live import look_now
from headwater.automation.conditions.switches import pauses
from headwater.automation.conditions.words import Stand, reasons, stand
from headwater.clock import MICROSECONDS, to_datetime, to_seconds
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.partitions import DynamicKeys, partitions_from_snapshot
from headwater.errors import UnknownPartitionError
from headwater.graph.asset_graph import AssetGraph, AssetNode
from headwater.records.automation.freshness import judge_freshness
from headwater.records.runs.requests import external_asset_message
from headwater.records.runs.runs import Run
from headwater.server.shapes import conditions as shapes
from headwater.storage.automation import evaluations
from headwater.storage.automation.evaluations import EvaluationRow
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.runs import runs
from headwater.storage.runs.filter import RunFilter

_LOOKED_AT = 20
_TREE = msgspec.msgpack.Decoder(Explained)
_CONDITION = msgspec.json.Decoder(AutomationCondition)


def automation_view(
    connection: Connection,
    graph: AssetGraph,
    key: str,
    now: int,
    *,
    check: str | None = None,
    partition: str | None = None,
    before: int | None = None,
    limit: int = 20,
) -> shapes.AutomationView:
    """How the condition of an asset or of its check stands, and its evaluations that mattered, the newest first.

    Args:
        connection: Where to read.
        graph: All assets.
        key: Which one.
        now: The moment, in microseconds.
        check: The name of a check of it, to see that one's condition.
        partition: The partition that is asked about; None for the newest one, or for the asset.
        before: The `cursor` of the page of evaluations before.
        limit: How many evaluations at most.

    Raises:
        UnknownAssetError: there is no such asset, or it has no such check.
        UnknownPartitionError: it has no such partition.
    """
    node = graph.node(key)
    condition = node.definition.condition
    if check is not None:
        judged = graph.check(key, check)
        condition = judged.condition
        if not judged.partitioned:
            node = msgspec.structs.replace(node, definition=msgspec.structs.replace(node.definition, partitions=None))
    partition, number = _place(connection, node, partition, now)
    kept_as = key if check is None else check_node_key(key, check)
    rows = evaluations.read(connection, kept_as, before=before, limit=limit)
    found = look_now(connection, graph, key, now, check)
    tree = None
    if found is not None:
        conditions, explained = found
        tree = stand(conditions.plan.conditions[conditions.graph.ids[kept_as]], explained, number)
    return shapes.AutomationView(
        key=key,
        check=check,
        condition=None if condition is None else condition.describe(),
        partition=partition,
        holds=tree is not None and tree.holds,
        answer=_answer(connection, node, partition, tree, pauses(graph).get(key, 0))
        if check is None
        else _answer_of_check(connection, key, check, partition, tree),
        reasons=[] if tree is None else reasons(tree),
        tree=None if tree is None else _node(tree),
        evaluations=[_evaluation(connection, node, row, now) for row in rows],
        cursor=rows[-1].evaluation_id if len(rows) == limit else None,
    )


def job_automation_view(
    connection: Connection,
    graph: AssetGraph,
    name: str,
    now: int,
    *,
    partition: str | None = None,
    before: int | None = None,
    limit: int = 20,
) -> shapes.AutomationView:
    """How the condition of a job stands, and its evaluations that mattered, the newest first.

    Args:
        connection: Where to read.
        graph: All assets and jobs.
        name: The job's.
        now: The moment, in microseconds.
        partition: The partition that is asked about; None for the newest one, or for the job.
        before: The `cursor` of the page of evaluations before.
        limit: How many evaluations at most.

    Raises:
        UnknownJobError: there is no such job.
        UnknownPartitionError: it has no such partition.
    """
    job, _ = graph.job(name)
    kept_as, node = job_node_key(name), job_node(graph, name)
    partition, number = _place(connection, node, partition, now)
    rows = evaluations.read(connection, kept_as, before=before, limit=limit)
    found = look_now(connection, graph, "", now, job=name)
    tree = None
    if found is not None:
        conditions, explained = found
        tree = stand(conditions.plan.conditions[conditions.graph.ids[kept_as]], explained, number)
    return shapes.AutomationView(
        key="",
        check=None,
        job=name,
        condition=None if job.condition is None else job.condition.describe(),
        partition=partition,
        holds=tree is not None and tree.holds,
        answer=_answer_of_job(connection, name, partition, tree),
        reasons=[] if tree is None else reasons(tree),
        tree=None if tree is None else _node(tree),
        evaluations=[_evaluation(connection, node, row, now) for row in rows],
        cursor=rows[-1].evaluation_id if len(rows) == limit else None,
    )


def run_why(connection: Connection, graph: AssetGraph, run_id: str, now: int) -> shapes.RunWhy:
    """Why a run was requested.

    Raises:
        UnknownRunError: there is no such run.
    """
    run = runs.get(connection, run_id)
    found: list[shapes.RunReason] = []
    if run.cause.decided_at is not None:
        for kept_as in nodes_of(run):
            key, check = check_of(kept_as) or (kept_as, None)
            rows = evaluations.read(connection, kept_as, seq=run.cause.decided_at)
            row = next((row for row in rows if run_id in row.run_ids), None)
            if row is None:
                continue
            job = job_of(kept_as)
            known = key in graph.ids if job is None else job in graph.jobs
            node = None if not known else graph.node(key) if job is None else job_node(graph, job)
            tree = _stand(connection, row, None if node is None else _number_then(node, run.partition, now))
            found.append(
                shapes.RunReason(
                    key=key if job is None else "",
                    check=check,
                    job=job,
                    reasons=[] if tree is None else reasons(tree),
                    tree=None if tree is None else _node(tree),
                )
            )
    return shapes.RunWhy(run_id=run_id, answer=_why_requested(run), events=list(run.cause.events), assets=found)


def freshness_view(node: AssetNode, updated_at: int | None, now: int) -> shapes.FreshnessView | None:
    """How an asset stands with its freshness policy; None where it has none."""
    policy = node.definition.freshness
    if policy is None:
        return None
    judged = judge_freshness(policy, updated_at, now)
    return shapes.FreshnessView(
        state=judged.state.value,
        since=None if judged.since is None else to_seconds(judged.since),
        deadline=None if judged.deadline is None else to_seconds(judged.deadline),
        policy=describe_policy(policy),
    )


def describe_policy(policy: FreshnessPolicy) -> str:
    """A freshness policy as a sentence."""
    if policy.type == "time_window":
        warns = "" if policy.warn_window is None else f", warns from {timedelta(seconds=policy.warn_window)} on"
        return f"not older than {timedelta(seconds=policy.fail_window or 0)}{warns}"
    early = timedelta(seconds=policy.lower_bound_delta or 0)
    return f"made in the {early} before each {policy.deadline_cron} ({policy.timezone})"


def _place(connection: Connection, node: AssetNode, partition: str | None, now: int) -> tuple[str | None, int | None]:
    """The partition that is asked about, and its number."""
    if node.definition.partitions is None:
        if partition is not None:
            raise UnknownPartitionError(
                f"{node.key} is not partitioned, so it has no partition {partition!r}. Leave the partition out."
            )
        return None, None
    keys = partitions_from_snapshot(node.definition.partitions).keys_at(
        to_datetime(now), DynamicKeys(dynamic_partitions.read_all(connection))
    )
    if partition is None:
        return (keys.key_at(len(keys) - 1), len(keys) - 1) if len(keys) else (None, None)
    number = keys.number_of(partition)
    if number is None:
        raise UnknownPartitionError(f"{node.key} has no partition {partition!r}. {keys.extent()}")
    return partition, number


def _number_then(node: AssetNode, partition: str | None, now: int) -> int | None:
    """The number of a partition in an earlier evaluation; None where numbers do not last, or it is gone."""
    snapshot = node.definition.partitions
    if snapshot is None or partition is None or snapshot.type in ("dynamic", "multi"):
        return None
    return partitions_from_snapshot(snapshot).keys_at(to_datetime(now)).number_of(partition)


def _answer(connection: Connection, node: AssetNode, partition: str | None, tree: Stand | None, pause: int) -> str:
    name = node.key if partition is None else f"{node.key} {partition}"
    if not node.is_runnable:
        return external_asset_message(node)
    if tree is None:
        return f"{node.key} has no automation condition, so it is made only when somebody or something asks for it."
    newest = runs.read_newest(connection, RunFilter(asset_key=node.key), limit=1)
    last = ""
    if newest:
        run = newest[0]
        last = f" Its last run, {run.run_id}, is {run.status.value}: {_why_requested(run)}."
    if tree.holds:
        waits = f" Its switch lets it wait {timedelta(microseconds=pause)} after each attempt." if pause else ""
        return f"{name} is to be made: its condition holds.{waits}{last}"
    return f"{name} is not to be made now: {'; '.join(reasons(tree))}.{last}"


def _answer_of_check(connection: Connection, key: str, check: str, partition: str | None, tree: Stand | None) -> str:
    name = f"Check {check!r} of {key}" if partition is None else f"Check {check!r} of {key} {partition}"
    if tree is None:
        return (
            f"{name} has no automation condition that can be followed, so it is carried out when its asset is made, "
            "or when somebody or something asks for it."
        )
    newest = runs.read_newest(connection, RunFilter(asset_key=key), limit=_LOOKED_AT)
    run = next((run for run in newest if (key, check) in run.checks), None)
    last = "" if run is None else f" Its last run, {run.run_id}, is {run.status.value}: {_why_requested(run)}."
    if tree.holds:
        return f"{name} is to be carried out: its condition holds.{last}"
    return f"{name} is not to be carried out now: {'; '.join(reasons(tree))}.{last}"


def _answer_of_job(connection: Connection, name: str, partition: str | None, tree: Stand | None) -> str:
    shown = f"Job {name!r}" if partition is None else f"Job {name!r} for {partition}"
    if tree is None:
        return f"{shown} has no automation condition, so it is run only when somebody or something asks for it."
    newest = runs.read_newest(connection, RunFilter(job_name=name), limit=1)
    last = (
        f" Its last run, {newest[0].run_id}, is {newest[0].status.value}: {_why_requested(newest[0])}."
        if newest
        else ""
    )
    if tree.holds:
        return f"{shown} is to be run: its condition holds.{last}"
    return f"{shown} is not to be run now: {'; '.join(reasons(tree))}.{last}"


def _why_requested(run: Run) -> str:
    cause = run.cause
    by_kind = {
        "automation": "requested by its condition",
        "app": "requested in the app",
        "api": "requested by the API",
        "cli": "requested in a shell",
    }
    who = by_kind.get(cause.kind, f"requested by {cause.kind}{'' if cause.name is None else f' {cause.name}'}")
    return who if cause.reason is None else f"{who} because {cause.reason}"


def _evaluation(connection: Connection, node: AssetNode, row: EvaluationRow, now: int) -> shapes.EvaluationView:
    number = _number_then(node, row.requested[0], now) if row.requested else None
    tree = _stand(connection, row, number)
    return shapes.EvaluationView(
        evaluation_id=row.evaluation_id or 0,
        seq=row.seq,
        timestamp=row.moment / MICROSECONDS,
        requested=list(row.requested),
        run_ids=list(row.run_ids),
        reasons=[] if tree is None else reasons(tree),
        tree=None if tree is None else _node(tree),
    )


def _stand(connection: Connection, row: EvaluationRow, number: int | None) -> Stand | None:
    body = evaluations.read_condition(connection, row.condition)
    return None if body is None else stand(_CONDITION.decode(body), _TREE.decode(row.tree), number)


def _node(found: Stand) -> shapes.ConditionNode:
    return shapes.ConditionNode(
        text=found.text,
        op=found.op,
        label=found.label,
        holds=found.holds,
        partitions=found.partitions,
        seq=_seq(found.at),
        deps=[shapes.DepStand(key=key, seq=_seq(at)) for key, at in found.deps],
        parts=[_node(part) for part in found.parts],
    )


def _seq(at: float | None) -> int | None:
    return int(at) if at is not None and at == int(at) else None
