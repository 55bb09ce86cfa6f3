"""The task of a step inside a worker: its log and resources around `step_work.carry_out`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from headwater.clock import SystemClock
from headwater.definitions.definitions import Definitions
from headwater.definitions.functions.logs import ContextLog
from headwater.definitions.run_ops import keys_of_job
from headwater.environment import knows_secrets, redact
from headwater.errors import InvalidInvocationError
from headwater.execution.instance.instance import HeadwaterInstance
from headwater.execution.io.file_io_manager import FilesystemIOManager
from headwater.execution.logs.progress import ProgressReports
from headwater.execution.logs.step_log import step_log
from headwater.execution.steps.config import check_run_config, resource_config
from headwater.execution.steps.messages import ProcessStarted, StepOrder, StepReport, encoder, order_decoder
from headwater.execution.steps.work import StepPlace
from headwater.execution.steps.work import carry_out as carry_out_step
from headwater.location.code.tracebacks import describe
from headwater.location.hosts.resources import ResourceScope
from headwater.location.hosts.worker import Emit, leftovers, own_folder
from headwater.records.runs.runs import BACKFILL_TAG, RETRY_TAG


def carry_out(definitions: Definitions, payload: bytes, emit: Emit) -> bytes:
    """The task of a step; see `headwater.location.hosts.worker.Task`."""
    emit(encoder.encode(ProcessStarted(SystemClock().now())))
    order = order_decoder.decode(payload)
    folder = own_folder() or Path(order.log_folder)
    with step_log(folder, order.step, SystemClock()) as log, ExitStack() as opened:
        try:
            with _resources(definitions, order, log) as scope:
                place = StepPlace(
                    log=log,
                    scope=scope,
                    default_io=FilesystemIOManager(base_dir=order.storage_folder),
                    instance=_instance_of(order, opened),
                    progress=ProgressReports(folder, order.step, log, SystemClock()),
                )
                report = carry_out_step(definitions, order, place)
        except Exception as error:
            # With the frames that are the user's, as it is told everywhere else.
            log.error("The step failed\n%s", (describe(error).traceback or str(error)).rstrip())
            raise
    return encoder.encode(_without_secrets(report))


def end_run(_definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task that tears down what the steps of a run have kept set up in this worker."""
    _close_kept(payload.decode())
    return b""


_kept: dict[str, ResourceScope] = {}
"""The resources of the run whose steps share this worker, by the run."""


@contextmanager
def _resources(definitions: Definitions, order: StepOrder, log: ContextLog) -> Iterator[ResourceScope]:
    """The resources of a step: those that an earlier step of its run has left set up here, or its own."""
    known = _kept.get(order.run_id)
    if known is not None:
        yield known
        return
    scope = ResourceScope(definitions.resources, config=resource_config(order.run_config), run_id=order.run_id, log=log)
    if not order.keeps_resources:
        with scope:
            yield scope
        return
    _kept[order.run_id] = scope
    # Whoever ends this worker before the run ends it in order: what is open is closed then.
    leftovers.callback(_close_kept, order.run_id)
    yield scope


def _close_kept(run_id: str) -> None:
    scope = _kept.pop(run_id, None)
    if scope is not None:
        with scope:
            pass


def prepare(definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task that sees whether a run's config fits, before any step of it begins."""
    order: StepOrder = order_decoder.decode(payload)
    resolved = definitions.resolve()
    job = resolved.jobs.get(order.job_name or "")
    # A retry of what is left, and a part of a backfill or job, have the config of the whole.
    whole = RETRY_TAG in order.tags or BACKFILL_TAG in order.tags
    more = resolved.specs if whole else () if job is None else keys_of_job(definitions, job)
    check_run_config(definitions, order.assets, order.run_config, of_more=more)
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
