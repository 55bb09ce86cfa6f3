"""What the engine sends a worker to carry out a step, and what comes back."""

from __future__ import annotations

import msgspec

from headwater.definitions.snapshot import WireValue


class StepOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One step to carry out. Folders are absolute paths."""

    run_id: str
    step: str
    asset_key: str
    check_name: str | None
    partition: str | None
    run_assets: tuple[str, ...]
    tags: dict[str, str]
    attempt: int
    storage_folder: str
    log_folder: str


class MadeAsset(msgspec.Struct, frozen=True, kw_only=True):
    """What a step says of the asset that it made."""

    metadata: dict[str, WireValue] = {}
    description: str | None = None
    tags: dict[str, str] = {}
    data_version: str | None = None


class EvaluatedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a step says of a check."""

    asset_key: str
    check_name: str
    passed: bool
    severity: str
    metadata: dict[str, WireValue] = {}
    description: str | None = None


class StepReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a step ended well; `made` is None for the step of a check."""

    made: MadeAsset | None
    checks: tuple[EvaluatedCheck, ...] = ()


order_decoder = msgspec.msgpack.Decoder(StepOrder)
report_decoder = msgspec.msgpack.Decoder(StepReport)
encoder = msgspec.msgpack.Encoder()
