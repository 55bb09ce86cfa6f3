"""What agents may ask and do, as plain functions: each reads or requests what the API does, and cites event numbers.

Every answer says as of which event (`seq`) and moment it holds, so that what rests on it can be checked later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from headwater.clock import to_datetime
from headwater.graph.asset_graph import AssetGraph
from headwater.records.access.tokens import Principal, Scope
from headwater.records.log.events import EventKind, Reporter
from headwater.records.runs.requests import plan_runs
from headwater.records.runs.runs import Cause, RunStatus
from headwater.records.runs.wanted_config import check_wanted_config
from headwater.server.deployment import Deployment
from headwater.server.doors import strict as strict_door
from headwater.server.resources import assets, automation, graphs, history, runs
from headwater.server.resources.estate import read_estate
from headwater.storage.log import event_log
from headwater.storage.log.event_log import EventFilter
from headwater.storage.runs import requests as run_requests
from headwater.storage.runs.filter import RunFilter

_MOST = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and of which deployment."""

    deployment: Deployment
    principal: Principal


caller: ContextVar[Caller] = ContextVar("mcp_caller")
"""Set around each request."""


async def find_assets(selection: str = "*", limit: int = 50) -> dict[str, Any]:
    """Find assets with their state, owners and latest event.

    Args:
        selection: In the selection language: a key, `group:x`, `owner:team:x`, `tag:x`, `kind:x`, `status:failed`,
            `is:external`, a key with `+` before it for everything upstream or behind it for everything downstream,
            joined by and, or, not.
        limit: How many at most, up to 200.
    """
    graph = await _graph()
    now = _deployment().clock.now()

    def read(connection: Connection) -> dict[str, Any]:
        found = assets.asset_list(read_estate(connection, graph, now), selection).items
        return {"assets": _plain(found[: _bounded(limit)]), "found": len(found)}

    return await _read(read)


async def get_asset(key: str) -> dict[str, Any]:
    """Everything about one asset: definition, state, checks, neighbours, and the versions that it was made from.

    Args:
        key: The asset's key, with slashes between its parts.
    """
    graph = await _graph()
    now = _deployment().clock.now()
    return await _read(
        lambda c: _plain(assets.asset_detail(c, read_estate(c, graph, now, key=graph.node(key).key), key, now))
    )


async def get_lineage(key: str, up: int = 2, down: int = 2) -> dict[str, Any]:
    """The assets around one, and what depends on what among them.

    Args:
        key: The asset's key.
        up: Steps upstream.
        down: Steps downstream.
    """
    graph = await _graph()
    now = _deployment().clock.now()
    return await _read(lambda c: _plain(graphs.neighbourhood(c, graph, key, now, up=up, down=down, limit=_MOST)))


async def get_impact(key: str) -> dict[str, Any]:
    """What breaks if an asset is late or wrong: everything downstream, with its owners and checks.

    Args:
        key: The asset's key.
    """
    graph = await _graph()
    return await _read(lambda _connection: _plain(graphs.impact(graph, {graph.ids[graph.node(key).key]})))


async def explain_asset(key: str, partition: str | None = None) -> dict[str, Any]:
    """Why an asset is stale, why it was or was not made: its condition with the value of each part, in words.

    Args:
        key: The asset's key.
        partition: One of its partitions.
    """
    graph = await _graph()
    now = _deployment().clock.now()

    def read(connection: Connection) -> dict[str, Any]:
        detail = assets.asset_detail(connection, read_estate(connection, graph, now, key=graph.node(key).key), key, now)
        view = automation.automation_view(connection, graph, key, now, partition=partition, before=None, limit=5)
        return {"asset": _plain(detail.asset), "stale_because": _plain(detail.stale), "automation": _plain(view)}

    return await _read(read)


async def list_events(key: str | None = None, kind: str | None = None, limit: int = 20) -> dict[str, Any]:
    """What happened lately, newest first, of one asset or of all.

    Args:
        key: Only events of this asset.
        kind: Only of this kind, such as materialization, observation or check_evaluation.
        limit: How many at most, up to 200.
    """
    kinds = None if kind is None else [EventKind(kind)]
    most = _bounded(limit)
    if key is None:
        return await _read(lambda c: _plain(history.find_events(c, EventFilter(kinds=kinds), cursor=None, limit=most)))
    (await _graph()).node(key)
    return await _read(
        lambda c: _plain(history.asset_events(c, key, kinds=kinds, partition=None, cursor=None, limit=most))
    )


async def list_runs(status: str | None = None, asset: str | None = None, limit: int = 20) -> dict[str, Any]:
    """Runs, newest first.

    Args:
        status: queued, started, success, failure or canceled.
        asset: Only runs that make this asset.
        limit: How many at most, up to 200.
    """
    wanted = RunFilter(statuses=[] if status is None else [RunStatus(status)], asset_key=asset)
    most = _bounded(limit)
    return await _read(lambda c: _plain(runs.run_page(c, wanted, limit=most)))


async def get_run(run_id: str) -> dict[str, Any]:
    """A run with its steps, why it was requested, and why it failed.

    Args:
        run_id: As `list_runs` gives it.
    """
    graph = await _graph()
    deployment = _deployment()
    now = deployment.clock.now()

    def read(connection: Connection) -> dict[str, Any]:
        why = automation.run_why(connection, graph, run_id, now)
        return {**_plain(runs.run_detail(connection, graph, run_id, deployment.run_logs)), "why": _plain(why)}

    return await _read(read)


async def materialize(keys: list[str], partition: str | None = None) -> dict[str, Any]:
    """Request a run that makes native assets, or looks at observable ones. Needs the scope `operate`.

    Args:
        keys: What to make.
        partition: Which partition of each.
    """
    asking = caller.get()
    asking.principal.demand(Scope.OPERATE)
    deployment = asking.deployment
    cause = Cause(kind="mcp", name=asking.principal.name)
    graph = await _graph()
    planned = plan_runs(graph, keys, cause=cause, now=deployment.clock.now(), partition=partition)
    check_wanted_config(graph, planned)
    await deployment.store.write_async(run_requests.unit_of(planned))
    return await _read(lambda _connection: {"run": _plain(runs.run_view(planned[0]))})


async def report(
    key: str,
    kind: str = "materialization",
    metadata: dict[str, Any] | None = None,
    description: str | None = None,
    partition: str | None = None,
    idempotency_key: str | None = None,
) -> dict[str, Any]:
    """Report that an outside asset was updated or seen. Needs the scope `report` for the asset.

    Args:
        key: The asset's key.
        kind: materialization, observation, or the state of a run elsewhere, such as external_failed.
        metadata: Any JSON by name.
        description: A sentence on what happened.
        partition: Which partition.
        idempotency_key: Reported again under this name, it becomes no second event.
    """
    asking = caller.get()
    asking.principal.demand(Scope.REPORT)
    said = {
        "key": key,
        "kind": kind,
        "metadata": metadata,
        "description": description,
        "partition": partition,
        "idempotency_key": idempotency_key,
    }
    raw = msgspec.json.encode({name: value for name, value in said.items() if value is not None})
    reporter = Reporter("mcp", asking.principal.name)
    answer = await strict_door.record(
        asking.deployment, strict_door.Request(), asking.principal, reporter, [raw], [None]
    )
    return await _read(lambda _connection: _plain(answer))


READING: tuple[Callable[..., Any], ...] = (
    find_assets,
    get_asset,
    get_lineage,
    get_impact,
    explain_asset,
    list_events,
    list_runs,
    get_run,
)
WRITING: tuple[Callable[..., Any], ...] = (materialize, report)


def _deployment() -> Deployment:
    return caller.get().deployment


async def _graph() -> AssetGraph:
    return await asyncio.to_thread(_deployment().graph)


async def _read(query: Callable[[Connection], dict[str, Any]]) -> dict[str, Any]:
    """An answer with the place in the log and the moment that it holds for."""
    deployment = _deployment()

    def read(connection: Connection) -> dict[str, Any]:
        as_of = {"seq": event_log.head(connection), "time": to_datetime(deployment.clock.now()).isoformat()}
        return {"as_of": as_of, "deployment": deployment.name, **query(connection)}

    return await deployment.store.read_async(read)


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


def _bounded(limit: int) -> int:
    return max(1, min(limit, _MOST))
