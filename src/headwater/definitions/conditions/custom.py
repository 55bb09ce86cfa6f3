"""Conditions that users write as classes: what `evaluate` is given, what it may return, and what that means.

It is called in the process of the code location, never in the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from headwater.clock import SystemClock, to_datetime
from headwater.definitions.arguments import check_asset_key, check_moment, check_type, shown
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.contexts.ticks import TickContext
from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.partitions import DynamicKeys, Ordinals, PartitionKeys, PartitionsDefinition
from headwater.errors import InvalidParameterError
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey


class EntitySubset:
    """Some partitions of an asset or check; of one without partitions, the whole or nothing.

    Example:
        >>> context = build_automation_context("orders", partitions_def=StaticPartitionsDefinition(["de", "fr"]))
        >>> some = context.candidate_subset.among(["fr", "it"])
        >>> some.partition_keys, some.is_empty, (context.candidate_subset - some).partition_keys
        (['fr'], False, ['de'])
    """

    def __init__(self, key: AssetKey | AssetCheckKey, keys: PartitionKeys | None, numbers: Ordinals) -> None:
        self.key = key
        self._keys = keys
        self.numbers = numbers

    @property
    def is_partitioned(self) -> bool:
        """Whether it is made of partitions."""
        return self._keys is not None

    @property
    def is_empty(self) -> bool:
        """Whether nothing belongs to it."""
        return not self.numbers

    @property
    def size(self) -> int:
        """How many partitions; 1 for the whole of what has none."""
        return len(self.numbers)

    @property
    def partition_keys(self) -> list[str]:
        """The partitions, in the order of their definition; none for what has no partitions."""
        return [] if self._keys is None else self._keys.select(self.numbers)

    def expensively_compute_partition_keys(self) -> set[str]:
        """The partitions as a set."""
        return set(self.partition_keys)

    def among(self, partition_keys: Iterable[str]) -> EntitySubset:
        """Those of it that are named; keys that it does not have are left out."""
        if self._keys is None:
            return self._with(Ordinals())
        numbers = (self._keys.number_of(key) for key in partition_keys)
        return self._with(self.numbers & Ordinals(number for number in numbers if number is not None))

    def compute_union(self, other: EntitySubset) -> EntitySubset:
        """What belongs to either."""
        return self._with(self.numbers | self._of_same(other))

    def compute_intersection(self, other: EntitySubset) -> EntitySubset:
        """What belongs to both."""
        return self._with(self.numbers & self._of_same(other))

    def compute_difference(self, other: EntitySubset) -> EntitySubset:
        """What belongs to this one alone."""
        return self._with(self.numbers - self._of_same(other))

    __or__ = compute_union
    __and__ = compute_intersection
    __sub__ = compute_difference

    def _with(self, numbers: Ordinals) -> EntitySubset:
        return EntitySubset(self.key, self._keys, numbers)

    def _of_same(self, other: EntitySubset) -> Ordinals:
        if other.key != self.key:
            raise InvalidParameterError(f"Subsets of {self.key} and of {other.key} have no partition in common.")
        return other.numbers

    def __repr__(self) -> str:
        return (
            f"EntitySubset({self.key.to_user_string()!r}, {self.partition_keys if self.is_partitioned else self.size})"
        )


class AutomationContext(TickContext):
    """What a condition of your own is given: which asset or check is asked about, when, and what it said before.

    The runtime makes it; tests use `build_automation_context`.

    Args:
        candidate_subset: What is asked about.
        evaluation_time: The moment, with a time zone.
        log: Where `context.log` writes: to the output of the code location.
        partitions_def: Of the asset.
        cursor: What the last evaluation left to this one.
        previous_true_subset: For what the condition held when it was last evaluated; None before the first time.
        previous_evaluation_time: When that was.
        instance: Opens the deployment, for `context.instance`.
        definitions: The `Definitions` that the condition belongs to.

    Example:
        >>> class Rated(AutomationCondition):
        ...     def evaluate(self, context: AutomationContext) -> AutomationResult:
        ...         if context.instance.get_latest_materialization_event("rates") is None:
        ...             return AutomationResult(context, context.get_empty_subset())
        ...         return AutomationResult(context, context.candidate_subset)
    """

    def __init__(
        self,
        *,
        candidate_subset: EntitySubset,
        evaluation_time: datetime,
        log: ContextLog,
        partitions_def: PartitionsDefinition | None = None,
        cursor: str | None = None,
        previous_true_subset: EntitySubset | None = None,
        previous_evaluation_time: datetime | None = None,
        instance: Callable[[], Any] | None = None,
        definitions: Any = None,
    ) -> None:
        super().__init__(log=log, instance=instance, definitions=definitions)
        self.candidate_subset = candidate_subset
        self.evaluation_time = evaluation_time
        self.partitions_def = partitions_def
        self.cursor = cursor
        self.previous_true_subset = previous_true_subset
        self.previous_evaluation_time = previous_evaluation_time

    @property
    def key(self) -> AssetKey | AssetCheckKey:
        """The asset or check that is asked about."""
        return self.candidate_subset.key

    def get_empty_subset(self) -> EntitySubset:
        """Nothing of what is asked about."""
        return self.candidate_subset - self.candidate_subset


def build_automation_context(
    key: CoercibleToAssetKey,
    *,
    evaluation_time: datetime | None = None,
    partitions_def: PartitionsDefinition | None = None,
    cursor: str | None = None,
    instance: Any = None,
    definitions: Any = None,
) -> AutomationContext:
    """A context with which a test calls `evaluate`; its log is a `RecordedLog`.

    Args:
        key: The asset that is asked about.
        evaluation_time: The moment, with a time zone; None for now.
        partitions_def: Of the asset; all of its partitions are candidates.
        cursor: What an earlier evaluation left.
        instance: What `context.instance` is, such as `HeadwaterInstance.ephemeral()`.
        definitions: The `Definitions` that the condition belongs to.

    Raises:
        InvalidParameterError: the moment has no time zone.

    Example:
        >>> class Weekend(AutomationCondition):
        ...     def evaluate(self, context: AutomationContext) -> bool:
        ...         return context.evaluation_time.weekday() >= 5
        >>> from datetime import datetime, timezone
        >>> Weekend().evaluate(build_automation_context("a", evaluation_time=datetime(2026, 1, 3, tzinfo=timezone.utc)))
        True
    """
    own_key = check_asset_key(key, "key")
    moment = to_datetime(SystemClock().now()) if evaluation_time is None else evaluation_time
    check_moment(moment, "evaluation_time")
    keys = None if partitions_def is None else partitions_def.keys_at(moment, DynamicKeys())
    candidates = Ordinals.span(0, 1) if keys is None else keys.all()
    return AutomationContext(
        candidate_subset=EntitySubset(own_key, keys, candidates),
        evaluation_time=moment,
        log=RecordedLog(),
        partitions_def=partitions_def,
        cursor=cursor,
        instance=None if instance is None else lambda: instance,
        definitions=definitions,
    )


class AutomationResult:
    """For what a condition of your own holds, and what its next evaluation is to be given.

    Args:
        context: That of `evaluate`.
        true_subset: For what it holds; none of the candidates if left out.
        cursor: Text that the next evaluation finds in `context.cursor`.

    Raises:
        InvalidParameterError: an argument has the wrong type.

    Example:
        >>> context = build_automation_context("orders")
        >>> AutomationResult(context, context.candidate_subset, cursor="7").true_subset.size
        1
    """

    def __init__(
        self, context: AutomationContext, true_subset: EntitySubset | None = None, cursor: str | None = None
    ) -> None:
        self.context = check_type(context, AutomationContext, "context", "the AutomationContext of evaluate")
        subset = context.get_empty_subset() if true_subset is None else true_subset
        self.true_subset = check_type(subset, EntitySubset, "true_subset", "an EntitySubset such as candidate_subset")
        self.cursor = None if cursor is None else check_type(cursor, str, "cursor", "a string")


def read_result(condition: AutomationCondition, returned: object, context: AutomationContext) -> AutomationResult:
    """What `evaluate` returned, as a result within the candidates.

    Raises:
        InvalidParameterError: it is nothing that says for what the condition holds.
    """
    if isinstance(returned, AutomationResult):
        held = returned.true_subset & context.candidate_subset
        return AutomationResult(context, held, returned.cursor)
    if isinstance(returned, bool):
        return AutomationResult(context, context.candidate_subset if returned else None, context.cursor)
    if isinstance(returned, (set, frozenset, list, tuple)) and context.candidate_subset.is_partitioned:
        return AutomationResult(context, context.candidate_subset.among(returned), context.cursor)
    raise InvalidParameterError(
        f"{type(condition).__name__}.evaluate returned {shown(returned)}. It returns an AutomationResult, True or "
        "False, or the keys of the partitions for which it holds."
    )
