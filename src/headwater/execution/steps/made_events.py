"""The materializations of a step: what it made, from which versions, and how the new versions are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headwater.execution.steps.messages import MadeAsset
from headwater.execution.steps.steps import Step
from headwater.execution.steps.versions_read import Began
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import EventKind, Materialization, NewEvent, Reporter
from headwater.records.log.versions import Version, derive_version, join_versions

_MOST_PARTS = 1_000
"""Versions of one input that are kept one by one, the newest: an asset may read all partitions of another."""


def made_events(
    step: Step, made: Sequence[MadeAsset], began: Began, *, run_id: str, graph: AssetGraph
) -> list[NewEvent]:
    """What a step made, upstream first, since what is made in one step is made of what the step itself has made.

    Args:
        step: Which.
        made: What it told of.
        began: What it could read.
        run_id: The run.
        graph: What its assets depend on, and the versions of their code.
    """
    rank = {graph.nodes[number].key: place for place, number in enumerate(graph.order)} if len(made) > 1 else {}
    writer = _Writer(step, began, run_id, graph)
    return [writer.write(each) for each in sorted(made, key=lambda each: rank.get(each.asset_key, -1))]


def told(said: MadeAsset) -> dict[str, Any]:
    """The fields of a report that stand in its event's payload as they are."""
    return {"metadata": said.metadata, "description": said.description, "tags": said.tags}


class _Writer:
    def __init__(self, step: Step, began: Began, run_id: str, graph: AssetGraph) -> None:
        self._step = step
        self._began = began
        self._run_id = run_id
        self._graph = graph
        self._made: dict[tuple[str, str], str] = {}
        """The names of the versions that the step itself has made."""

    def write(self, made: MadeAsset) -> NewEvent:
        """A materialization; what belongs to the step itself says which versions it has read."""
        if made.asset_key not in self._step.assets:
            return self._event(made, {}, made.data_version)
        read, parts = self._inputs(made)
        names = {key: name for key, versions in read.items() if (name := join_versions(versions)) is not None}
        for key in self._graph.input_keys(made.asset_key):
            own = self._made.get((key, made.partition or ""), self._made.get((key, "")))
            if own is not None:
                names[key] = own
        code = self._graph.node(made.asset_key).definition.code_version
        version = made.data_version or derive_version(code or self._run_id, names)
        self._made[(made.asset_key, made.partition or "")] = version
        basis = {
            # What the step makes itself has no place in the log yet.
            "inputs": {
                key: max(version.seq for version in versions.values())
                for key, versions in read.items()
                if versions and names.get(key) == join_versions(versions)
            },
            "parts": parts,
            "read_seq": self._began.seq,
            "code_version": code,
            "input_versions": names,
        }
        return self._event(made, basis, version)

    def _inputs(self, made: MadeAsset) -> tuple[dict[str, Mapping[str, Version]], tuple[int, ...]]:
        """By input the versions that were read of it, and the places of those of single partitions."""
        by_part = self._began.parts.get((made.asset_key, made.partition or ""), {})
        read: dict[str, Mapping[str, Version]] = {}
        for key in self._graph.input_keys(made.asset_key):
            if key in by_part:
                # Of an input with partitions, its newest version may be one that is not read here.
                read[key] = by_part[key]
            elif key in self._began.inputs:
                read[key] = {"": self._began.inputs[key]}
        seqs = {
            seq
            for versions in by_part.values()
            for seq in sorted(version.seq for version in versions.values())[-_MOST_PARTS:]
        }
        return read, tuple(sorted(seqs))

    def _event(self, made: MadeAsset, basis: Mapping[str, Any], version: str | None) -> NewEvent:
        return NewEvent(
            kind=EventKind.MATERIALIZATION,
            payload=Materialization(**told(made), **basis, reporter=Reporter("run", self._run_id)),
            asset_key=made.asset_key,
            partition=made.partition,
            run_id=self._run_id,
            timestamp=made.timestamp,
            data_version=version,
        )
