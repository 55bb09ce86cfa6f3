"""Carry out one step inside a worker: load its inputs, call the user's function, store its value, report."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from headwater.clock import SystemClock
from headwater.definitions.assets import AssetsDefinition
from headwater.definitions.checks import AssetCheckDefinition
from headwater.definitions.contexts import AssetCheckExecutionContext, AssetExecutionContext
from headwater.definitions.definitions import Definitions
from headwater.definitions.metadata import MetadataValue, to_wire
from headwater.definitions.partitions import PartitionsDefinition
from headwater.execution.file_values import FileValues
from headwater.execution.step_log import step_log
from headwater.execution.step_messages import MadeAsset, StepOrder, StepReport, encoder, order_decoder
from headwater.execution.step_outputs import NOTHING, read_asset_output, read_check_output
from headwater.keys import AssetCheckKey, AssetKey
from headwater.location.user_calls import call
from headwater.location.worker import Emit


def carry_out(definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task of a step; see `headwater.location.worker.Task`."""
    order = order_decoder.decode(payload)
    with step_log(Path(order.log_folder), order.step, SystemClock()) as log:
        try:
            report = _Step(definitions, order, log).carry_out()
        except Exception:
            log.exception("The step failed")
            raise
    return encoder.encode(report)


class _Step:
    def __init__(self, definitions: Definitions, order: StepOrder, log: logging.Logger) -> None:
        self._definitions = definitions
        self._order = order
        self._log = log
        self._values = FileValues(Path(order.storage_folder))
        self._key = AssetKey.from_escaped_user_string(order.asset_key)

    def carry_out(self) -> StepReport:
        if self._order.check_name is not None:
            return self._check(AssetCheckKey(self._key, self._order.check_name))
        return self._make()

    def _make(self) -> StepReport:
        definition = self._definitions.get_assets_def(self._key)
        order = self._order
        context = AssetExecutionContext(
            asset_key=self._key,
            run_id=order.run_id,
            log=self._log,
            partition_key=order.partition,
            retry_number=order.attempt - 1,
            run_tags=order.tags,
            selected_asset_keys=frozenset(AssetKey.from_escaped_user_string(key) for key in order.run_assets),
        )
        inputs = self._load_inputs(definition)
        returned = call(definition.compute_fn, context if definition.takes_context else None, **inputs)
        output = read_asset_output(definition, returned, context.collected_metadata)
        made = output.made
        if output.value is not NOTHING:
            path = self._values.store(self._key, order.partition, output.value)
            made = _with_path(made, path)
        return StepReport(made=made, checks=output.checks)

    def _check(self, key: AssetCheckKey) -> StepReport:
        definition = self._definitions.get_asset_check_def(key)
        context = AssetCheckExecutionContext(
            check_key=key,
            run_id=self._order.run_id,
            log=self._log,
            partition_key=self._order.partition,
            retry_number=self._order.attempt - 1,
            run_tags=self._order.tags,
        )
        inputs = self._load_inputs(definition)
        returned = call(definition.compute_fn, context if definition.takes_context else None, **inputs)
        return StepReport(made=None, checks=(read_check_output(definition, returned),))

    def _load_inputs(self, definition: AssetsDefinition | AssetCheckDefinition) -> dict[str, Any]:
        return {entry.name: self._values.load(entry.key, self._partition_of(entry.key)) for entry in definition.inputs}

    def _partition_of(self, upstream: AssetKey) -> str | None:
        """The part of an input that this step reads: the same one, where the input has the same partitions."""
        mine, theirs = self._partitions(self._key), self._partitions(upstream)
        return self._order.partition if theirs is not None and theirs == mine else None

    def _partitions(self, key: AssetKey) -> PartitionsDefinition | None:
        spec = self._definitions.resolve().specs.get(key)
        return None if spec is None else spec.partitions_def


def _with_path(made: MadeAsset, path: Path) -> MadeAsset:
    """Say where the value was stored, unless the function said something of that name itself."""
    stored = to_wire({"path": MetadataValue.path(str(path))})
    return MadeAsset(
        metadata={**stored, **made.metadata},
        description=made.description,
        tags=made.tags,
        data_version=made.data_version,
    )
