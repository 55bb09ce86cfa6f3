"""From a listing to the result of a tick: what the sensors of all connectors that look at files have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

import headwater as hw
from headwater.connectors.errors import ConnectorError
from headwater.connectors.fingerprints import FileState, Mark, Memory, find_new, read_memory
from headwater.keys import CoercibleToAssetKey

PartitionOf: TypeAlias = Callable[[FileState], str | None] | str
"""A function from a file to its partition, or a regular expression with a group named `partition`."""
AssetOf: TypeAlias = CoercibleToAssetKey | Callable[[FileState], CoercibleToAssetKey | None]
"""The one asset that files belong to, or a function from a file to it, and to None for one that belongs to none."""
MetadataOf: TypeAlias = Callable[[FileState], Mapping[str, Any]]


class Reporting(msgspec.Struct, frozen=True, kw_only=True):
    """How files become materializations.

    Args:
        asset: The key of the asset that the files belong to, or a function from a file to it.
        location: Where the files are, as text before their names in the metadata `path`.
        settle_seconds: How long a file must have looked the same before it is reported.
        limit: How many files a tick reports at most; the rest comes with the ticks after it.
        partition: From a file to the partition that it belongs to; None where the asset has none.
        metadata: From a file to what else is to be said of it.
    """

    asset: AssetOf
    location: str
    settle_seconds: float
    limit: int
    partition: PartitionOf | None = None
    metadata: MetadataOf | None = None

    def __post_init__(self) -> None:
        if isinstance(self.partition, str):
            _check_expression(self.partition)
        for name, value, least in (("settle_seconds", self.settle_seconds, 0), ("most_files_a_tick", self.limit, 1)):
            if value < least:
                whose = f"the sensor of {self.location}" if callable(self.asset) else f"the sensor of {self.asset!r}"
                raise hw.InvalidParameterError(f"{name} of {whose} is {value}; write at least {least}.")


def report_files(
    context: hw.SensorEvaluationContext, reporting: Reporting, listing: Iterable[FileState], now: float
) -> hw.SensorResult:
    """One materialization for each file that is new or changed, oldest first, and the cursor that goes with them.

    Args:
        context: The tick's.
        reporting: How.
        listing: Every file that is there.
        now: Seconds since the epoch.

    Raises:
        CorruptCursorError: the cursor is not one of ours.
        ConnectorError: a file's partition can't be told.
    """
    before = recall(context)
    new, memory = find_new(
        before,
        listing,
        now=now,
        settle_seconds=reporting.settle_seconds,
        limit=reporting.limit,
    )
    cursor = remember(context, memory)
    if not new:
        waiting = f"; {len(memory.waiting)} still being written" if memory.waiting else ""
        return hw.SensorResult(skip_reason=f"No new file in {reporting.location}{waiting}.", cursor=cursor)
    for file in new:
        context.log.info("%s: %d bytes", file.name, file.size)
    made = ((file, _asset(reporting.asset, file)) for file in new)
    events = [_materialization(reporting, file, asset, now) for file, asset in made if asset is not None]
    return hw.SensorResult(asset_events=events, cursor=cursor)


def recall(context: hw.SensorEvaluationContext) -> Memory:
    """What earlier ticks have left: in `context.state` a mark of each file that was reported, in the cursor the rest.

    Raises:
        CorruptCursorError: the cursor is not one of ours.
    """
    memory = read_memory(context.cursor, context.sensor_name)
    marks = {name: Mark(*mark) for name, mark in context.state.items()}
    # An earlier release kept all of it in the cursor.
    return Memory(reported={**memory.reported, **marks}, waiting=memory.waiting)


def remember(context: hw.SensorEvaluationContext, memory: Memory) -> str:
    """Leave what was reported in `context.state`, where only changes are written; gives the cursor for the rest."""
    for name in [name for name in context.state if name not in memory.reported]:
        del context.state[name]
    for name, mark in memory.reported.items():
        context.state[name] = [mark.modified, mark.size, mark.since]
    return Memory(waiting=memory.waiting).to_cursor()


def _asset(rule: AssetOf, file: FileState) -> CoercibleToAssetKey | None:
    return rule(file) if callable(rule) else rule


def _materialization(
    reporting: Reporting, file: FileState, asset: CoercibleToAssetKey, now: float
) -> hw.AssetMaterialization:
    own = {
        "path": hw.MetadataValue.path(f"{reporting.location.rstrip('/')}/{file.name}"),
        "size_bytes": file.size,
        "last_modified": hw.MetadataValue.timestamp(file.modified),
    }
    more = reporting.metadata(file) if reporting.metadata is not None else {}
    return hw.AssetMaterialization(
        asset,
        description=file.name,
        metadata={**own, **more},
        partition=_partition(reporting.partition, file),
        # A clock that runs ahead elsewhere must not make this event the newest for a long time; 0 is "not known".
        timestamp=min(file.modified or now, now),
        data_version=file.version,
    )


def _partition(rule: PartitionOf | None, file: FileState) -> str | None:
    if rule is None:
        return None
    if not isinstance(rule, str):
        return rule(file)
    found = re.search(rule, file.name)
    if found is None:
        raise ConnectorError(
            f"The file {file.name!r} does not match {rule!r}, so its partition is not known. Widen the expression, or "
            "narrow the pattern of the files that are watched."
        )
    return found.group("partition")


def _check_expression(expression: str) -> None:
    try:
        groups = re.compile(expression).groupindex
    except re.error as error:
        raise hw.InvalidParameterError(f"partition={expression!r} is not a regular expression: {error}.") from error
    if "partition" not in groups:
        raise hw.InvalidParameterError(
            f"partition={expression!r} has no group named 'partition'; write (?P<partition>...) around that part."
        )
