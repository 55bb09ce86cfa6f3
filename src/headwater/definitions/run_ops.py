"""What a run's config can speak of: the functions of its assets and checks by name, and whether it names others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from headwater.definitions.definitions import Definitions
from headwater.definitions.resolve import Resolved
from headwater.definitions.resources.needs import Needs
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.runs.run_config import read_run_config
from headwater.keys import AssetKey


def needs_of_run(resolved: Resolved, keys: Iterable[AssetKey]) -> dict[str, Needs]:
    """By name, what the functions of some assets and of their checks need."""
    chosen = set(keys)
    makers = (resolved.natives.get(key) or resolved.observables.get(key) for key in chosen)
    needs = {maker.op_name: maker.needs for maker in makers if maker is not None}
    for check_key, check in resolved.checks.items():
        if check_key.asset_key in chosen:
            needs[check.op_name] = check.needs
    return needs


def keys_of_job(definitions: Definitions, job: JobDefinition) -> set[AssetKey]:
    """The assets that a job makes, or whose checks it carries out."""
    checks = job.resolve_checks(lambda: definitions.selection_index)
    return {*job.resolve(lambda: definitions.selection_index), *(check.asset_key for check in checks)}


def check_config_names(definitions: Definitions, config: Mapping[str, Any], keys: Iterable[AssetKey]) -> None:
    """See that the config of a run that is still to be requested names what the run will be of.

    Args:
        definitions: All.
        config: In its plain form.
        keys: The assets that the run will be of, or whose checks it will carry out.

    Raises:
        InvalidConfigError: it names something else, or an entry is not written `{"config": …}`.
    """
    resolved, meant = definitions.resolve(), set(keys)
    # What another code location makes, or what is not there at all, is judged when the run is planned.
    if meant and all(key in resolved.specs for key in meant):
        read_run_config(config, needs_of_run(resolved, meant), definitions.resources)


def keys_of_request(
    definitions: Definitions, jobs: Iterable[str], keys: Iterable[AssetKey] | None
) -> Iterable[AssetKey]:
    """The assets that a run can be of: those of its jobs, or else the given ones.

    Args:
        definitions: All.
        jobs: The jobs that it may be of, by name.
        keys: The assets where it is of no job.
    """
    known = definitions.resolve().jobs
    found = [known.get(name) for name in jobs]
    if not found:
        return keys or ()
    # A job of another code location may be of anything.
    return () if None in found else {key for job in found if job is not None for key in keys_of_job(definitions, job)}
