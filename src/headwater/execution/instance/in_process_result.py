"""What came of a run in the caller's own process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.events import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    AssetMaterialization,
    AssetObservation,
)
from headwater.definitions.metadata.from_wire import from_wire
from headwater.errors import InvalidInvocationError, UnknownAssetError
from headwater.keys import AssetKey, CoercibleToAssetKey
from headwater.records.log.event_records import tags_of
from headwater.records.log.events import CheckEvaluation, Event, EventKind, Materialization, Observation, StepEvent
from headwater.records.runs.runs import Run, RunStatus


class RunEventView(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a run as Python users read it. `timestamp` is in seconds since the epoch.

    `seq` is its place in the log.
    """

    event_type: str
    asset_key: AssetKey | None
    partition: str | None
    step_key: str | None
    timestamp: float
    materialization: AssetMaterialization | None = None
    observation: AssetObservation | None = None
    check_evaluation: AssetCheckEvaluation | None = None
    error: str | None = None
    seq: int = 0
    run_id: str | None = None

    @property
    def partition_key(self) -> str | None:
        """The same as `partition`."""
        return self.partition

    @property
    def storage_id(self) -> int:
        """The same as `seq`."""
        return self.seq

    @property
    def event_log_entry(self) -> RunEventView:
        """Itself, for code that was written for another orchestrator."""
        return self

    @property
    def dagster_event(self) -> RunEventView:
        """Itself, for code that was written for another orchestrator."""
        return self

    @property
    def asset_materialization(self) -> AssetMaterialization | None:
        """The same as `materialization`."""
        return self.materialization

    @property
    def asset_observation(self) -> AssetObservation | None:
        """The same as `observation`."""
        return self.observation


def view(event: Event) -> RunEventView:
    """An event of the log as Python users read it."""
    payload = event.payload
    key = None if event.asset_key is None else AssetKey.from_escaped_user_string(event.asset_key)
    error = getattr(payload, "error", None)
    return RunEventView(
        event_type=event.kind.value,
        asset_key=key,
        partition=event.partition,
        step_key=payload.step if isinstance(payload, StepEvent) else None,
        timestamp=event.timestamp / 1_000_000,
        materialization=_materialization(event, key, payload) if isinstance(payload, Materialization) and key else None,
        observation=_observation(event, key, payload) if isinstance(payload, Observation) and key else None,
        check_evaluation=_evaluation(event, key, payload) if isinstance(payload, CheckEvaluation) and key else None,
        error=None if error is None else error.message,
        seq=event.seq,
        run_id=event.run_id,
    )


class ExecuteInProcessResult:
    """What came of a run in the caller's own process: how it ended, its events, and the values that it made.

    Example:
        >>> @asset
        ... def rows():
        ...     return [1, 2]
        >>> result = materialize_to_memory([rows])
        >>> result.success, result.output_for_node("rows")
        (True, [1, 2])
    """

    def __init__(
        self,
        run: Run,
        events: Sequence[Event],
        values: Mapping[tuple[AssetKey, str], Any],
        makers: Sequence[AssetsDefinition],
        load: Callable[[AssetKey, str | None], Any],
    ) -> None:
        self._run = run
        self._events = list(events)
        self._values = dict(values)
        self._makers = {maker.op_name: maker for maker in makers}
        self._load = load

    @property
    def success(self) -> bool:
        """Whether everything was made."""
        return self._run.status is RunStatus.SUCCESS

    @property
    def run_id(self) -> str:
        """The run."""
        return self._run.run_id

    @property
    def run(self) -> Run:
        """The run with its status, tags and times."""
        return self._run

    @property
    def dagster_run(self) -> Run:
        """The same as `run`."""
        return self._run

    @property
    def all_events(self) -> list[RunEventView]:
        """Everything that happened, in order."""
        return [view(event) for event in self._events]

    def get_asset_materialization_events(self) -> list[RunEventView]:
        """The assets that were made, in order."""
        return [view(event) for event in self._events if event.kind is EventKind.MATERIALIZATION]

    def get_asset_observation_events(self) -> list[RunEventView]:
        """What was seen of assets, in order."""
        return [view(event) for event in self._events if event.kind is EventKind.OBSERVATION]

    def get_asset_check_evaluations(self) -> list[AssetCheckEvaluation]:
        """What checks found, in order."""
        found = (view(event).check_evaluation for event in self._events if event.kind is EventKind.CHECK_EVALUATION)
        return [evaluation for evaluation in found if evaluation is not None]

    def get_step_success_events(self) -> list[RunEventView]:
        """The steps that ended well."""
        return [view(event) for event in self._events if event.kind is EventKind.STEP_SUCCEEDED]

    def get_step_failure_events(self) -> list[RunEventView]:
        """The steps that failed; `error` says why."""
        return [view(event) for event in self._events if event.kind is EventKind.STEP_FAILED]

    def get_failed_step_keys(self) -> set[str]:
        """The names of the steps that failed."""
        failed = (event.payload for event in self._events if event.kind is EventKind.STEP_FAILED)
        return {payload.step for payload in failed if isinstance(payload, StepEvent)}

    def asset_materializations_for_node(self, node_name: str) -> list[AssetMaterialization]:
        """What the function of a name made.

        Raises:
            InvalidInvocationError: the run has no such function.
        """
        keys = self._maker(node_name).keys
        found = (view(event) for event in self._events if event.kind is EventKind.MATERIALIZATION)
        return [each.materialization for each in found if each.asset_key in keys and each.materialization]

    def output_for_node(self, node_name: str, output_name: str = "result") -> Any:
        """The value that the function of a name gave, which for an asset is its key's parts joined by `__`.

        Raises:
            InvalidInvocationError: it gave none, or the run has no such function.
        """
        for (key, name), value in self._values.items():
            if key in self._maker(node_name).keys and name == output_name:
                return value
        raise InvalidInvocationError(
            f"{node_name!r} gave no value named {output_name!r} in this run; it failed, or stores its data itself."
        )

    def asset_value(self, asset_key: CoercibleToAssetKey) -> Any:
        """The value of an asset that the run made.

        Raises:
            UnknownAssetError: it made no value of that asset.
        """
        key = AssetKey.from_coercible(asset_key)
        for (made, _), value in self._values.items():
            if made == key:
                return value
        raise UnknownAssetError(
            f"The run made no value of {key!r}; it made: "
            f"{', '.join(sorted(made.to_user_string() for made, _ in self._values)) or 'none'}."
        )

    def load_asset_value(self, asset_key: CoercibleToAssetKey, partition_key: str | None = None) -> Any:
        """The stored value of an asset, through its IO manager.

        Raises:
            MissingInputError: there is none.
        """
        return self._load(AssetKey.from_coercible(asset_key), partition_key)

    def _maker(self, node_name: str) -> AssetsDefinition:
        maker = self._makers.get(node_name)
        if maker is None:
            named = ", ".join(sorted(self._makers)) or "none"
            raise InvalidInvocationError(f"The run has no function named {node_name!r}; it has: {named}.")
        return maker

    def __repr__(self) -> str:
        return f"ExecuteInProcessResult(success={self.success}, run_id={self.run_id!r})"


def _materialization(event: Event, key: AssetKey, payload: Materialization) -> AssetMaterialization:
    return AssetMaterialization(
        key,
        description=payload.description,
        metadata=from_wire(payload.metadata),
        partition=event.partition,
        tags=tags_of(event) or None,
        data_version=event.data_version,
    )


def _observation(event: Event, key: AssetKey, payload: Observation) -> AssetObservation:
    return AssetObservation(
        key,
        description=payload.description,
        metadata=from_wire(payload.metadata),
        partition=event.partition,
        tags=payload.tags or None,
        data_version=event.data_version,
    )


def _evaluation(event: Event, key: AssetKey, payload: CheckEvaluation) -> AssetCheckEvaluation:
    return AssetCheckEvaluation(
        key,
        payload.check_name,
        payload.passed,
        metadata=from_wire(payload.metadata),
        severity=AssetCheckSeverity(payload.severity),
        description=payload.description,
        partition=event.partition,
    )
