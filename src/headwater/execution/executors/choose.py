"""Which executor a run has: as the run asks, else its job, its definitions, the deployment's settings."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.definitions.runs.executors import (
    DaskConfig,
    ExecutorSnapshot,
    InProcessConfig,
    read_executor_config,
    requested_executor,
)
from headwater.errors import InvalidConfigError, SettingsError
from headwater.execution.executors.executor import Executor
from headwater.execution.executors.processes import OneProcessExecutor, ProcessesExecutor
from headwater.location.supervision.process import GRACE_SECONDS, LocationProcess
from headwater.records.runs.runs import Run

if TYPE_CHECKING:
    from headwater.execution.executors.dask_cluster import DaskCluster

SETTINGS_FILE = "settings.toml"
EXECUTOR = "HEADWATER_EXECUTOR"
DASK_ADDRESS = "HEADWATER_DASK_ADDRESS"
_CANCEL_GRACE = "cancel_grace"
_DEFAULT = ExecutorSnapshot("multiprocess")


def read_default_executor(home: Path, environment: Mapping[str, str]) -> ExecutorSnapshot:
    """The executor of a deployment: table `[execution]` of its settings, with `executor` and its settings beside it.

    `read_cancel_grace` reads the one setting there that belongs to no executor.

    Args:
        home: The deployment's folder.
        environment: What goes before the file: `HEADWATER_EXECUTOR` and `HEADWATER_DASK_ADDRESS`.

    Raises:
        SettingsError: there is no such executor or setting.
    """
    path = home / SETTINGS_FILE
    try:
        table = dict(tomllib.loads(path.read_text()).get("execution", {})) if path.exists() else {}
        name = environment.get(EXECUTOR) or table.pop("executor", _DEFAULT.name)
        table.pop("executor", None)
        table.pop(_CANCEL_GRACE, None)
        if name == "dask" and environment.get(DASK_ADDRESS):
            table["address"] = environment[DASK_ADDRESS]
        read_executor_config(name, table)
    except (tomllib.TOMLDecodeError, ValueError, TypeError, InvalidConfigError) as error:
        raise SettingsError(f"[execution] in {path}, or {EXECUTOR}: {error}") from error
    return ExecutorSnapshot(name, table)


def read_cancel_grace(home: Path) -> float:
    """How many seconds functions have to end by themselves once they are stopped: `cancel_grace` of `[execution]`.

    Raises:
        SettingsError: it is no number of seconds.
    """
    path = home / SETTINGS_FILE
    table = tomllib.loads(path.read_text()).get("execution", {}) if path.exists() else {}
    seconds = table.get(_CANCEL_GRACE, GRACE_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < math.inf:
        raise SettingsError(f"{_CANCEL_GRACE} of [execution] in {path} is a number of seconds, but is {seconds!r}.")
    return float(seconds)


def executor_of(run: Run, location: LocationProcess, default: ExecutorSnapshot) -> ExecutorSnapshot:
    """The executor that a run is to have.

    Raises:
        InvalidConfigError: the run asks for one that there is not.
    """
    snapshot = location.snapshot
    job = next((job for job in snapshot.jobs if job.name == run.job_name), None)
    declared = (None if job is None else job.executor, snapshot.executor, default)
    asked = requested_executor(run.run_config.get("execution"))
    if asked is not None and not asked.config:
        # Asked for by its name alone, it is the one that is declared, with its settings.
        asked = next((each for each in declared if each is not None and each.name == asked.name), asked)
    return asked or next(each for each in declared if each is not None)


class Executors:
    """Makes the executor of each run; keeps connections to clusters until it is closed."""

    def __init__(
        self,
        default: ExecutorSnapshot = _DEFAULT,
        environment: Mapping[str, str] = os.environ,
        grace: float = GRACE_SECONDS,
    ) -> None:
        """Prepare.

        Args:
            default: For runs where nothing else is said.
            environment: Where the address of a dask cluster is, if nothing else names it.
            grace: How many seconds functions have to end by themselves once they are stopped.
        """
        self.grace = grace
        self._default = default
        self._environment = environment
        self._clusters: dict[DaskConfig, DaskCluster] = {}

    async def of(self, run: Run, location: LocationProcess) -> Executor:
        """The executor of a run, ready.

        Raises:
            InvalidConfigError: the run asks for one that there is not.
            LocationError: the cluster can't be reached, or its package is not installed.
        """
        chosen = executor_of(run, location, self._default)
        config = read_executor_config(chosen.name, chosen.config)
        if isinstance(config, InProcessConfig):
            return OneProcessExecutor(location)
        if isinstance(config, DaskConfig):
            return (await self._cluster(self._with_address(config))).executor(location, config)
        return ProcessesExecutor(location, config)

    async def close(self) -> None:
        """Leave the clusters, and end those that were started here."""
        clusters = list(self._clusters.values())
        self._clusters.clear()
        for cluster in clusters:
            await cluster.close()

    def _with_address(self, config: DaskConfig) -> DaskConfig:
        address = config.address or self._default.config.get("address") or self._environment.get(DASK_ADDRESS)
        return DaskConfig(address=address, workers=config.workers)

    async def _cluster(self, config: DaskConfig) -> DaskCluster:
        # The package is an extra, and takes its time to import.
        from headwater.execution.executors.dask_cluster import DaskCluster

        known = self._clusters.get(config)
        if known is None or not known.is_connected:
            known = self._clusters[config] = await DaskCluster.connect(config)
        return known
