"""Resources: what functions need besides data, such as a connection or a client; named once, on `Definitions`.

A resource is a plain object, a `ConfigurableResource`, or a function decorated with `@resource`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin, overload

from headwater.definitions.arguments import check_mapping, check_text
from headwater.definitions.functions.decorated import check_function
from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.functions.signature import count_parameters, default_name, look_like, read_docstring
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import find_source
from headwater.errors import InvalidInvocationError, UnknownResourceError

_T = TypeVar("_T")


class ResourceBase:
    """What every class of resources derives from, so that a parameter annotated with one is known to be a resource."""


class ConfigBase:
    """What every class of config derives from; the parameter `config` annotated with one gets the run's config."""


class _ResourceMark:
    """Marks an annotation as that of a resource."""


if TYPE_CHECKING:
    ResourceParam = Annotated[_T, _ResourceMark]
else:

    class ResourceParam:
        """Marks a parameter as a resource that is a plain object: `def report(db: ResourceParam[Connection])`.

        Example:
            >>> @asset
            ... def report(unit: ResourceParam[str]):
            ...     return f"in {unit}"
            >>> materialize_to_memory([report], resources={"unit": "EUR"}).output_for_node("report")
            'in EUR'
        """

        def __class_getitem__(cls, item: Any) -> Any:
            return Annotated[item, _ResourceMark]


def is_resource_annotation(annotation: Any) -> bool:
    """Whether a parameter with this annotation gets a resource."""
    if get_origin(annotation) is Annotated:
        return _ResourceMark in get_args(annotation)[1:]
    return isinstance(annotation, type) and issubclass(annotation, ResourceBase)


def is_config_annotation(annotation: Any) -> bool:
    """Whether a parameter with this annotation gets the run's config."""
    return isinstance(annotation, type) and issubclass(annotation, ConfigBase)


class Resources:
    """The resources of a run by name, as `context.resources` has them: `context.resources.warehouse`.

    Example:
        >>> build_asset_context(resources={"unit": "EUR"}).resources.unit
        'EUR'
    """

    __slots__ = ("_find", "_names")

    def __init__(self, names: frozenset[str], find: Callable[[str], Any]) -> None:
        """Give access to some resources.

        Args:
            names: Which.
            find: Gives the resource of a name, set up.
        """
        self._names = names
        self._find = find

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._names:
            named = ", ".join(sorted(self._names)) or "none"
            raise UnknownResourceError(
                f"The context has no resource {name!r}; those that this function asked for: {named}. Add it to "
                "required_resource_keys, or take it as a parameter."
            )
        return self._find(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))


@dataclass(frozen=True, kw_only=True)
class InitResourceContext:
    """What a resource can ask while it is set up or torn down.

    Args:
        resource_config: What it was configured with.
        resources: The resources that it requires.
        log: Where to write.
        run_id: The run that it is set up for; None outside one.

    Example:
        >>> @resource(config_schema={"unit": str})
        ... def price(context: InitResourceContext):
        ...     return f"in {context.resource_config['unit']}"
        >>> with build_resources({"price": price.configured({"unit": "EUR"})}) as resources:
        ...     resources.price
        'in EUR'
    """

    resource_config: Any = None
    resources: Resources = field(default_factory=lambda: Resources(frozenset(), lambda _name: None))
    log: ContextLog | None = None
    run_id: str | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ResourceDefinition(ResourceBase):
    """A function that makes a resource. Made by `@resource`; a generator tears down after its `yield`.

    Example:
        >>> @resource
        ... def numbers(context):
        ...     return [1, 2]
        >>> type(numbers).__name__
        'ResourceDefinition'
    """

    resource_fn: Callable[..., Any]
    takes_context: bool
    config_schema: Any = None
    config: Any = None
    required_resource_keys: frozenset[str] = frozenset()
    description: str | None = None
    source: SourceRef | None = None

    def __post_init__(self) -> None:
        look_like(self, self.resource_fn)

    def configured(self, config: Mapping[str, Any]) -> ResourceDefinition:
        """The same resource with its config set.

        Raises:
            InvalidConfigError: the config does not fit its schema.
        """
        return replace(self, config=check_mapping(config, "The config of a resource"))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function as if it were not decorated."""
        return self.resource_fn(*args, **kwargs)

    def __repr__(self) -> str:
        return f"ResourceDefinition({getattr(self, '__name__', '…')})"


@overload
def resource(resource_fn: Callable[..., Any], /) -> ResourceDefinition: ...


@overload
def resource(
    *,
    config_schema: Any = None,
    description: str | None = None,
    required_resource_keys: set[str] | frozenset[str] | None = None,
) -> Callable[[Callable[..., Any]], ResourceDefinition]: ...


def resource(
    resource_fn: Callable[..., Any] | None = None,
    /,
    *,
    config_schema: Any = None,
    description: str | None = None,
    required_resource_keys: set[str] | frozenset[str] | None = None,
) -> ResourceDefinition | Callable[[Callable[..., Any]], ResourceDefinition]:
    """Make a resource of the function that opens it; a generator yields it once, and closes it afterwards.

    Args:
        resource_fn: The function, where the decorator stands without parentheses. It may take an
            `InitResourceContext`.
        config_schema: What its config holds: names and their types.
        description: What it is; the docstring if left out.
        required_resource_keys: The resources that it finds in `context.resources`.

    Example:
        >>> @resource
        ... def scratch():
        ...     yield {"rows": 0}
        >>> next(scratch())
        {'rows': 0}
    """

    def decorate(function: Callable[..., Any]) -> ResourceDefinition:
        check_function(function, "resource")
        default_name(function, "resource")
        return ResourceDefinition(
            resource_fn=function,
            takes_context=count_parameters(function) > 0,
            config_schema=config_schema,
            required_resource_keys=frozenset(required_resource_keys or ()),
            description=read_docstring(function) if description is None else description,
            source=find_source(),
        )

    return decorate if resource_fn is None else decorate(resource_fn)


def check_resources(resources: object, where: str) -> dict[str, Any]:
    """Resources by name, as `Definitions` and `materialize` take them.

    Raises:
        InvalidParameterError: it is no dict, or a name is no text.
    """
    return {check_text(name, f"A name in {where}"): value for name, value in check_mapping(resources, where).items()}


def given_resources(resources: Mapping[str, Any] | None) -> Resources:
    """Resources as a test gives them, ready for use."""
    given = dict(resources or {})
    return Resources(frozenset(given), given.__getitem__)


def refuse_assignment(owner: object, name: str) -> None:
    """Say that a config or a resource does not change.

    Raises:
        InvalidInvocationError: always.
    """
    raise InvalidInvocationError(
        f"{type(owner).__name__} does not change once it is built, so {name} can't be set. What a resource opens "
        "belongs into a private attribute: `_client: Client = PrivateAttr()`."
    )


def build_init_resource_context(
    config: Any = None, resources: Mapping[str, Any] | None = None, *, run_id: str | None = None
) -> InitResourceContext:
    """A context with which a test calls the function of a resource; its log is a `RecordedLog`.

    Args:
        config: What the resource is configured with.
        resources: The resources that it requires, ready for use.
        run_id: The run that it is set up for.

    Example:
        >>> build_init_resource_context({"path": "lake"}).resource_config["path"]
        'lake'
    """
    return InitResourceContext(
        resource_config=config, resources=given_resources(resources), log=RecordedLog(), run_id=run_id
    )
