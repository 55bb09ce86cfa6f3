"""Resources that are missing, and those that nobody needs."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.specs import IO_MANAGER_METADATA
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.near import nearest
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.resources.definition import ResourceDefinition
from headwater.definitions.resources.io_managers import DEFAULT_IO_MANAGER
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import describe_source
from headwater.errors import InvalidDefinitionError


def missing_resources(collected: Collected) -> Iterator[Problem]:
    """What a function, a hook, a value or a resource needs must be there."""
    given = collected.resources
    for who, source, name, own in _needed(collected):
        if name not in own and name not in given and name != DEFAULT_IO_MANAGER:
            message = _describe(who if source is None else who.replace("{}", describe_source(source)), name, given)
            yield Problem(code="missing-resource", message=message, source=source, error=InvalidDefinitionError)


def unused_resources(collected: Collected) -> Iterator[Problem]:
    """A resource that nothing asks for is probably misspelt, or left over."""
    used = {name for _, _, name, own in _needed(collected) if name not in own}
    # Whoever is to read an external asset one day may find its reader there already.
    used.update(spec.metadata.get(IO_MANAGER_METADATA, "") for spec in collected.specs.values())
    for name in sorted(collected.resources.keys() - used - {DEFAULT_IO_MANAGER}):
        yield Problem(
            code="unused-resource",
            message=(
                f"Nothing needs the resource {name!r}. Take it out, or ask for it: with a parameter of this name, or "
                f"required_resource_keys={{{name!r}}}."
            ),
            source=collected.source,
        )


def _needed(collected: Collected) -> Iterator[tuple[str, SourceRef | None, str, Container[str]]]:
    """Who needs it (with a place for where that stands), where that stands, what it needs, and what it has itself."""
    for maker in collected.makers:
        yield from _needed_by_maker(maker)
        yield from _needed_by_readers(f"{maker.titled} ({{}})", maker, collected)
    for check in {id(check): check for check in collected.checks.values()}.values():
        title = f"{check.described[0].upper()}{check.described[1:]} ({{}})"
        yield from _needed_by_inputs(title, check)
        yield from _needed_by_readers(title, check, collected)
        for name in sorted(check.needs.resources):
            yield f"{title} needs", check.source, name, check.resource_defs
    yield from _needed_by_jobs(collected.jobs.values())
    for sensor in collected.sensors.values():
        for name in sorted(sensor.needs.resources):
            yield f"Sensor {sensor.name!r} ({{}}) needs", sensor.source, name, ()
    for schedule in collected.schedules.values():
        for name in sorted(schedule.needs.resources):
            yield f"Schedule {schedule.name!r} ({{}}) needs", schedule.source, name, ()
    for owner, resource in collected.resources.items():
        for name in sorted(resource.required_resource_keys) if isinstance(resource, ResourceDefinition) else ():
            yield f"Resource {owner!r} needs", None, name, ()


def _needed_by_jobs(jobs: Iterable[JobDefinition]) -> Iterator[tuple[str, SourceRef | None, str, Container[str]]]:
    for job in jobs:
        for hook in job.hooks:
            for name in sorted(hook.required_resource_keys):
                yield f"Hook {hook.name!r} of job {job.name!r} ({{}}) needs", job.source, name, ()


def _needed_by_inputs(
    title: str, owner: AssetsDefinition | AssetCheckDefinition
) -> Iterator[tuple[str, SourceRef | None, str, Container[str]]]:
    for entry in owner.inputs:
        if entry.manager_key is not None:
            yield f"{title} loads {entry.name!r} with", owner.source, entry.manager_key, owner.resource_defs


def _needed_by_readers(
    title: str, owner: AssetsDefinition | AssetCheckDefinition, collected: Collected
) -> Iterator[tuple[str, SourceRef | None, str, Container[str]]]:
    """What loads the external assets that a function takes, as their specs say."""
    for entry in owner.inputs:
        if entry.manager_key is None and entry.key not in collected.natives and entry.key not in collected.observables:
            spec = collected.specs.get(entry.key)
            reader = None if spec is None else spec.metadata.get(IO_MANAGER_METADATA)
            if reader is not None:
                yield f"{title} loads {entry.name!r}, as its spec says, with", owner.source, reader, ()


def _needed_by_maker(maker: AssetsDefinition) -> Iterator[tuple[str, SourceRef | None, str, Container[str]]]:
    own, source = maker.resource_defs, maker.source
    yield from _needed_by_inputs(f"{maker.titled} ({{}})", maker)
    for name in sorted(maker.needs.resources):
        yield f"{maker.titled} ({{}}) needs", source, name, own
    for hook in maker.hooks:
        for name in sorted(hook.required_resource_keys):
            yield f"Hook {hook.name!r} of {maker.described} ({{}}) needs", source, name, own
    for output in maker.outputs:
        manager = maker.io_manager_of(output.key)
        if manager is not None:
            yield f"{maker.titled} ({{}}) is stored by", source, str(manager), own


def _describe(who: str, name: str, given: Iterable[str]) -> str:
    near = nearest(name, given)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{who} the resource {name!r}, which is not there.{hint} Add it: Definitions(resources={{{name!r}: ...}})."
