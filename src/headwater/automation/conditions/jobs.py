"""Jobs with a condition, as further nodes of the graph: upstream of one are the assets that the job begins with.

So a job's condition is compiled, evaluated, remembered and explained as an asset's is. A job has no versions: what
happens to its node are its runs.
"""

from __future__ import annotations

from collections.abc import Iterable

from headwater.automation.conditions.checks import check_node_key, with_checks
from headwater.definitions.snapshot import AssetSnapshot
from headwater.graph.asset_graph import AssetGraph, AssetNode
from headwater.records.runs.runs import Run

_JOB = "\\="
"""What the key of a job's node begins with: no asset's key does, nor that of a check's node."""


def job_node_key(name: str) -> str:
    """The key of a job's node."""
    return _JOB + name


def job_of(node_key: str) -> str | None:
    """The job that a node stands for; None for an asset's or a check's."""
    return node_key.removeprefix(_JOB) if node_key.startswith(_JOB) else None


def with_checks_and_jobs(graph: AssetGraph) -> AssetGraph:
    """The graph as conditions see it: with a node for each check and each job that has one."""
    return with_jobs(with_checks(graph))


def with_jobs(graph: AssetGraph, only: str | None = None) -> AssetGraph:
    """The graph with a node for each job that has a condition.

    Args:
        graph: All assets.
        only: The one job that gets a node; None for all.
    """
    names = [job.name for job, _ in graph.jobs.values() if job.condition is not None and only in (None, job.name)]
    if not names:
        return graph
    nodes = [job_node(graph, name) for name in names]
    edges = [(graph.nodes[up].key, graph.nodes[down].key) for up, down in graph.edges]
    edges += [(dep, node.key) for node in nodes for dep in node.definition.deps]
    return graph.connected([*graph.nodes, *nodes], edges)


def job_node(graph: AssetGraph, name: str) -> AssetNode:
    """The node of a job.

    Raises:
        UnknownJobError: there is no such job.
    """
    job, location = graph.job(name)
    made = {key for key in job.assets if key in graph.ids}
    roots = tuple(key for key in job.assets if key in made and made.isdisjoint(graph.upstream_keys(key)))
    key = job_node_key(job.name)
    partitions = graph.node(roots[0]).definition.partitions if roots else None
    return AssetNode(
        key=key,
        kind="native",
        definition=AssetSnapshot(key=key, kind="native", deps=roots, partitions=partitions, condition=job.condition),
        location=location,
    )


class JobNodes:
    """The nodes of jobs in a graph, as events speak of them."""

    def __init__(self, graph: AssetGraph) -> None:
        self.numbers = {name: number for number, node in enumerate(graph.nodes) if (name := job_of(node.key))}
        """By the job's name."""
        self._graph = graph

    def of_run(self, job: str | None) -> Iterable[int]:
        """The node of the job that a run is of, if it has one."""
        return (self.numbers[job],) if job in self.numbers else ()

    def made_by(self, number: int) -> Iterable[int]:
        """What the job of a node makes."""
        name = job_of(self._graph.nodes[number].key)
        assets = () if name is None else self._graph.job(name)[0].assets
        return [self._graph.ids[key] for key in assets if key in self._graph.ids]


def nodes_of(run: Run) -> tuple[str, ...]:
    """The keys of the nodes that a run was requested for."""
    if run.checks:
        return tuple(check_node_key(*check) for check in run.checks)
    return run.assets if run.job_name is None else (*run.assets, job_node_key(run.job_name))
