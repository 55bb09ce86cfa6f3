"""What the function of an asset can ask and tell while it runs, and the builder with which tests make one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from headwater.definitions.arguments import check_type, shown
from headwater.definitions.assets.context_parts import InputsAndOutputs, StepServices
from headwater.definitions.assets.events import ASSET_EVENTS, AssetEvent, DataProvenance
from headwater.definitions.contexts.steps import OUTSIDE, StepContext
from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.metadata.infer import MetadataValue, normalize_metadata
from headwater.definitions.resources.definition import Resources, given_resources
from headwater.errors import InvalidInvocationError, InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey

if TYPE_CHECKING:
    from headwater.definitions.assets.definition import AssetsDefinition


_current: ContextVar[AssetExecutionContext | None] = ContextVar("current", default=None)


class AssetExecutionContext(InputsAndOutputs, StepContext):
    """What the function of an asset can ask and tell. The runtime makes it; tests use `build_asset_context`.

    Args:
        assets_def: The definition that is being carried out; None in a test that did not say.
        asset_keys: The assets that the function is to make; none in a test that did not say.
        run_id: The run.
        log: Where `context.log` writes.
        partition_keys: The partitions that are being made, in order; None where the asset has none.
        retry_number: 0 at the first attempt.
        run_tags: The run's tags.
        job_name: The job that the run belongs to.
        resources: What `required_resource_keys` asked for.
        op_config: The run's config of this asset, where it has a `config_schema`.
        services: What the running step can do.

    Example:
        >>> context = build_asset_context(partition_key="2026-11-01", run_tags={"team": "payments"})
        >>> context.partition_key, context.get_tag("team")
        ('2026-11-01', 'payments')
    """

    def __init__(
        self,
        *,
        assets_def: AssetsDefinition | None = None,
        asset_keys: Sequence[AssetKey] = (),
        run_id: str,
        log: ContextLog,
        partition_keys: Sequence[str] | None = None,
        retry_number: int = 0,
        run_tags: Mapping[str, str] | None = None,
        job_name: str | None = None,
        resources: Resources | None = None,
        op_config: Any = None,
        services: StepServices | None = None,
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
            partitions_def=None if assets_def is None else assets_def.partitions_def,
        )
        self._assets_def = assets_def
        self._asset_keys = tuple(asset_keys)
        self._services = services
        self.collected_metadata: dict[AssetKey | None, dict[str, MetadataValue]] = {}
        """By asset; under None what was said of whichever asset it is."""
        self.logged_events: list[AssetEvent] = []

    @property
    def asset_key(self) -> AssetKey:
        """The asset that is being made.

        Raises:
            InvalidInvocationError: the function makes several, or a test built the context without one.
        """
        if len(self._asset_keys) > 1:
            raise InvalidInvocationError(
                f"This function makes {len(self._asset_keys)} assets; ask for context.selected_asset_keys."
            )
        if not self._asset_keys:
            raise InvalidInvocationError(
                "This context was built without an asset; write build_asset_context(asset_key=...)."
            )
        return self._asset_keys[0]

    @property
    def selected_asset_keys(self) -> frozenset[AssetKey]:
        """The assets that the function is to make: all of its assets, unless a run asked for some alone."""
        return frozenset(self._asset_keys)

    @property
    def instance(self) -> Any:
        """The deployment that the run belongs to, a `HeadwaterInstance`.

        Raises:
            InvalidInvocationError: a test built the context.
        """
        return self._running().instance

    def add_output_metadata(self, metadata: Mapping[str, Any], output_name: str | None = None) -> None:
        """Add to the metadata of the materialization; a name that is already there gets the new value.

        Args:
            metadata: By name.
            output_name: Which output of a `@multi_asset` it belongs to.

        Raises:
            InvalidMetadataError: a value can't be stored.
            InvalidParameterError: there is no such output.
        """
        key: AssetKey | None = self._asset_keys[0] if len(self._asset_keys) == 1 else None
        if output_name is not None and self._assets_def is not None:
            by_name = {output.name: output.key for output in self._assets_def.outputs}
            if output_name not in by_name:
                raise InvalidParameterError(
                    f"output_name of add_output_metadata is one of {', '.join(by_name)}, but got {shown(output_name)}."
                )
            key = by_name[output_name]
        self._add(metadata, key)

    def add_asset_metadata(self, metadata: Mapping[str, Any], asset_key: CoercibleToAssetKey | None = None) -> None:
        """The same as `add_output_metadata`, for functions that name the asset.

        Raises:
            InvalidMetadataError: a value can't be stored.
            InvalidParameterError: the function does not make that asset.
        """
        key = None if asset_key is None else AssetKey.from_coercible(asset_key)
        if key is not None and self._asset_keys and key not in self.selected_asset_keys:
            made = " or ".join(repr(each) for each in self._asset_keys)
            raise InvalidParameterError(
                f"asset_key of add_asset_metadata is the asset being made, {made}, but got {shown(asset_key)}."
            )
        self._add(metadata, key or (self._asset_keys[0] if len(self._asset_keys) == 1 else None))

    def log_event(self, event: AssetEvent) -> None:
        """Record an event of any asset, along with what the function makes.

        Raises:
            InvalidParameterError: it is no materialization, observation or check evaluation.
        """
        self.logged_events.append(
            check_type(event, ASSET_EVENTS, "What log_event takes", "an AssetMaterialization or AssetObservation")  # type: ignore[arg-type]
        )

    @property
    def run(self) -> Any:
        """The run, with its `run_id`, `tags` and `partition`; None where the deployment does not keep it.

        Raises:
            InvalidInvocationError: a test built the context.
        """
        return self.instance.get_run_by_id(self.run_id)

    @staticmethod
    def get() -> AssetExecutionContext:
        """The context of the function that is being called, for functions that it calls.

        Raises:
            InvalidInvocationError: no function of an asset is being called.
        """
        found = _current.get()
        if found is None:
            raise InvalidInvocationError("AssetExecutionContext.get() works while the function of an asset is called.")
        return found

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be what `get` gives while a function is called."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def get_asset_provenance(self, asset_key: CoercibleToAssetKey) -> DataProvenance | None:
        """What the newest materialization of an asset was made from; None where that is not known.

        Raises:
            InvalidInvocationError: a test built the context.
        """
        found: DataProvenance | None = self.instance.get_latest_data_provenance(asset_key)
        return found

    def load_asset_value(self, asset_key: CoercibleToAssetKey, *, partition_key: str | None = None) -> Any:
        """The stored value of an asset, through its IO manager.

        Raises:
            MissingInputError: there is none.
            InvalidInvocationError: a test built the context.
        """
        return self._running().load_asset_value(AssetKey.from_coercible(asset_key), partition_key)

    def progress(self, done: float, total: float | None = None, text: str | None = None) -> None:
        """Tell how far the function is, for the command line and the app to show.

        Args:
            done: How much is done, in any unit.
            total: How much there is, in the same unit; None if that is not known.
            text: What is being done.

        Raises:
            InvalidParameterError: a number is negative or not finite.
        """
        for name, value in (("done", done), ("total", total)):
            if value is not None and not 0 <= value < float("inf"):
                raise InvalidParameterError(f"{name} of progress is a number from 0 on, but got {shown(value)}.")
        if self._services is not None:
            self._services.report_progress(done, total, text)

    def _add(self, metadata: Mapping[str, Any], key: AssetKey | None) -> None:
        self.collected_metadata.setdefault(key, {}).update(normalize_metadata(metadata))


def build_asset_context(
    *,
    asset_key: CoercibleToAssetKey | None = None,
    partition_key: str | None = None,
    run_id: str = OUTSIDE,
    run_tags: Mapping[str, str] | None = None,
    retry_number: int = 0,
    resources: Mapping[str, Any] | None = None,
    asset_config: Any = None,
) -> AssetExecutionContext:
    """A context with which a test calls the function of an asset; its log is a `RecordedLog`.

    Args:
        asset_key: The asset that is made.
        partition_key: Which partition of it; `first...last` for a range.
        run_id: What `context.run_id` gives.
        run_tags: The tags of the run.
        retry_number: How many tries have failed before.
        resources: What the function finds under `context.resources`, by name.
        asset_config: What the function finds under `context.op_config`.

    Example:
        >>> @asset
        ... def doubled(context):
        ...     return [2 * each for each in context.resources.numbers]
        >>> doubled(build_asset_context(resources={"numbers": [1, 2]}))
        [2, 4]
    """
    return AssetExecutionContext(
        asset_keys=() if asset_key is None else (AssetKey.from_coercible(asset_key),),
        run_id=run_id,
        log=RecordedLog(),
        partition_keys=None if partition_key is None else (partition_key,),
        retry_number=retry_number,
        run_tags=run_tags,
        resources=given_resources(resources),
        op_config=asset_config,
    )
