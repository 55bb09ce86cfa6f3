"""The task of a step inside a worker: its log and resources around `step_work.carry_out`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from headwater.clock import SystemClock
from headwater.definitions.definitions import Definitions
from headwater.environment import knows_secrets, redact
from headwater.errors import InvalidInvocationError
from headwater.execution.config import check_run_config, resource_config
from headwater.execution.file_io_manager import FilesystemIOManager
from headwater.execution.instance import HeadwaterInstance
from headwater.execution.progress import ProgressLines
from headwater.execution.step_log import step_log
from headwater.execution.step_messages import StepOrder, StepReport, encoder, order_decoder
from headwater.execution.step_work import StepPlace
from headwater.execution.step_work import carry_out as carry_out_step
from headwater.location.resources import ResourceScope
from headwater.location.worker import Emit


def carry_out(definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task of a step; see `headwater.location.worker.Task`."""
    order = order_decoder.decode(payload)

    with step_log(Path(order.log_folder), order.step, SystemClock()) as log, ExitStack() as opened:
        config = resource_config(order.run_config)
        try:
            with ResourceScope(definitions.resources, config=config, run_id=order.run_id, log=log) as scope:
                place = StepPlace(
                    log=log,
                    scope=scope,
                    default_io=FilesystemIOManager(base_dir=order.storage_folder),
                    instance=_instance_of(order, opened),
                    progress=ProgressLines(log, SystemClock()),
                )
                report = carry_out_step(definitions, order, place)
        except Exception:
            log.exception("The step failed")
            raise
    return encoder.encode(_without_secrets(report))


def prepare(definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task that sees whether a run's config fits, before any step of it begins."""
    order: StepOrder = order_decoder.decode(payload)
    check_run_config(definitions, order.assets, order.run_config)
    return b""


def _without_secrets(report: StepReport) -> StepReport:
    """The report without the values of environment variables that this process has read."""
    if not knows_secrets():
        return report
    plain = msgspec.to_builtins(report)
    return msgspec.convert(_redacted(plain), StepReport)


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: _redacted(item) for name, item in value.items()}
    return [_redacted(item) for item in value] if isinstance(value, (list, tuple)) else value


def _instance_of(order: StepOrder, opened: ExitStack) -> Callable[[], HeadwaterInstance]:
    """Gives the deployment that the run belongs to, connected to when somebody first asks."""

    @cache
    def instance() -> HeadwaterInstance:
        if not order.store_url:
            raise InvalidInvocationError(
                "This step has no connection to the store. Report with context.log_event or the Python client."
            )
        return opened.enter_context(HeadwaterInstance.at(order.store_url, Path(order.storage_folder)))

    return instance
