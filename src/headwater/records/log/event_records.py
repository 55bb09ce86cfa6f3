"""Events as the functions of event-driven sensors read them."""

from __future__ import annotations

from typing import Any

from headwater.clock import to_seconds
from headwater.definitions.assets.events import (
    DATA_VERSION_TAG,
    AssetCheckSeverity,
    AssetMaterialization,
    AssetObservation,
    DataProvenance,
    DataVersion,
)
from headwater.definitions.metadata.from_wire import from_wire
from headwater.keys import AssetCheckKey, AssetKey
from headwater.records.log.events import CheckEvaluation, ErrorInfo, Event, Materialization, Observation, StepEvent
from headwater.records.log.versions import basis_of, derive_version

_INPUT_VERSION, _INPUT_EVENT = "dagster/input_data_version/", "dagster/input_event_pointer/"


def provenance_of(event: Event) -> DataProvenance | None:
    """What a materialization was made from; None where it was not made by a run that kept count."""
    basis, payload = basis_of(event), event.payload
    if basis is None or not isinstance(payload, Materialization):
        return None
    code = basis.code or event.run_id or ""
    return DataProvenance(
        code,
        {AssetKey.from_escaped_user_string(key): DataVersion(name) for key, name in basis.inputs.items()},
        {AssetKey.from_escaped_user_string(key): payload.inputs.get(key) for key in basis.inputs},
        event.data_version != derive_version(code, basis.inputs),
    )


def tags_of(event: Event) -> dict[str, str]:
    """The tags that were given to an event, and those that say from which versions a run made it."""
    payload = event.payload
    given = dict(payload.tags) if isinstance(payload, (Materialization, Observation)) else {}
    basis = basis_of(event)
    if basis is None or not isinstance(payload, Materialization):
        return given
    return {
        "dagster/code_version": basis.code or event.run_id or "",
        **({} if event.data_version is None else {DATA_VERSION_TAG: event.data_version}),
        **{_INPUT_VERSION + key: name for key, name in basis.inputs.items()},
        **{_INPUT_EVENT + key: str(seq) for key, seq in payload.inputs.items()},
        **given,
    }


class EventRecord:
    """One event of the log: what it is about, when it happened, and its place, `seq`."""

    def __init__(self, event: Event) -> None:
        self._event = event

    @property
    def seq(self) -> int:
        """Its place in the log; later ones are larger."""
        return self._event.seq

    @property
    def storage_id(self) -> int:
        """The same as `seq`."""
        return self._event.seq

    @property
    def event_type(self) -> str:
        """What sort of fact it records, such as `materialization`."""
        return self._event.kind.value

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that it is about."""
        key = self._event.asset_key
        return None if key is None else AssetKey.from_escaped_user_string(key)

    @property
    def partition(self) -> str | None:
        """The partition that it is about."""
        return self._event.partition

    @property
    def partition_key(self) -> str | None:
        """The same as `partition`."""
        return self._event.partition

    @property
    def run_id(self) -> str | None:
        """The run that it belongs to."""
        return self._event.run_id

    @property
    def timestamp(self) -> float:
        """When it happened, in seconds since the epoch."""
        return to_seconds(self._event.timestamp)

    @property
    def data_version(self) -> str | None:
        """The version of the data, if it was told."""
        return self._event.data_version

    @property
    def asset_materialization(self) -> AssetMaterialization | None:
        """What was materialized, if that is what it says."""
        described: AssetMaterialization | None = self._described(Materialization, AssetMaterialization)
        return described

    @property
    def asset_observation(self) -> AssetObservation | None:
        """What was observed, if that is what it says."""
        described: AssetObservation | None = self._described(Observation, AssetObservation)
        return described

    @property
    def check_name(self) -> str | None:
        """The check that was evaluated."""
        payload = self._event.payload
        return payload.check_name if isinstance(payload, CheckEvaluation) else None

    @property
    def asset_check_key(self) -> AssetCheckKey | None:
        """The check that was evaluated, with its asset."""
        name, key = self.check_name, self.asset_key
        return None if name is None or key is None else AssetCheckKey(key, name)

    @property
    def passed(self) -> bool | None:
        """Whether the check was passed."""
        payload = self._event.payload
        return payload.passed if isinstance(payload, CheckEvaluation) else None

    @property
    def severity(self) -> AssetCheckSeverity | None:
        """How bad it is that the check was not passed."""
        payload = self._event.payload
        return AssetCheckSeverity(payload.severity) if isinstance(payload, CheckEvaluation) else None

    @property
    def freshness_state(self) -> str | None:
        """What an asset's freshness became: `PASS`, `WARN`, `FAIL` or `UNKNOWN`."""
        state = getattr(self._event.payload, "state", None)
        return None if state is None else str(getattr(state, "value", state))

    @property
    def step_key(self) -> str | None:
        """The step that it is about."""
        payload = self._event.payload
        return payload.step if isinstance(payload, StepEvent) else None

    @property
    def asset_keys(self) -> tuple[AssetKey, ...]:
        """The assets of its step or run."""
        return tuple(map(AssetKey.from_escaped_user_string, getattr(self._event.payload, "assets", ())))

    @property
    def error(self) -> ErrorInfo | None:
        """Why it failed: `message`, `type`, `traceback`."""
        return getattr(self._event.payload, "error", None)

    @property
    def message(self) -> str:
        """Why it failed, or what sort of fact it is."""
        return self.event_type if self.error is None else self.error.message

    @property
    def event_log_entry(self) -> EventRecord:
        """Itself, for code that was written for another orchestrator."""
        return self

    @property
    def dagster_event(self) -> EventRecord:
        """Itself, for code that was written for another orchestrator."""
        return self

    def __repr__(self) -> str:
        about = "" if self.asset_key is None else f" of {self.asset_key.to_user_string()}"
        return f"<event {self.seq}: {self.event_type}{about}>"

    def _described(self, payload_type: type[Any], described: type[Any]) -> Any:
        payload, key = self._event.payload, self.asset_key
        if not isinstance(payload, payload_type) or key is None:
            return None
        return described(
            key,
            description=payload.description,
            metadata=from_wire(payload.metadata),
            partition=self.partition,
            tags=tags_of(self._event),
        )
