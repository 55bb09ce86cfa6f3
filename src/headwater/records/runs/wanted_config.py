"""Whether the config of a run fits what it is of, as far as the loaded definitions tell, before it is requested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from headwater.definitions.runs.config_shapes import check_shape
from headwater.definitions.runs.run_config import read_run_config, takes_no_config
from headwater.definitions.snapshot import AssetSnapshot, CheckSnapshot, ConfigSnapshot
from headwater.errors import InvalidConfigError
from headwater.graph.asset_graph import AssetGraph
from headwater.keys import AssetKey
from headwater.records.runs.runs import BACKFILL_TAG, RETRY_TAG, Run


def check_wanted_config(graph: AssetGraph, runs: Iterable[Run]) -> None:
    """See that the config of runs fits.

    What only the code can tell is judged there, as a run begins.

    Args:
        graph: All assets.
        runs: Those that are to be requested.

    Raises:
        InvalidConfigError: one's does not fit; the message names the asset, check or resource, and the field.
    """
    for run in runs:
        check_config(graph, run.location, run.assets, run.run_config, of_more=_of_more(graph, run))


def check_config(
    graph: AssetGraph, location: str, keys: Iterable[str], plain: Mapping[str, Any], *, of_more: Iterable[str] = ()
) -> None:
    """See that config fits some assets of a location, their checks, and its resources.

    Args:
        graph: All assets.
        location: The code location's name.
        keys: The assets.
        plain: The config in its plain form.
        of_more: Further assets of which the config may speak.

    Raises:
        InvalidConfigError: it does not fit; the message names the asset, check or resource, and the field.
    """
    takers = dict(_takers(graph, keys))
    resources = {resource.name: resource for resource in graph.resources.get(location, ())}
    # Definitions that an older release wrote down say nothing of their resources.
    known = resources or plain.get("resources", ())
    config = read_run_config(plain, {**dict(_takers(graph, of_more)), **takers}, known)
    for name, takes in takers.items():
        given = config.of_op(name)
        if takes is not None:
            check_shape(takes.shape, given, repr(name))
        elif given:
            raise InvalidConfigError(takes_no_config(name, given))
    for name, resource in resources.items():
        if name in config.resources or resource.at_launch:
            check_shape(resource.shape, config.resources.get(name, {}), f"resource {name!r}")


def _of_more(graph: AssetGraph, run: Run) -> Iterable[str]:
    """The assets of which the config may speak though the run makes them not."""
    if RETRY_TAG in run.tags or BACKFILL_TAG in run.tags:
        return [node.key for node in graph.nodes if node.location == run.location]
    return graph.job(run.job_name)[0].assets if run.job_name in graph.jobs else ()


def _takers(graph: AssetGraph, keys: Iterable[str]) -> Iterator[tuple[str, ConfigSnapshot | None]]:
    """By the name of its function, what each asset and each of its checks takes."""
    for key in keys:
        number = graph.ids.get(key)
        if number is None:
            continue
        definition = graph.nodes[number].definition
        if definition.kind == "native" or definition.observable:
            yield _named(definition, AssetKey.from_escaped_user_string(key).to_python_identifier())
        for check in graph.checks.get(key, ()):
            if check.executable:
                yield _named(check, AssetKey.from_escaped_user_string(key).to_python_identifier(check.name))


def _named(definition: AssetSnapshot | CheckSnapshot, alone: str) -> tuple[str, ConfigSnapshot | None]:
    takes = definition.config
    return (takes.op if takes is not None else definition.op or alone), takes
