"""The resources of a run or tick inside the process that needs them: set up when first asked for, then torn down."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import msgspec

from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.resources.definition import (
    InitResourceContext,
    ResourceDefinition,
    Resources,
    check_resources,
)
from headwater.definitions.resources.env_vars import resolve_env_vars
from headwater.errors import InvalidDefinitionError, UnknownResourceError


class _Shared(msgspec.Struct, frozen=True):
    """A resource of a wider scope, which sets it up and tears it down."""

    scope: ResourceScope
    name: str


class ResourceScope(AbstractContextManager["ResourceScope"]):
    """Resources by name. Each is set up once, those that it needs before it, and torn down in reverse order."""

    def __init__(
        self,
        definitions: Mapping[str, Any],
        *,
        config: Mapping[str, Any] | None = None,
        run_id: str | None = None,
        log: ContextLog | None = None,
    ) -> None:
        """Prepare; nothing is set up yet.

        Args:
            definitions: The resources as `Definitions` has them.
            config: What the run says of them, by name.
            run_id: The run.
            log: Where they write.
        """
        self._definitions = definitions
        self._config = config or {}
        self._run_id = run_id
        self._log = log
        self._ready: dict[str, Any] = {}
        self._nested: dict[int, Any] = {}
        self._under_way: list[str] = []
        self._stack = ExitStack()

    def __exit__(self, *failure: Any) -> bool | None:
        return self._stack.__exit__(*failure)

    def get(self, name: str) -> Any:
        """The resource of a name, set up.

        Raises:
            UnknownResourceError: there is none.
            InvalidConfigError: an environment variable that it names is not set, or its config does not fit.
            InvalidDefinitionError: it needs itself.
        """
        if name in self._ready:
            return self._ready[name]
        if name not in self._definitions:
            raise UnknownResourceError(
                f"There is no resource {name!r}. Add it: Definitions(resources={{{name!r}: ...}}), or resources= of "
                "what you call."
            )
        if name in self._under_way:
            circle = " → ".join((*self._under_way, name))
            raise InvalidDefinitionError(f"Resources require each other in a circle: {circle}. Break it up.")
        self._under_way.append(name)
        try:
            self._ready[name] = self._set_up(self._definitions[name], self._config.get(name))
        finally:
            self._under_way.pop()
        return self._ready[name]

    def among(self, names: Iterable[str]) -> Resources:
        """Access to some of the resources, as contexts have it."""
        return Resources(frozenset(names), self.get)

    def with_more(self, definitions: Mapping[str, Any]) -> ResourceScope:
        """A scope with further resources, which are torn down with it; these stay."""
        ready = {name: _Shared(self, name) for name in self._definitions if name not in definitions}
        return ResourceScope({**ready, **definitions}, config=self._config, run_id=self._run_id, log=self._log)

    def _set_up(self, resource: Any, config: Any) -> Any:
        if isinstance(resource, _Shared):
            return resource.scope.get(resource.name)
        if isinstance(resource, ResourceDefinition):
            return self._stack.enter_context(self._call(resource, config))
        # What configures with pydantic is recognised by what it can do, so that others need not import it.
        at_launch = getattr(type(resource), "at_launch", None)
        if at_launch is not None:
            return self._set_up(resource.at_launch(config or {}), None)
        if hasattr(type(resource), "ready_for"):
            if config:
                given = {name: getattr(resource, name) for name in resource.model_fields_set}
                resource = type(resource)(**{**given, **config})
            return self._enter(resource)
        return resource

    def _enter(self, resource: Any) -> Any:
        nested = {field: self._set_up_nested(value) for field, value in resource.nested_resources().items()}
        context = InitResourceContext(
            resource_config=None, resources=Resources(frozenset(), self.get), log=self._log, run_id=self._run_id
        )
        ready = resource.ready_for(context, nested)
        return self._stack.enter_context(_as_context_manager(ready.yield_for_execution(context)))

    def _set_up_nested(self, resource: Any) -> Any:
        """One object in several places is one resource."""
        for name, known in self._definitions.items():
            if known is resource:
                return self.get(name)
        if id(resource) not in self._nested:
            self._nested[id(resource)] = self._set_up(resource, None)
        return self._nested[id(resource)]

    @contextmanager
    def _call(self, resource: ResourceDefinition, config: Any) -> Iterator[Any]:
        given = resource.config if config is None else config
        context = InitResourceContext(
            resource_config=_checked(resource, given),
            resources=self.among(resource.required_resource_keys),
            log=self._log,
            run_id=self._run_id,
        )
        made = resource.resource_fn(context) if resource.takes_context else resource.resource_fn()
        if inspect.isgenerator(made):
            with _as_context_manager(made) as value:
                yield value
        elif isinstance(made, AbstractContextManager) and hasattr(resource.resource_fn, "__wrapped__"):
            with made as value:
                yield value
        else:
            yield made


def check_resource_config(definitions: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """See that what a run says of its resources fits them, and that nothing of what they need is missing.

    Raises:
        InvalidConfigError: it does not.
    """
    for name, resource in definitions.items():
        given = config.get(name)
        if isinstance(resource, ResourceDefinition):
            if given is not None:
                _checked(resource, given)
        elif hasattr(type(resource), "at_launch"):
            resource.at_launch(given or {})
        elif hasattr(type(resource), "ready_for") and given:
            fields = {field: getattr(resource, field) for field in resource.model_fields_set}
            type(resource)(**{**fields, **given})


def _checked(resource: ResourceDefinition, config: Any) -> Any:
    """The config of a resource that a function makes, as its schema wants it."""
    if resource.config_schema is None:
        return resolve_env_vars(config or {}, "The config of a resource")
    from headwater.definitions.resources.config_schema import model_of  # pydantic, which only some need

    model = model_of(resource.config_schema, getattr(resource, "__name__", "resource"))
    return model(**(config or {})).resolve_env_vars().model_dump()


def _as_context_manager(made: Any) -> AbstractContextManager[Any]:
    """What a resource yields: a generator, or a context manager, as a context manager."""
    return contextmanager(lambda: made)() if inspect.isgenerator(made) else made


@contextmanager
def build_resources(
    resources: Mapping[str, Any], *, resource_config: Mapping[str, Any] | None = None, run_id: str | None = None
) -> Iterator[Resources]:
    """Set up resources outside a run, as a script or a test needs them, and tear them down at the end.

    Args:
        resources: By name, as `Definitions` takes them.
        resource_config: What is said of some of them, by name: `{"lake": {"config": {…}}}`.
        run_id: The run that they are to be set up for.

    Raises:
        InvalidConfigError: an environment variable that one names is not set, or its config does not fit.
        InvalidDefinitionError: they require each other in a circle.

    Example:
        >>> with build_resources({"rates": {"EUR": 1.1}}) as ready:
        ...     ready.rates["EUR"]
        1.1
    """
    checked = check_resources(resources, "resources of build_resources")
    config = {name: each.get("config", each) for name, each in (resource_config or {}).items()}
    with ResourceScope(checked, config=config, run_id=run_id, log=RecordedLog()) as scope:
        yield scope.among(checked)
