"""What the run requests of a sensor or schedule may ask for: assets, or jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from headwater.definitions.arguments import check_printable, check_several, check_type
from headwater.definitions.assets.deps import HasAssetKey
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensors.requests import check_selection
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetKey, CoercibleToAssetKey

Targets: TypeAlias = Sequence[CoercibleToAssetKey | HasAssetKey] | str | AssetSelection
Job: TypeAlias = JobDefinition | Sequence[JobDefinition]


@dataclass(frozen=True, kw_only=True)
class TickTargets:
    """Assets, or the names of jobs; `jobs` are those that were given as definitions. All None or empty for any."""

    assets: tuple[AssetKey, ...] | AssetSelection | None = None
    job_names: tuple[str, ...] = ()
    jobs: tuple[JobDefinition, ...] = ()


NO_TARGETS = TickTargets()


def read_targets(
    of: str,
    *,
    job_name: Any = None,
    job: Any = None,
    jobs: Any = None,
    asset_selection: Any = None,
    target: Any = None,
) -> TickTargets:
    """What a decorator was given, of which at most one is allowed.

    Args:
        of: The definition's name in an error, such as `of sensor 'new_files'`.
        job_name: The name of a job.
        job: A job.
        jobs: Several jobs.
        asset_selection: Assets.
        target: Assets, one asset, or a job.

    Raises:
        InvalidDefinitionError: several are given.
        InvalidParameterError: one has the wrong type.
    """
    options = {"job_name": job_name, "job": job, "jobs": jobs, "asset_selection": asset_selection, "target": target}
    given = [name for name, value in options.items() if value is not None]
    if len(given) > 1:
        raise InvalidDefinitionError(f"{' and '.join(given)} {of} say the same thing; leave all but one out.")
    if job_name is not None:
        return TickTargets(job_names=(check_printable(job_name, f"job_name {of}"),))
    several = check_several(jobs, f"jobs {of}") if job is None else [job]
    if isinstance(target, JobDefinition) or _holds_jobs(target):
        several = [target] if isinstance(target, JobDefinition) else list(target)
    if several or jobs is not None:
        return _of_jobs(several, of)
    assets = target if asset_selection is None else asset_selection
    if isinstance(assets, (str, AssetSelection)):
        return TickTargets(assets=AssetSelection.from_coercible(assets))
    if isinstance(getattr(assets, "key", None), AssetKey) and asset_selection is None:
        assets = [assets]
    return TickTargets(assets=check_selection(assets, f"{given[0] if given else 'target'} {of}"))


def _of_jobs(jobs: Sequence[Any], of: str) -> TickTargets:
    checked = tuple(
        check_type(job, JobDefinition, f"An element of jobs {of}", "a job of define_asset_job") for job in jobs
    )
    if not checked:
        raise InvalidDefinitionError(f"jobs {of} is empty; name at least one job, or leave it out.")
    return TickTargets(job_names=tuple(job.name for job in checked), jobs=checked)


def _holds_jobs(target: Any) -> bool:
    return (
        isinstance(target, (list, tuple)) and bool(target) and all(isinstance(each, JobDefinition) for each in target)
    )
