"""The mapping of windows of time to those that share time with them."""

from __future__ import annotations

from headwater.definitions.arguments import check_bool, shown
from headwater.definitions.partitions.definition import PartitionsDefinition
from headwater.definitions.partitions.mapping import PartitionMapping, Parts, Reads
from headwater.definitions.partitions.ordinals import Ordinals
from headwater.definitions.partitions.snapshot import MappingSnapshot
from headwater.definitions.partitions.time_windows import TimeWindowPartitionsDefinition
from headwater.definitions.partitions.windows import Windows
from headwater.errors import InvalidParameterError


class TimeWindowPartitionMapping(PartitionMapping):
    """Each window reads the upstream windows that share time with it, or with the windows some places before or after.

    The default where both assets are partitioned by time, in whatever steps and zones.

    Args:
        start_offset: How many downstream windows further the first one that counts is; -1 is the one before.
        end_offset: The same for the last one that counts.
        allow_nonexistent_upstream_partitions: Whether it may be made though some of these don't exist upstream.

    Raises:
        InvalidParameterError: an offset is no whole number, or the end comes before the start.

    Example:
        >>> yesterday_and_today = TimeWindowPartitionMapping(start_offset=-1)
        >>> AssetDep("orders", partition_mapping=yesterday_and_today).partition_mapping.start_offset
        -1
    """

    __slots__ = ("allow_nonexistent_upstream_partitions", "end_offset", "start_offset")

    start_offset: int
    end_offset: int
    allow_nonexistent_upstream_partitions: bool

    def __init__(
        self, start_offset: int = 0, end_offset: int = 0, allow_nonexistent_upstream_partitions: bool = False
    ) -> None:
        where = "of a TimeWindowPartitionMapping"
        for name, value in (("start_offset", start_offset), ("end_offset", end_offset)):
            if isinstance(value, bool) or not isinstance(value, int):
                raise InvalidParameterError(f"{name} {where} is a number of windows, but got {shown(value)}.")
        if start_offset > end_offset:
            raise InvalidParameterError(
                f"start_offset {where} is at most end_offset, but got {start_offset} and {end_offset}; swap them."
            )
        allowed = check_bool(allow_nonexistent_upstream_partitions, f"allow_nonexistent_upstream_partitions {where}")
        self._set(start_offset=start_offset, end_offset=end_offset, allow_nonexistent_upstream_partitions=allowed)

    @property
    def looks_back(self) -> bool:
        """Whether it reads only windows before the own one."""
        return self.end_offset < 0

    def read(self, downstream: Parts, numbers: Ordinals, upstream: Parts) -> Reads:
        """The windows that share time with those."""
        windows, first = _windows(downstream).windows_from_before(-self.start_offset)
        above, _ = _windows(upstream).windows_from_before(0)
        exist = len(upstream.keys)
        begin = above.start(0)
        ranges: list[tuple[int, int]] = []
        complete, covered = True, (0, -1)
        for start, stop in numbers.ranges():
            shifted = first + start + self.start_offset, first + stop + self.end_offset
            for since, until in windows.spans(*shifted):
                if not covered[0] <= since <= until <= covered[1]:
                    ranges.append(above.between(since, until))
                    covered = _time(above, ranges[-1])
                complete = complete and since >= begin and ranges[-1][1] <= exist
        found = Ordinals.from_ranges((start, min(stop, exist)) for start, stop in ranges)
        return Reads(found, complete or self.allow_nonexistent_upstream_partitions)

    def concerned(self, upstream: Parts, numbers: Ordinals, downstream: Parts) -> Ordinals:
        """The windows that share time with those, as many places back as reading looks ahead."""
        windows, first = _windows(downstream).windows_from_before(-self.start_offset)
        above, _ = _windows(upstream).windows_from_before(0)
        exist = len(downstream.keys)
        ranges: list[tuple[int, int]] = []
        covered = (0, -1)
        for start, stop in numbers.ranges():
            for since, until in above.spans(start, stop):
                if covered[0] <= since <= until <= covered[1]:
                    continue
                low, high = windows.between(since, until)
                covered = _time(windows, (low, high))
                if low < high:
                    ranges.append((low - first - self.end_offset, high - first - self.start_offset))
        return Ordinals.from_ranges((max(0, start), min(stop, exist)) for start, stop in ranges)

    def to_snapshot(self) -> MappingSnapshot:
        """The mapping as plain values."""
        return MappingSnapshot(
            type="time_window",
            start_offset=self.start_offset,
            end_offset=self.end_offset,
            allow_nonexistent=self.allow_nonexistent_upstream_partitions,
        )

    def objection(self, upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None) -> str | None:
        """Only windows of time share time."""
        for side, definition in (("upstream", upstream), ("downstream", downstream)):
            if not isinstance(definition, TimeWindowPartitionsDefinition):
                return f"goes from time to time, but the {side} asset is not partitioned by time"
        return None


def _time(windows: Windows, found: tuple[int, int]) -> tuple[int, int]:
    """From the start of the first window to the end of the last: what lies within needs no other look."""
    first, stop = found
    return (windows.start(first), windows.end(stop - 1)) if first < stop else (0, -1)


def _windows(parts: Parts) -> TimeWindowPartitionsDefinition:
    if not isinstance(parts.definition, TimeWindowPartitionsDefinition):
        raise InvalidParameterError(f"Windows of time are mapped, but got {shown(parts.definition)}.")
    return parts.definition
