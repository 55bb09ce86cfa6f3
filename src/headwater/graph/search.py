"""Find what a few words mean: assets by what their definitions and columns say; jobs, sensors and schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from headwater.definitions.snapshot import AssetSnapshot, JobSnapshot, ScheduleSnapshot, SensorSnapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.columns import schema_columns

FoundKind = Literal["asset", "job", "sensor", "schedule"]
FoundIn = Literal["name", "column", "tag", "kind", "group", "owner", "check", "description"]
_WEIGHTS: dict[FoundIn, float] = {
    "name": 10.0,
    "column": 4.0,
    "tag": 3.0,
    "kind": 3.0,
    "group": 3.0,
    "owner": 3.0,
    "check": 2.0,
    "description": 1.0,
}
_BEGINS, _IS = 2.0, 3.0

_Text: TypeAlias = tuple[FoundIn, str]


class Found(msgspec.Struct, frozen=True):
    """Something that each word was found in. `text` is the place that fits best, such as a column."""

    kind: FoundKind
    name: str
    found_in: FoundIn
    text: str
    score: float


def search(
    graph: AssetGraph, columns: Mapping[str, Sequence[str]], words: str, *, limit: int
) -> tuple[list[Found], int]:
    """What is found, best first, and how much there is in all.

    Every word must be found, in whichever field. A name counts more than a column, that more than a description; what
    a word is, more than what it begins, and that more than what it is a part of.

    Args:
        graph: What is searched.
        columns: By key, the columns that are known beyond those of the definition.
        words: What was typed; upper and lower case are the same.
        limit: How many at most.
    """
    wanted = words.casefold().split()
    if not wanted:
        return [], 0
    found = [hit for kind, name, texts in _everything(graph, columns) if (hit := _match(kind, name, texts, wanted))]
    found.sort(key=lambda each: (-each.score, len(each.name), each.kind, each.name))
    return found[:limit], len(found)


def _match(kind: FoundKind, name: str, texts: Sequence[_Text], wanted: Sequence[str]) -> Found | None:
    total = 0.0
    best: tuple[float, _Text] = (0.0, ("name", name))
    for word in wanted:
        mine = max(((_score(field, text, word), (field, text)) for field, text in texts), key=lambda each: each[0])
        if not mine[0]:
            return None
        total += mine[0]
        best = max(best, mine, key=lambda each: each[0])
    return Found(kind, name, *best[1], total)


def _score(field: FoundIn, text: str, word: str) -> float:
    place = text.casefold().find(word)
    if place < 0:
        return 0.0
    folded = text.casefold()
    if folded == word or folded.rpartition("/")[2] == word:
        return _WEIGHTS[field] * _IS
    begins = place == 0 or not folded[place - 1].isalnum()
    return _WEIGHTS[field] * (_BEGINS if begins else 1.0)


def _everything(
    graph: AssetGraph, columns: Mapping[str, Sequence[str]]
) -> Iterator[tuple[FoundKind, str, list[_Text]]]:
    for node in graph.nodes:
        texts = list(_asset_texts(node.definition, columns.get(node.key, ())))
        texts += [("check", check.name) for check in graph.checks.get(node.key, ())]
        yield "asset", node.key, texts
    for name, (job, _) in graph.jobs.items():
        yield "job", name, list(_other_texts(job))
    for name, (sensor, _) in graph.sensors.items():
        yield "sensor", name, list(_other_texts(sensor))
    for name, (schedule, _) in graph.schedules.items():
        yield "schedule", name, list(_other_texts(schedule))


def _asset_texts(asset: AssetSnapshot, columns: Sequence[str]) -> Iterator[_Text]:
    yield "name", asset.key
    for column in dict.fromkeys([*_defined_columns(asset), *columns]):
        yield "column", column
    yield from _tag_texts(asset.tags)
    for kind in asset.kinds:
        yield "kind", kind
    yield "group", asset.group
    for owner in asset.owners:
        yield "owner", owner
    if asset.description:
        yield "description", asset.description


def _defined_columns(asset: AssetSnapshot) -> Iterator[str]:
    for column in schema_columns(asset.metadata):
        name = column.get("name")
        if isinstance(name, str):
            yield name


def _other_texts(item: JobSnapshot | SensorSnapshot | ScheduleSnapshot) -> Iterator[_Text]:
    yield "name", item.name
    yield from _tag_texts(item.tags)
    for owner in item.owners:
        yield "owner", owner
    if item.description:
        yield "description", item.description


def _tag_texts(tags: Mapping[str, str]) -> Iterator[_Text]:
    for name, value in tags.items():
        yield "tag", f"{name}={value}" if value else name
