"""What the engine sends a worker to carry out a step, and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater.definitions.snapshot import WireValue
from headwater.records.log.events import ErrorInfo

STEP_TASK = "headwater.execution.steps.task:carry_out"
PREPARE_TASK = "headwater.execution.steps.task:prepare"
END_RUN_TASK = "headwater.execution.steps.task:end_run"


class StepOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One step to carry out: some assets of one function, or `checks` of them, each an asset and a name.

    `partitions` are those that it makes in one go, in order; None where its assets have none.
    Folders are absolute paths. `retry_number` counts the failed tries of this step; `run_config` is the plain form of a
    `RunConfig`. `store_url` is for functions that ask for the instance.
    """

    run_id: str
    step: str
    assets: tuple[str, ...]
    checks: tuple[tuple[str, str], ...] = ()
    partitions: tuple[str, ...] | None = None
    tags: dict[str, str] = {}
    retry_number: int = 0
    run_config: dict[str, Any] = {}
    job_name: str | None = None
    keeps_resources: bool = False
    """Whether resources stay set up for the run's next step in the same worker, until `END_RUN_TASK`."""
    storage_folder: str = ""
    log_folder: str = ""
    store_url: str = ""


class ProcessStarted(msgspec.Struct, frozen=True):
    """What a step's process tells as soon as it has the step; `at` is in microseconds."""

    at: int


class MadeAsset(msgspec.Struct, frozen=True, kw_only=True):
    """What a step says of an asset that it made or looked at. `timestamp` is in microseconds."""

    asset_key: str
    partition: str | None = None
    metadata: dict[str, WireValue] = {}
    description: str | None = None
    tags: dict[str, str] = {}
    data_version: str | None = None
    timestamp: int | None = None


class EvaluatedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a step says of a check."""

    asset_key: str
    check_name: str
    passed: bool
    severity: str
    metadata: dict[str, WireValue] = {}
    description: str | None = None
    partition: str | None = None


class TryAgain(msgspec.Struct, frozen=True):
    """The step failed, and is to be tried again after some seconds."""

    seconds: float
    error: ErrorInfo


class StepReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a step ended: well, or with `again` to be tried once more.

    `left_out` are assets that it was to make and, as it may, did not.
    """

    made: tuple[MadeAsset, ...] = ()
    observed: tuple[MadeAsset, ...] = ()
    checks: tuple[EvaluatedCheck, ...] = ()
    left_out: tuple[str, ...] = ()
    again: TryAgain | None = None


order_decoder = msgspec.msgpack.Decoder(StepOrder)
started_decoder = msgspec.msgpack.Decoder(ProcessStarted)
report_decoder = msgspec.msgpack.Decoder(StepReport)
encoder = msgspec.msgpack.Encoder()
