"""From definitions to their serialisable picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.deps import AssetDep
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.definitions import Definitions
from headwater.definitions.metadata.infer import to_wire
from headwater.definitions.resources.described import describe_config, describe_resource
from headwater.definitions.run_ops import check_config_names, keys_of_job, keys_of_request
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.schedules.definition import DefaultScheduleStatus, ScheduleDefinition
from headwater.definitions.selectable import target_keys
from headwater.definitions.selection import AssetSelection
from headwater.definitions.selection.runnable import refuse_external
from headwater.definitions.sensors.condition_sensors import AutomationConditionSensorDefinition
from headwater.definitions.sensors.definition import DefaultSensorStatus, SensorDefinition, Watch
from headwater.definitions.snapshot import (
    AssetSnapshot,
    CheckSnapshot,
    DefinitionsSnapshot,
    JobSnapshot,
    ScheduleSnapshot,
    SensorSnapshot,
    SourceRef,
    WatchSnapshot,
)
from headwater.definitions.source import describe_source
from headwater.errors import HeadwaterError, InvalidDefinitionError
from headwater.keys import AssetKey

_DEFAULT_GROUP = "default"


def build_snapshot(defs: Definitions) -> DefinitionsSnapshot:
    """Everything that definitions say, as plain values in a fixed order.

    Raises:
        InvalidDefinitionError: they do not fit together; the message names both sides and the mend.
        ExternalAssetError: a sensor targets an asset that another system makes.
    """
    resolved = defs.resolve()
    assets = [
        _asset(spec, _condition(spec, defs), resolved.natives.get(key), resolved.observables.get(key))
        for key, spec in resolved.specs.items()
    ]
    stubs = [AssetSnapshot(key=key.to_escaped_user_string(), kind="stub") for key in resolved.stubs]
    checks = [
        _check(spec, _condition(spec, defs), resolved.checks.get(key)) for key, spec in resolved.check_specs.items()
    ]
    sensors = [_sensor(sensor, defs) for sensor in resolved.sensors.values()]
    assets = _with_default_conditions(assets, resolved.sensors, sensors)
    return DefinitionsSnapshot(
        assets=tuple(sorted((*assets, *stubs), key=lambda asset: asset.key)),
        checks=tuple(sorted(checks, key=lambda check: (check.asset_key, check.name))),
        sensors=tuple(sorted(sensors, key=lambda sensor: sensor.name)),
        schedules=tuple(_schedule(schedule, defs) for _, schedule in sorted(resolved.schedules.items())),
        jobs=tuple(_job(job, defs) for _, job in sorted(resolved.jobs.items())),
        metadata=to_wire(defs.metadata),
        executor=None if defs.executor is None else defs.executor.to_snapshot(),
        resources=tuple(describe_resource(name, each) for name, each in sorted(defs.resources.items())),
        warnings=resolved.warnings,
    )


def wrong_parts(defs: Definitions) -> Iterator[tuple[HeadwaterError, SourceRef | None]]:
    """What keeps each sensor, schedule and job from being part of the snapshot, and where it stands."""
    resolved = defs.resolve()
    parts: list[tuple[Any, Callable[..., object]]] = [
        *((sensor, _sensor) for sensor in resolved.sensors.values()),
        *((schedule, _schedule) for schedule in resolved.schedules.values()),
        *((job, _job) for job in resolved.jobs.values()),
    ]
    for item, make in parts:
        try:
            make(item, defs)
        except HeadwaterError as error:
            yield error, item.source


def wrong_conditions(defs: Definitions) -> Iterator[tuple[HeadwaterError, SourceRef | None]]:
    """The automation conditions of assets and checks that can't be written down, and where each stands."""
    resolved = defs.resolve()
    specs: list[AssetSpec | AssetCheckSpec] = [*resolved.specs.values(), *resolved.check_specs.values()]
    for spec in specs:
        try:
            _condition(spec, defs)
        except HeadwaterError as error:
            yield error, spec.source


@contextmanager
def _named(kind: str, item: SensorDefinition | ScheduleDefinition | JobDefinition) -> Iterator[None]:
    """Errors say whose selection it is, and where that stands, unless they do already."""
    try:
        yield
    except HeadwaterError as error:
        place = describe_source(item.source)
        if place not in str(error):
            error.args = (f"{kind} {item.name!r} ({place}): {error}",)
        raise


def _with_default_conditions(
    assets: list[AssetSnapshot], sensors: dict[str, SensorDefinition], snapshots: list[SensorSnapshot]
) -> list[AssetSnapshot]:
    """The assets, those without a condition with that of a switch which has one for them."""
    defaults: dict[str, AutomationCondition] = {}
    for snapshot in snapshots:
        sensor = sensors[snapshot.name]
        if isinstance(sensor, AutomationConditionSensorDefinition) and sensor.default_condition is not None:
            defaults.update(dict.fromkeys(snapshot.targets or (), sensor.default_condition.plain()))
    if not defaults:
        return assets
    return [
        msgspec.structs.replace(asset, condition=defaults[asset.key])
        if asset.condition is None and asset.key in defaults
        else asset
        for asset in assets
    ]


def _asset(
    spec: AssetSpec,
    condition: AutomationCondition | None,
    native: AssetsDefinition | None,
    observable: AssetsDefinition | None,
) -> AssetSnapshot:
    maker = native or observable
    return AssetSnapshot(
        key=spec.key.to_escaped_user_string(),
        kind="external" if native is None else "native",
        deps=_keys(spec.deps),
        mappings={
            key.to_escaped_user_string(): mapping.to_snapshot() for key, mapping in spec.partition_mappings.items()
        },
        description=spec.description,
        metadata=to_wire(spec.metadata),
        group=spec.group_name or _DEFAULT_GROUP,
        owners=spec.owners,
        tags=spec.tags,
        kinds=tuple(sorted(spec.kinds)),
        code_version=spec.code_version,
        partitions=None if spec.partitions_def is None else spec.partitions_def.to_snapshot(),
        condition=condition,
        timeout=None if maker is None else maker.timeout,
        source=spec.source,
        op=maker.op_name if maker is not None and len(maker.specs) > 1 else None,
        can_subset=maker is not None and maker.can_subset,
        observable=observable is not None,
        retry=None if maker is None else maker.retry_policy,
        config=None if maker is None else describe_config(maker.needs, maker.op_name),
        pool=None if maker is None else maker.pool,
        op_tags={} if maker is None else maker.op_tags,
        freshness=spec.freshness_policy,
        virtual=spec.is_virtual,
        backfill=None if maker is None else maker.backfill_policy,
    )


def _check(
    spec: AssetCheckSpec, condition: AutomationCondition | None, definition: AssetCheckDefinition | None
) -> CheckSnapshot:
    return CheckSnapshot(
        asset_key=spec.asset_key.to_escaped_user_string(),
        name=spec.name,
        deps=_keys(spec.additional_deps),
        description=spec.description,
        blocking=spec.blocking,
        executable=definition is not None,
        metadata=to_wire(spec.metadata),
        timeout=None if definition is None else definition.timeout,
        source=spec.source,
        retry=None if definition is None else definition.retry_policy,
        config=None if definition is None else describe_config(definition.needs, definition.op_name),
        op=definition.op_name if definition is not None and len(definition.specs) > 1 else None,
        can_subset=definition is not None and definition.can_subset,
        partitioned=spec.partitions_def is not None,
        condition=condition,
        pool=None if definition is None else definition.pool,
        op_tags={} if definition is None else definition.op_tags,
    )


def _condition(item: AssetSpec | AssetCheckSpec | JobDefinition, defs: Definitions) -> AutomationCondition | None:
    """The condition of an asset, check or job as it is written down, once all that it looks at is known to be there."""
    condition = item.automation_condition
    if condition is None:
        return None
    try:
        for text in condition.looks_at():
            defs.selection_index.select(AssetSelection.from_string(text).node)
        return condition.plain()
    except HeadwaterError as error:
        name = item.name if isinstance(item, JobDefinition) else item.key.to_user_string()
        kind = "job" if isinstance(item, JobDefinition) else "asset" if isinstance(item, AssetSpec) else "check"
        whose = f"{kind} {name!r} ({describe_source(item.source)})"
        raise InvalidDefinitionError(f"The condition of {whose}: {error}") from error


def _sensor(sensor: SensorDefinition, defs: Definitions) -> SensorSnapshot:
    with _named("Sensor", sensor):
        return SensorSnapshot(
            **_tick(sensor, defs, sensor.default_status in (None, DefaultSensorStatus.RUNNING)),
            kind=sensor.kind,
            minimum_interval=sensor.minimum_interval_seconds,
            watch=None if sensor.watch is None else _watch(sensor.watch, defs),
            run_tags=dict(sensor.run_tags) if isinstance(sensor, AutomationConditionSensorDefinition) else {},
        )


def _schedule(schedule: ScheduleDefinition, defs: Definitions) -> ScheduleSnapshot:
    with _named("Schedule", schedule):
        if schedule.run_config:
            targets = target_keys(schedule.run_targets.assets, defs.selection_index)
            check_config_names(
                defs, schedule.run_config, keys_of_request(defs, schedule.run_targets.job_names, targets)
            )
        return ScheduleSnapshot(
            **_tick(schedule, defs, schedule.default_status in (None, DefaultScheduleStatus.RUNNING)),
            crons=schedule.cron_schedule,
            timezone=schedule.execution_timezone,
            catch_up=schedule.catch_up,
        )


def _tick(item: SensorDefinition | ScheduleDefinition, defs: Definitions, running_by_default: bool) -> dict[str, Any]:
    targets = item.run_targets.assets
    if isinstance(targets, AssetSelection):
        if isinstance(item, ScheduleDefinition):
            refuse_external(targets, defs.selection_index, f"Schedule {item.name!r} ({describe_source(item.source)})")
        targets = target_keys(targets, defs.selection_index)
    return {
        "name": item.name,
        "description": item.description,
        "timeout": item.timeout,
        "running_by_default": running_by_default,
        "status_declared": item.default_status is not None,
        "targets": None if targets is None else _escaped(targets),
        "jobs": item.run_targets.job_names,
        "tags": item.tags,
        "metadata": to_wire(item.metadata),
        "owners": item.owners,
        "source": item.source,
    }


def _watch(watch: Watch, defs: Definitions) -> WatchSnapshot:
    assets = watch.assets
    if isinstance(assets, AssetSelection):
        index = defs.selection_index
        assets = tuple(
            AssetKey.from_escaped_user_string(index.assets[number].key) for number in index.select(assets.node)
        )
    return WatchSnapshot(
        kinds=watch.kinds,
        assets=None if assets is None else _escaped(assets),
        jobs=watch.jobs,
        everywhere=watch.everywhere,
        from_latest=watch.from_latest,
        one_by_one=watch.one_by_one,
    )


def _job(job: JobDefinition, defs: Definitions) -> JobSnapshot:
    with _named("Job", job):
        return _job_snapshot(job, defs)


def _job_snapshot(job: JobDefinition, defs: Definitions) -> JobSnapshot:
    partitions = job.partitions_def
    made = job.resolve(lambda: defs.selection_index)
    if job.run_config:
        check_config_names(defs, job.run_config, keys_of_job(defs, job))
    if job.automation_condition is not None:
        _check_automated(job, made, defs)
    return JobSnapshot(
        name=job.name,
        assets=_escaped(made),
        selection=str(job.selection),
        checks=tuple(
            (key.asset_key.to_escaped_user_string(), key.name)
            for key in job.resolve_checks(lambda: defs.selection_index)
        ),
        description=job.description,
        run_config=job.run_config,
        tags=job.tags,
        run_tags=job.run_tags,
        metadata=to_wire(job.metadata),
        partitions=None if partitions is None else partitions.to_snapshot(),
        owners=job.owners,
        source=job.source,
        executor=None if job.executor_def is None else job.executor_def.to_snapshot(),
        retry=job.op_retry_policy,
        condition=_condition(job, defs),
    )


def _check_automated(job: JobDefinition, made: tuple[AssetKey, ...], defs: Definitions) -> None:
    """See that a condition can ask for the whole job at once, for one partition at a time where it has some."""
    where = f"Job {job.name!r} ({describe_source(job.source)}) has an automation condition, but"
    if not made:
        raise InvalidDefinitionError(f"{where} makes no asset. Give its checks conditions of their own instead.")
    of_assets = {key: defs.resolve().specs[key].partitions_def for key in made}
    first, *others = of_assets
    other = next((key for key in others if of_assets[key] != of_assets[first]), None)
    if other is not None:
        raise InvalidDefinitionError(
            f"{where} its assets {first.to_user_string()!r} and {other.to_user_string()!r} have different partitions, "
            "so no run is for one partition of all. Narrow the selection to assets with the same partitions_def."
        )


def _keys(deps: tuple[AssetDep, ...]) -> tuple[str, ...]:
    return _escaped(tuple(dep.asset_key for dep in deps))


def _escaped(keys: tuple[AssetKey, ...]) -> tuple[str, ...]:
    return tuple(sorted(key.to_escaped_user_string() for key in keys))
