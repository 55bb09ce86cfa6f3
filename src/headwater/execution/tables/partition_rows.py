"""Which rows of a table belong to which partition: told by the values in one column, or in one for each dimension."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, TypeAlias

import msgspec

from headwater.definitions.partitions import (
    MultiPartitionsDefinition,
    PartitionsDefinition,
    TimeWindowPartitionsDefinition,
)
from headwater.errors import StepOutputError

Moments: TypeAlias = Literal["date", "local", "zoned"]
"""What a column of moments holds: dates, times without a zone, or times with one."""


class Values(msgspec.Struct, frozen=True):
    """The values of one column that are meant: texts; or, of a column of moments, those in spans of time."""

    column: str
    texts: tuple[str, ...]
    spans: tuple[tuple[datetime, datetime], ...] = ()

    def bounds(self, moments: Moments) -> list[tuple[Any, Any]]:
        """Each span's first moment, and the first after it, as such a column writes them."""
        write = {"date": _first_date, "local": _local, "zoned": _same}[moments]
        return [(write(start), write(end)) for start, end in self.spans]


class PartitionRows(msgspec.Struct, frozen=True):
    """The rows of some partitions: those that fit all `Values` of any of the groups."""

    asset: str
    keys: tuple[str, ...]
    groups: tuple[tuple[Values, ...], ...]

    @property
    def columns(self) -> list[str]:
        """The columns that tell partitions apart."""
        return [values.column for values in self.groups[0]] if self.groups else []

    def check_columns(self, found: Iterable[str]) -> None:
        """See that a table has them.

        Raises:
            StepOutputError: it has not.
        """
        for column in self.columns:
            if column not in found:
                raise StepOutputError(
                    f"The table of {self.asset} has no column {column!r}, which is to tell its partitions apart, as "
                    "its metadata `partition_expr` says."
                )

    def refuse(self, count: int, example: object = None) -> None:
        """Say that rows belong to no partition that is made, if there are any.

        Args:
            count: How many.
            example: What one of them has in the column.

        Raises:
            StepOutputError: there are some.
        """
        if count:
            column = " and ".join(map(repr, self.columns))
            such = "" if example is None else f" such as {example}"
            made = self.keys[0] if len(self.keys) == 1 else f"{self.keys[0]}...{self.keys[-1]} ({len(self.keys)})"
            rows = "1 row has" if count == 1 else f"{count} rows have"
            raise StepOutputError(
                f"{rows} a {column}{such} in {self.asset} that belongs to no partition that is made ({made}). Leave "
                "such rows out, or correct the column."
            )


def rows_of(context: Any, keys: Sequence[str] | None = None) -> PartitionRows:
    """Which rows the partitions have that an IO manager's context means.

    Args:
        context: Its asset's metadata names the column as `partition_expr`; for partitions with several dimensions a
            dict may name one for each.
        keys: Only those of these partitions.

    Raises:
        StepOutputError: the metadata does not say.
    """
    keys = tuple(context.asset_partition_keys if keys is None else keys)
    name = context.asset_key.to_user_string()
    definition = context.asset_partitions_def
    expression = context.definition_metadata.get("partition_expr")
    if isinstance(expression, str):
        return PartitionRows(name, keys, ((_values(expression, keys, definition),),))
    if isinstance(definition, MultiPartitionsDefinition) and isinstance(expression, Mapping):
        missing = [each for each in definition.partition_dimension_names if each not in expression]
        if not missing:
            return PartitionRows(name, keys, tuple(_by_dimension(expression, keys, definition)))
        raise StepOutputError(
            f"The metadata `partition_expr` of {name} names no column for the dimension {missing[0]!r}."
        )
    raise StepOutputError(
        f"{name} has partitions, but does not say which column tells them apart; write "
        "metadata={'partition_expr': 'day'}, or of several dimensions {'partition_expr': {'day': 'day', ...}}."
    )


def _by_dimension(
    columns: Mapping[str, str], keys: Sequence[str], definition: MultiPartitionsDefinition
) -> Iterator[tuple[Values, ...]]:
    """A group for each key; one for all where they are every combination of their parts."""
    parts = [definition.get_partition_key_from_str(key).keys_by_dimension for key in keys]
    lists = {name: list(dict.fromkeys(each[name] for each in parts)) for name in definition.partition_dimension_names}
    is_all = math.prod(map(len, lists.values())) == len(set(keys))
    for group in [lists] if is_all else [{name: [part] for name, part in each.items()} for each in parts]:
        yield tuple(
            _values(columns[name], several, definition.get_partitions_def_for_dimension(name))
            for name, several in group.items()
        )


def _values(column: str, keys: Sequence[str], definition: PartitionsDefinition | None) -> Values:
    if not isinstance(definition, TimeWindowPartitionsDefinition):
        return Values(column, tuple(keys))
    spans: list[tuple[datetime, datetime]] = []
    for window in sorted(map(definition.time_window_for_partition_key, keys)):
        if spans and spans[-1][1] == window.start:
            spans[-1] = (spans[-1][0], window.end)
        else:
            spans.append((window.start, window.end))
    return Values(column, tuple(keys), tuple(spans))


def _first_date(moment: datetime) -> date:
    """The first date that begins at a moment or later."""
    return moment.date() if moment.time() == time() else moment.date() + timedelta(days=1)


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _same(moment: datetime) -> datetime:
    return moment
