"""Config and resources that are pydantic models. Imported when one is first used, since pydantic takes a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, PrivateAttr, SkipValidation, ValidationError
from pydantic_core import CoreSchema, core_schema

from headwater.definitions.resources.definition import ConfigBase, InitResourceContext, ResourceBase, refuse_assignment
from headwater.definitions.resources.env_vars import holds_env_var, resolve_env_vars
from headwater.definitions.resources.io_managers import IOManager
from headwater.errors import InvalidConfigError, InvalidInvocationError

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)

if TYPE_CHECKING:
    ResourceDependency = Annotated[_T, "resource"]
else:

    class ResourceDependency:
        """A field that holds another resource of any type: `writer: ResourceDependency[Writer]`.

        Example:
            >>> class Report(ConfigurableResource):
            ...     lines: ResourceDependency[list]
            >>> Report(lines=["late", "again"]).lines
            ['late', 'again']
        """

        def __class_getitem__(cls, item: Any) -> Any:
            return Annotated[item, SkipValidation]


def _is_config(value: object) -> bool:
    return isinstance(value, ConfigBase)


def _keep_deferred(value: Any, validate: Callable[[Any], Any]) -> Any:
    if holds_env_var(value) or isinstance(value, (ResourceBase, LaunchTimeResource)):
        return value
    return validate(value)


def keeps_deferred(schema: Any) -> bool:
    """Whether a schema is what a field here has around that of its type."""
    return schema["type"] == "function-wrap" and schema["function"]["function"] is _keep_deferred


def _defer_fields(schema: Any) -> None:
    """Wrap the schema of each field of a model, wherever the model stands in its schema."""
    while schema.get("type") != "model-fields":
        if schema["type"] == "definitions":
            # A model that refers to itself; its fields stand apart.
            for definition in schema["definitions"]:
                _defer_fields(definition)
        following = schema.get("schema")
        if following is None:
            return
        schema = following
    for field in schema["fields"].values():
        # The default stands around the schema of the type.
        owner = field["schema"] if field["schema"]["type"] == "default" else field
        if not keeps_deferred(owner["schema"]):
            # That of a model which refers to itself is shared by all that hold it.
            owner["schema"] = core_schema.no_info_wrap_validator_function(_keep_deferred, owner["schema"])


class _Model(BaseModel):
    """A frozen model whose fields also take an `EnvVar`, read when the model is used."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True, protected_namespaces=()
    )
    _from_environment: frozenset[str] = PrivateAttr(default=frozenset())

    def __init__(self, **data: Any) -> None:
        """Check the values of the fields.

        Raises:
            InvalidConfigError: a field is missing, unknown or of the wrong type.
        """
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise InvalidConfigError(describe_faults(type(self).__name__, error)) from None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let every field take an `EnvVar` besides what its type allows."""
        schema = handler(source)
        _defer_fields(schema)
        return schema

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            refuse_assignment(self, name)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, ("…" if name in self._from_environment else value)

    def __str__(self) -> str:
        return repr(self)

    def resolve_env_vars(self) -> Any:
        """This model with the values that the environment holds now.

        Raises:
            InvalidConfigError: a variable is not set, or holds what the field does not take.
        """
        given = {name: getattr(self, name) for name in (*type(self).model_fields, *(self.model_extra or {}))}
        deferred = frozenset(name for name, value in given.items() if holds_env_var(value))
        nested = {
            name: value.resolve_env_vars()
            for name, value in given.items()
            if isinstance(value, _Model) and _is_config(value)
        }
        if not deferred and all(nested[name] is given[name] for name in nested):
            return self
        values = {
            name: resolve_env_vars(value, f"{name} of {type(self).__name__}")
            for name, value in {**given, **nested}.items()
            if name in self.model_fields_set
        }
        resolved = type(self)(**values)
        resolved._from_environment = deferred
        return resolved


class Config(_Model, ConfigBase):
    """What a run can set of a function's behaviour: a class whose fields have types and defaults.

    A parameter `config` of an asset or check that is annotated with a subclass gets it, filled from the run's config.

    Raises:
        InvalidConfigError: a field is missing, unknown or of the wrong type.

    Example:
        >>> class Window(Config):
        ...     days: int = 7
        >>> Window(days=3).days
        3
    """


class PermissiveConfig(Config):
    """Config that takes fields which it does not declare, too.

    Example:
        >>> class Query(PermissiveConfig):
        ...     table: str
        >>> Query(table="orders", limit=10).limit
        10
    """

    model_config = ConfigDict(extra="allow")


class LaunchTimeResource(msgspec.Struct, frozen=True):
    """A resource whose fields the run's config gives, or some of them. Made by `configure_at_launch`."""

    resource_class: type[ConfigurableResource]
    given: dict[str, Any]

    def at_launch(self, config: Mapping[str, Any]) -> ConfigurableResource:
        """The resource with what the run's config adds.

        Raises:
            InvalidConfigError: a field is missing, unknown or of the wrong type.
        """
        return self.resource_class(**{**self.given, **config})


class ConfigurableResource(_Model, ResourceBase):
    """A resource with settings: a class whose fields have types; an `EnvVar` may stand for any of them.

    Fields may hold other resources. What it opens is kept in private attributes, set in `setup_for_execution`.

    Raises:
        InvalidConfigError: a field is missing, unknown or of the wrong type.

    Example:
        >>> class Warehouse(ConfigurableResource):
        ...     host: str
        ...     password: str
        >>> Warehouse(host="db.example", password=EnvVar("WAREHOUSE_PASSWORD"))
        Warehouse(host='db.example', password=EnvVar('WAREHOUSE_PASSWORD'))
    """

    _resource_context: InitResourceContext | None = PrivateAttr(default=None)

    @classmethod
    def configure_at_launch(cls, **given: Any) -> LaunchTimeResource:
        """This resource with only some of its fields given; the run's config gives the others."""
        return LaunchTimeResource(cls, given)

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Open what functions will use. Called before the first one that needs the resource."""

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close what `setup_for_execution` opened. Called also when the work has failed."""

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator[Any]:
        """Both in one, as a generator: what it yields is what functions get."""
        self.setup_for_execution(context)
        try:
            yield self.create_resource(context)
        finally:
            self.teardown_after_execution(context)

    def create_resource(self, context: InitResourceContext) -> Any:
        """What functions get: this object, unless a subclass makes another one."""
        return self

    def get_resource_context(self) -> InitResourceContext:
        """The context of the set-up, for methods that want to log.

        Raises:
            InvalidInvocationError: the resource is not set up.
        """
        if self._resource_context is None:
            raise InvalidInvocationError(f"{type(self).__name__} has no context before it is set up for a run.")
        return self._resource_context

    def nested_resources(self) -> dict[str, ResourceBase | LaunchTimeResource]:
        """The resources that its fields hold, by field."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in fields.items() if isinstance(value, (ResourceBase, LaunchTimeResource))}

    def ready_for(self, context: InitResourceContext, nested: Mapping[str, Any]) -> ConfigurableResource:
        """A copy for one run: with what the environment holds now, and with its nested resources set up.

        Raises:
            InvalidConfigError: an environment variable is not set, or holds what the field does not take.
        """
        resolved: ConfigurableResource = self.resolve_env_vars()
        ready = resolved.model_copy(update=dict(nested))
        ready._resource_context = context
        return ready


class ConfigurableResourceFactory(ConfigurableResource, Generic[_T_co]):
    """A resource class that makes an object of another type: override `create_resource`.

    Example:
        >>> from decimal import Decimal
        >>> class Amount(ConfigurableResourceFactory[Decimal]):
        ...     text: str
        ...
        ...     def create_resource(self, context):
        ...         return Decimal(self.text)
        >>> Amount(text="1.50").create_resource(None)
        Decimal('1.50')
    """

    __test__: ClassVar[bool] = False

    def create_resource(self, context: InitResourceContext) -> Any:
        """What functions get."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it makes; write create_resource.")


class ConfigurableIOManager(ConfigurableResource, IOManager):
    r"""An IO manager with settings, written like a `ConfigurableResource`.

    Example:
        >>> from pathlib import Path
        >>> class Lines(ConfigurableIOManager):
        ...     folder: str
        ...
        ...     def handle_output(self, context, obj):
        ...         Path(self.folder, context.asset_key.path[-1]).write_text("\n".join(obj))
        ...
        ...     def load_input(self, context):
        ...         return Path(self.folder, context.asset_key.path[-1]).read_text().split("\n")
        >>> Lines(folder="out").folder
        'out'
    """


def describe_faults(name: str, error: ValidationError) -> str:
    """What a model did not take, without the values, of which some may be secret."""
    faults = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        place = ".".join(str(part) for part in fault["loc"]) or name
        if fault["type"] == "extra_forbidden":
            faults.append(f"{place} is no field of it")
        elif fault["type"] == "missing":
            faults.append(f"{place} is missing")
        else:
            faults.append(f"{place}: {fault['msg']}")
    return f"{name} was not given what it needs: {'; '.join(faults)}. Set or correct these fields."
