"""Executors: where the steps of a run are carried out, and how many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from headwater.definitions.arguments import check_mapping, check_text, check_type, shown
from headwater.definitions.plain_json import plain_json
from headwater.definitions.values import Frozen
from headwater.errors import InvalidConfigError

EXECUTOR_NAMES = ("in_process", "multiprocess", "dask")


class ExecutorSnapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """An executor as plain values."""

    name: str
    config: dict[str, Any] = {}


class TagLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most `limit` steps at once whose `op_tags` have a key, with a value if one is given."""

    key: str
    value: str | None = None
    limit: int

    def concerns(self, tags: Mapping[str, str]) -> bool:
        """Whether a step with these tags counts."""
        return self.key in tags and self.value in (None, tags[self.key])


class InProcessConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One worker process carries out all steps, one after another; resources live as long as the run."""


class MultiprocessConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each step in a worker process of this machine; `max_concurrent` at once, 4 if it is 0."""

    max_concurrent: int = 0
    tag_concurrency_limits: tuple[TagLimit, ...] = ()


class DaskConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each step as a task of a dask cluster: that of the scheduler at `address`, else `workers` of this machine."""

    address: str | None = None
    workers: int = 2
    max_concurrent: int = 0
    """Tasks of a run that are given to the cluster at once; 0 leaves that to its scheduler."""
    partitions_per_task: int = 0
    """How many partitions of a step are one task at most; 0 makes a step one task."""
    tag_concurrency_limits: tuple[TagLimit, ...] = ()


ExecutorConfig = InProcessConfig | MultiprocessConfig | DaskConfig
_CONFIGS: dict[str, type[ExecutorConfig]] = {
    "in_process": InProcessConfig,
    "multiprocess": MultiprocessConfig,
    "dask": DaskConfig,
}


class ExecutorDefinition(Frozen):
    """Where the steps of runs are carried out: `in_process_executor`, `multiprocess_executor` or `dask_executor`.

    Args:
        name: One of `in_process`, `multiprocess` and `dask`.
        config: Its settings; see `configured`.

    Raises:
        InvalidConfigError: there is no such executor, or it has no such setting.

    Example:
        >>> multiprocess_executor.configured({"max_concurrent": 2}).config
        {'max_concurrent': 2}
    """

    __slots__ = ("config", "name")

    name: str
    config: dict[str, Any]

    def __init__(self, name: str, config: Mapping[str, Any] | None = None) -> None:
        plain = plain_json(dict(check_mapping(config, "config of an executor")), "config of an executor")
        read_executor_config(name, plain)
        self._set(name=name, config=plain)

    def configured(self, config: Mapping[str, Any], name: str | None = None) -> ExecutorDefinition:
        """The same with other settings.

        `multiprocess` has `max_concurrent` and `tag_concurrency_limits`, a list of `{"key", "value", "limit"}` over the
        `op_tags` of assets. `dask` has those and `address`, a scheduler's, or `workers`, how many to start here;
        with `partitions_per_task` a step of more partitions is split into tasks of so many.

        Args:
            config: The settings.
            name: Taken for the sake of code that gives it; has no effect.

        Raises:
            InvalidConfigError: there is no such setting, or its value does not fit.
        """
        if name is not None:
            check_text(name, "name of an executor")
        return ExecutorDefinition(self.name, {**self.config, **check_mapping(config, "config of an executor")})

    def to_snapshot(self) -> ExecutorSnapshot:
        """The executor as plain values."""
        return ExecutorSnapshot(self.name, self.config)


def read_executor_config(name: object, config: Mapping[str, Any]) -> ExecutorConfig:
    """The settings of an executor.

    Raises:
        InvalidConfigError: there is no such executor or setting, or a value does not fit.
    """
    kind = _CONFIGS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise InvalidConfigError(f"An executor is one of {', '.join(EXECUTOR_NAMES)}, but got {shown(name)}.")
    try:
        read = msgspec.convert(config, kind)
    except msgspec.ValidationError as error:
        settings = ", ".join(kind.__struct_fields__) or "none"
        raise InvalidConfigError(
            f"The config of the executor {name!r}: {error}. Its settings are: {settings}."
        ) from error
    for setting in ("max_concurrent", "workers", "partitions_per_task"):
        if getattr(read, setting, 0) < 0:
            raise InvalidConfigError(f"{setting} of the executor {name!r} is 0 or more, but got {config[setting]}.")
    return read


def check_executor(executor: object, where: str) -> ExecutorDefinition | None:
    """An executor, or None.

    Raises:
        InvalidParameterError: it is something else.
    """
    if executor is None:
        return None
    return check_type(executor, ExecutorDefinition, where, "an executor such as hw.multiprocess_executor")


def requested_executor(execution: Mapping[str, Any] | None) -> ExecutorSnapshot | None:
    """The executor that a run's config asks for, written `{"executor": "dask", "config": {…}}`; None for none.

    As in code from elsewhere, `{"config": {"multiprocess": {…}}}` is understood too.

    Raises:
        InvalidConfigError: there is no such executor or setting.
    """
    if not execution:
        return None
    name, config = execution.get("executor"), check_mapping(execution.get("config"), "config of the run's execution")
    if name is None and len(config) == 1 and next(iter(config)) in EXECUTOR_NAMES:
        name, config = next(iter(config.items()))
        config = check_mapping(config, "config of the run's execution")
    if name is None:
        return None
    read_executor_config(name, config)
    return ExecutorSnapshot(name, dict(config))


in_process_executor = ExecutorDefinition("in_process")
"""All steps in one worker process, one after another; resources are set up once for the run."""
multiprocess_executor = ExecutorDefinition("multiprocess")
"""Each step in a worker process of the engine's machine, several at once."""
multi_or_in_process_executor = multiprocess_executor
"""The same as `multiprocess_executor`; a run's config may ask for `in_process`."""
dask_executor = ExecutorDefinition("dask")
"""Each step as a task of a dask cluster; needs the extra `dask`."""
