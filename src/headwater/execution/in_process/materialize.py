"""`materialize`, `materialize_to_memory` and `observe`: make assets here and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.specs import IO_MANAGER_METADATA, AssetCheckSpec, AssetSpec
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.definitions import Definitions
from headwater.definitions.resources.io_managers import DEFAULT_IO_MANAGER, IOManager
from headwater.definitions.runs.run_config import RunConfig, plain_run_config
from headwater.definitions.selection import AssetSelection
from headwater.definitions.selection.nodes import Key
from headwater.errors import ExternalAssetError
from headwater.execution.in_process.run import InProcessRun, graph_of
from headwater.execution.instance.in_process_result import ExecuteInProcessResult
from headwater.execution.instance.instance import HeadwaterInstance
from headwater.execution.io.file_io_manager import InMemoryIOManager
from headwater.graph.asset_graph import AssetGraph
from headwater.records.runs.requests import external_asset_message


def materialize(
    assets: Sequence[Any],
    run_config: RunConfig | Mapping[str, Any] | None = None,
    instance: HeadwaterInstance | None = None,
    resources: Mapping[str, Any] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: Any = None,
) -> ExecuteInProcessResult:
    """Make assets in this process, in the order of their dependencies, and carry out checks, also of external assets.

    Args:
        assets: Functions decorated with `@asset` and its siblings, checks, and specs of external assets.
        run_config: What this run sets of their config and of resources.
        instance: Where events and values go; left out, they are gone with the result.
        resources: What the functions need besides data, by name.
        partition_key: Which partition, of the assets that have any; `first...last` makes a range in one go.
        raise_on_error: Whether a function's exception ends the run and is raised again.
        tags: The run's.
        selection: Which of the assets to make; the others are there to be read.

    Raises:
        InvalidDefinitionError: the definitions contradict themselves, or a resource is missing.
        InvalidConfigError: the config does not fit.
        ExternalAssetError: the selection names an asset that another system makes.
        UnknownPartitionError: the partition is missing, not wanted, or not one of an asset's.
        Exception: what a function raised.

    Example:
        >>> from headwater import asset
        >>> @asset
        ... def orders():
        ...     return [1, 2]
        >>> @asset
        ... def total(orders):
        ...     return sum(orders)
        >>> materialize([orders, total]).asset_value("total")
        3
    """
    definitions = _define(assets, resources or {})
    graph = graph_of(definitions)
    chosen = _choose(graph, selection)
    checks = _choose_checks(graph, selection, chosen)
    run = _run(definitions, graph, chosen, checks, run_config, instance, partition_key, tags)
    return run.carry_out(raise_on_error=raise_on_error)


def materialize_to_memory(
    assets: Sequence[Any],
    run_config: RunConfig | Mapping[str, Any] | None = None,
    instance: HeadwaterInstance | None = None,
    resources: Mapping[str, Any] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: Any = None,
) -> ExecuteInProcessResult:
    """The same as `materialize`, with values kept in memory whatever their IO manager; for tests.

    Args:
        assets: As for `materialize`.
        run_config: Likewise.
        instance: Where events go.
        resources: What the functions need besides data, by name; of IO managers among them only those are used that
            specs of external assets name.
        partition_key: Which partition, of the assets that have any; `first...last` makes a range in one go.
        raise_on_error: Whether a function's exception ends the run and is raised again.
        tags: The run's.
        selection: Which of the assets to make.

    Raises:
        HeadwaterError: as for `materialize`.
        Exception: what a function raised.

    Example:
        >>> from headwater import asset
        >>> @asset(io_manager_key="warehouse")
        ... def orders():
        ...     return [1, 2]
        >>> materialize_to_memory([orders]).success
        True
    """
    memory = InMemoryIOManager()
    wanted = {
        name
        for item in assets
        if isinstance(item, AssetsDefinition)
        for name in (item.io_manager_of(output.key) for output in item.outputs)
        if name is not None
    }
    readers = {item.metadata.get(IO_MANAGER_METADATA) for item in assets if isinstance(item, AssetSpec)} - {None}
    given = resources or {}
    kept = {
        name: value
        for name, value in given.items()
        if name not in wanted and (name in readers or not isinstance(value, IOManager))
    }
    in_memory = {**dict.fromkeys(readers, memory), **kept, DEFAULT_IO_MANAGER: memory, **dict.fromkeys(wanted, memory)}
    return materialize(
        assets,
        run_config,
        instance,
        in_memory,
        partition_key,
        raise_on_error=raise_on_error,
        tags=tags,
        selection=selection,
    )


def observe(
    assets: Sequence[Any],
    run_config: RunConfig | Mapping[str, Any] | None = None,
    instance: HeadwaterInstance | None = None,
    resources: Mapping[str, Any] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
) -> ExecuteInProcessResult:
    """Look at external assets in this process, with the functions that `@observable_source_asset` made.

    Args:
        assets: Those functions; others are left out.
        run_config: What this run sets of their config and of resources.
        instance: Where events go; left out, they are gone with the result.
        resources: What the functions need besides data, by name.
        partition_key: Which partition, of the assets that have any; `first...last` makes a range in one go.
        raise_on_error: Whether a function's exception ends the run and is raised again.
        tags: The run's.

    Raises:
        HeadwaterError: as for `materialize`.
        Exception: what a function raised.

    Example:
        >>> from headwater import DataVersion, observable_source_asset
        >>> @observable_source_asset
        ... def rates():
        ...     return DataVersion("7")
        >>> len(observe([rates]).get_asset_observation_events())
        1
    """
    definitions = _define(assets, resources or {})
    graph = graph_of(definitions)
    keys = [node.key for node in graph.nodes if node.definition.observable]
    run = _run(definitions, graph, keys, (), run_config, instance, partition_key, tags)
    return run.carry_out(raise_on_error=raise_on_error)


def _define(items: Sequence[Any], resources: Mapping[str, Any]) -> Definitions:
    checks = [item for item in items if isinstance(item, (AssetCheckDefinition, AssetCheckSpec))]
    assets = [item for item in items if not isinstance(item, (AssetCheckDefinition, AssetCheckSpec))]
    return Definitions(assets=assets, asset_checks=checks, resources=resources)


def _run(
    definitions: Definitions,
    graph: AssetGraph,
    keys: Sequence[str],
    checks: Sequence[tuple[str, str]],
    run_config: RunConfig | Mapping[str, Any] | None,
    instance: HeadwaterInstance | None,
    partition_key: str | None,
    tags: Mapping[str, str] | None,
) -> InProcessRun:
    return InProcessRun(
        definitions,
        keys,
        checks=checks,
        graph=graph,
        instance=instance,
        run_config=plain_run_config(run_config),
        partitions=() if partition_key is None else (partition_key,),
        tags=tags,
    )


def _choose(graph: AssetGraph, selection: Any) -> list[str]:
    """The assets to make; one that is named and that another system makes is an error, one that is selected is not."""
    if selection is None:
        return [node.key for node in graph.nodes if node.kind == "native"]
    chosen = AssetSelection.from_coercible(selection)
    if _choose_checks(graph, selection, ()) and not graph.select(chosen):
        return []
    nodes = [graph.nodes[number] for number in graph.select(chosen)]
    foreign = [node.key for node in nodes if node.kind != "native"]
    if foreign and (len(foreign) == len(nodes) or isinstance(chosen.node, Key)):
        raise ExternalAssetError(external_asset_message(graph.node(foreign[0])))
    return [node.key for node in nodes if node.kind == "native"]


def _choose_checks(graph: AssetGraph, selection: Any, made: Sequence[str]) -> list[tuple[str, str]]:
    """The checks to carry out besides those of the assets that are made, as of assets that other systems make."""
    node = AssetSelection.from_coercible("*" if selection is None else selection).node
    executable = {(key, check.name) for key, each in graph.checks.items() for check in each if check.executable}
    return sorted(each for each in graph.selection_index.select_checks(node) & executable if each[0] not in made)
