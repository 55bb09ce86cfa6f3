"""Jobs: a selection of assets under a name, with the config and tags that its runs have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headwater.definitions.arguments import check_optional_text, check_printable, check_type, shown
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.conditions.of_jobs import check_job_condition
from headwater.definitions.labels import check_owners, check_tags
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.runs.executors import ExecutorDefinition, check_executor
from headwater.definitions.runs.hooks import HookDefinition, check_hooks
from headwater.definitions.runs.retries import RetryPolicy
from headwater.definitions.runs.run_config import RunConfig, plain_run_config
from headwater.definitions.selection import AssetSelection, SelectionIndex
from headwater.definitions.selection.runnable import choose_runnable, refuse_external
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import describe_source, find_source
from headwater.errors import HeadwaterError, InvalidDefinitionError, InvalidParameterError
from headwater.keys import AssetCheckKey, AssetKey


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class JobDefinition:
    """A selection of assets under a name. Made by `define_asset_job`; `Definitions(jobs=[...])` makes it known.

    Example:
        >>> job = define_asset_job("nightly", selection="group:finance", tags={"team": "payments"})
        >>> job.name, job.tags
        ('nightly', {'team': 'payments'})
    """

    name: str
    selection: AssetSelection
    run_config: dict[str, Any]
    description: str | None = None
    tags: dict[str, str]
    run_tags: dict[str, str]
    metadata: dict[str, Any]
    partitions_def: PartitionsDefinition | None = None
    owners: tuple[str, ...] = ()
    source: SourceRef | None = None
    executor_def: ExecutorDefinition | None = None
    hooks: tuple[HookDefinition, ...] = ()
    op_retry_policy: RetryPolicy | None = None
    automation_condition: AutomationCondition | None = None

    def resolve(self, index: Callable[[], SelectionIndex]) -> tuple[AssetKey, ...]:
        """The assets that the job makes or looks at; what its selection means besides is left out.

        Args:
            index: Gives what the selection is resolved over.

        Raises:
            InvalidDefinitionError: the selection can't be resolved, or means nothing that can be made here.
            ExternalAssetError: it names an asset that another system makes.
        """
        where = f"Job {self.name!r} ({describe_source(self.source)})"
        found = index()
        refuse_external(self.selection, found, where)
        try:
            numbers = choose_runnable(self.selection, found)
        except HeadwaterError as error:
            raise InvalidDefinitionError(f"{where}: {error}") from error
        if not numbers and not self._checks_alone(found):
            raise InvalidDefinitionError(
                f"{where} selects {str(self.selection)!r}, which means no asset that can be made here. Select native "
                "or observable assets; what other systems make can't be the only thing that a job is for."
            )
        return tuple(AssetKey.from_escaped_user_string(found.assets[number].key) for number in sorted(numbers))

    def resolve_checks(self, index: Callable[[], SelectionIndex]) -> tuple[AssetCheckKey, ...]:
        """The checks that the job carries out where it makes nothing, such as those of external assets.

        Args:
            index: Gives what the selection is resolved over.
        """
        found = index()
        if choose_runnable(self.selection, found):
            return ()
        checks = sorted(self._checks_alone(found))
        return tuple(AssetCheckKey(AssetKey.from_escaped_user_string(key), name) for key, name in checks)

    def _checks_alone(self, index: SelectionIndex) -> set[tuple[str, str]]:
        # Only a selection that means no asset means its checks for themselves.
        return set() if index.select(self.selection.node) else index.select_checks(self.selection.node)

    def __repr__(self) -> str:
        return f"JobDefinition({self.name!r})"


def define_asset_job(
    name: str,
    selection: Any = None,
    config: RunConfig | Mapping[str, Any] | None = None,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    run_tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    owners: Sequence[str] | None = None,
    executor_def: ExecutorDefinition | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    automation_condition: AutomationCondition | None = None,
) -> JobDefinition:
    """A job that makes the assets of a selection, or carries out checks where it selects those alone.

    Args:
        name: The job's name.
        selection: Which assets: an `AssetSelection`, its text, or keys and definitions. All native ones if left out.
            Observable assets are looked at where they are named, or where the selection means no native asset.
        config: What its runs set, unless they say otherwise.
        description: What it is for, in Markdown.
        tags: Names and short values to find it by; its runs have them too, unless `run_tags` are given.
        run_tags: The tags of its runs.
        metadata: Anything that is known of it, by name.
        partitions_def: The partitions that its runs are for.
        owners: E-mail addresses and `team:name`.
        executor_def: Where the steps of its runs are carried out; as the `Definitions` say if left out.
        hooks: Functions to call when an asset of one of its runs was made, or when that failed, besides its own.
        op_retry_policy: How assets without a retry policy of their own are tried again in its runs.
        automation_condition: When to run it by itself: `any_job_root_assets_match` or `all_job_root_assets_match` of a
            condition on its assets, joined with others as needed.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.
        InvalidDefinitionError: the condition asks something that says nothing of a job.

    Example:
        >>> define_asset_job("nightly", selection="group:mart", tags={"team": "sales"}).run_tags
        {'team': 'sales'}
    """
    checked = check_printable(name, "The name of a job")
    if "/" in checked:
        raise InvalidParameterError(f"The name of a job stands in addresses, so write {shown(checked)} without '/'.")
    of = f"of job {checked!r}"
    normalize_metadata(metadata)
    own_tags = check_tags(tags, f"tags {of}", system=True)
    if partitions_def is not None:
        expected = "a partitions definition such as DailyPartitionsDefinition"
        check_type(partitions_def, PartitionsDefinition, f"partitions_def {of}", expected)  # type: ignore[type-abstract]
    if op_retry_policy is not None:
        check_type(op_retry_policy, RetryPolicy, f"op_retry_policy {of}", "a RetryPolicy")
    return JobDefinition(
        name=checked,
        selection=AssetSelection.all() if selection is None else AssetSelection.from_coercible(selection),
        run_config=plain_run_config(config, f"config {of}"),
        description=check_optional_text(description, f"description {of}"),
        tags=own_tags,
        run_tags=own_tags if run_tags is None else check_tags(run_tags, f"run_tags {of}", system=True),
        metadata=dict(metadata or {}),
        partitions_def=partitions_def,
        owners=check_owners(owners, f"owners {of}"),
        source=find_source(),
        executor_def=check_executor(executor_def, f"executor_def {of}"),
        hooks=check_hooks(hooks, of),
        op_retry_policy=op_retry_policy,
        automation_condition=check_job_condition(automation_condition, of),
    )
