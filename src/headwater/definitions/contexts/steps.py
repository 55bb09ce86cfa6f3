"""What a user's function can ask and tell while it runs, and the builders with which tests make one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.partitions import (
    MultiPartitionKey,
    MultiPartitionsDefinition,
    PartitionKeyRange,
    PartitionsDefinition,
    TimeWindow,
)
from headwater.definitions.partitions.several import range_of, window_of
from headwater.definitions.resources.definition import Resources
from headwater.errors import InvalidInvocationError
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey

OUTSIDE = "EPHEMERAL"
"""The id of the run that there is not, in a context that a test has built."""


class StepContext:
    """What the contexts of assets and checks have in common."""

    def __init__(
        self,
        *,
        run_id: str,
        log: ContextLog,
        partition_keys: Sequence[str] | None,
        retry_number: int,
        run_tags: Mapping[str, str] | None,
        job_name: str | None,
        resources: Resources | None = None,
        op_config: Any = None,
        partitions_def: PartitionsDefinition | None = None,
    ) -> None:
        self._partitions_def = partitions_def
        self._partition_keys = None if partition_keys is None else tuple(partition_keys)
        self.resources = resources or Resources(frozenset(), lambda _name: None)
        self.op_config = op_config
        self.run_id = run_id
        self.log = log
        self.retry_number = retry_number
        self.run_tags = dict(run_tags or {})
        self.job_name = job_name

    def has_tag(self, key: str) -> bool:
        """Whether the run has a tag."""
        return key in self.run_tags

    def get_tag(self, key: str) -> str | None:
        """The value of a tag of the run; None where it has no such tag."""
        return self.run_tags.get(key)

    @property
    def has_partition_key(self) -> bool:
        """Whether one partition is being worked on."""
        return self._partition_keys is not None and len(self._partition_keys) == 1

    @property
    def has_partition_key_range(self) -> bool:
        """Whether partitions are being worked on, one or several."""
        return self._partition_keys is not None

    @property
    def partition_keys(self) -> tuple[str, ...]:
        """The partitions that are being worked on, in order.

        Raises:
            InvalidInvocationError: there are none.
        """
        if self._partition_keys is None:
            raise InvalidInvocationError(
                "This run has no partition key. Ask `context.has_partition_key` first, give the asset a "
                "`partitions_def`, or name the partition when you start the run."
            )
        return self._partition_keys

    @property
    def partition_key(self) -> str:
        """The partition that is being worked on.

        Raises:
            InvalidInvocationError: there is none, or there are several.
        """
        keys = self.partition_keys
        if len(keys) != 1:
            raise InvalidInvocationError(
                f"This run makes {len(keys)} partitions in one go, from {keys[0]!r} to {keys[-1]!r}. Ask for "
                "`context.partition_keys`."
            )
        return keys[0]

    @property
    def multi_partition_key(self) -> MultiPartitionKey:
        """The partition that is being worked on, with the key in each of its dimensions.

        Raises:
            InvalidInvocationError: there is none, there are several, or partitions have no dimensions.
        """
        if not isinstance(self._partitions_def, MultiPartitionsDefinition):
            raise InvalidInvocationError("The partitions of this run have no dimensions; ask for partition_key.")
        return self._partitions_def.get_partition_key_from_str(self.partition_key)

    @property
    def partition_key_range(self) -> PartitionKeyRange:
        """The first and the last of the partitions that are being worked on.

        Raises:
            InvalidInvocationError: there are none, or others lie between them.
        """
        return range_of(self._partitions_def, self.partition_keys)

    @property
    def partition_time_window(self) -> TimeWindow:
        """The time from the start of the first partition that is being worked on to the end of the last.

        Raises:
            InvalidInvocationError: there are no partitions, they are no windows of time, or others lie between them.
        """
        return window_of(self._partitions_def, self.partition_keys)


class AssetCheckExecutionContext(StepContext):
    """What the function of a check can ask. The runtime makes it; tests use `build_asset_check_context`.

    Args:
        check_keys: The checks that are being carried out.
        run_id: The run.
        log: Where `context.log` writes.
        partition_keys: The partitions that are judged; None where the asset has none.
        retry_number: 0 at the first attempt.
        run_tags: The run's tags.
        job_name: The job that the run belongs to.
        resources: What `required_resource_keys` asked for.
        instance: Gives the deployment.
        partitions_def: The definition of the partitions that are judged.

    Example:
        >>> context = build_asset_check_context("orders", "no_gaps", partition_key="2026-11-01")
        >>> context.partition_key
        '2026-11-01'
    """

    def __init__(
        self,
        *,
        check_keys: Sequence[AssetCheckKey],
        run_id: str,
        log: ContextLog,
        partition_keys: Sequence[str] | None = None,
        retry_number: int = 0,
        run_tags: Mapping[str, str] | None = None,
        job_name: str | None = None,
        resources: Resources | None = None,
        op_config: Any = None,
        instance: Callable[[], Any] | None = None,
        partitions_def: PartitionsDefinition | None = None,
    ) -> None:
        super().__init__(
            run_id=run_id,
            log=log,
            partition_keys=partition_keys,
            retry_number=retry_number,
            run_tags=run_tags,
            job_name=job_name,
            resources=resources,
            op_config=op_config,
            partitions_def=partitions_def,
        )
        self._check_keys = tuple(check_keys)
        self._instance = instance

    @property
    def selected_asset_check_keys(self) -> frozenset[AssetCheckKey]:
        """The checks that are being carried out."""
        return frozenset(self._check_keys)

    @property
    def check_key(self) -> AssetCheckKey:
        """The check that is being carried out.

        Raises:
            InvalidInvocationError: there are several.
        """
        if len(self._check_keys) != 1:
            raise InvalidInvocationError(
                f"This function carries out {len(self._check_keys)} checks; ask for context.selected_asset_check_keys."
            )
        return self._check_keys[0]

    @property
    def asset_key(self) -> AssetKey:
        """The asset that is judged.

        Raises:
            InvalidInvocationError: there are several checks.
        """
        return self.check_key.asset_key

    @property
    def instance(self) -> Any:
        """The deployment, to ask for what is recorded.

        Raises:
            InvalidInvocationError: a test built this context without one.
        """
        if self._instance is None:
            raise InvalidInvocationError("This context has no instance; pass build_asset_check_context(instance=...).")
        return self._instance()


def build_asset_check_context(
    asset_key: CoercibleToAssetKey = "asset",
    check_name: str = "check",
    *,
    partition_key: str | None = None,
    run_id: str = OUTSIDE,
    run_tags: Mapping[str, str] | None = None,
    instance: Any = None,
) -> AssetCheckExecutionContext:
    """A context with which a test calls the function of a check; its log is a `RecordedLog`.

    Args:
        asset_key: The asset that is judged.
        check_name: The check's name.
        partition_key: The partition that is judged.
        run_id: What `context.run_id` gives.
        run_tags: The tags of the run.
        instance: The deployment; one in memory if left out.

    Example:
        >>> context = build_asset_check_context("orders", "no_gaps")
        >>> context.log.info("looked at 3 days")
        >>> context.log.records
        [('info', 'looked at 3 days')]
    """
    return AssetCheckExecutionContext(
        check_keys=(AssetCheckKey(AssetKey.from_coercible(asset_key), check_name),),
        instance=None if instance is None else lambda: instance,
        run_id=run_id,
        log=RecordedLog(),
        partition_keys=None if partition_key is None else (partition_key,),
        run_tags=run_tags,
    )
