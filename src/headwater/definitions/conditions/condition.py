"""Automation conditions: when a native asset should be made, as an expression that can be stored and explained.

The operands are in `operands`, what users' own conditions get and give in `custom`; here is what joins and changes
conditions. `since` remembers at which point of the log its trigger last held, so an update that arrives while an
earlier one is being handled is never lost. What evaluates the expression is
`headwater.automation.conditions.decide`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, dataclass_transform

import msgspec

from headwater.definitions.conditions.operands import Operands
from headwater.definitions.selection import AssetSelection, CoercibleToAssetSelection
from headwater.definitions.selection.nodes import fields_of
from headwater.errors import InvalidDefinitionError, InvalidInvocationError, InvalidParameterError

CUSTOM = "custom"
"""The operand that stands for a user's own condition."""
_OF_DEPS = ("any_deps_", "all_deps_")
_LIMITS = {"allow": "allowing", "ignore": "ignoring"}


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class _ConditionType(msgspec.StructMeta):
    """Makes the classes of users' own conditions, whose fields are given by name."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        if any(isinstance(base, _ConditionType) for base in bases):
            if "__init__" in namespace:
                raise InvalidDefinitionError(
                    f"The condition {name} has an __init__, but a condition must be written down and told apart by its "
                    f"fields. Write them in the class, as in `limit: int = 10`, and give them by name: {name}(limit=3)."
                )
            options.setdefault("kw_only", True)
        return super().__new__(mcls, name, bases, namespace, **options)


class AutomationCondition(
    msgspec.Struct, Operands, metaclass=_ConditionType, frozen=True, kw_only=False, omit_defaults=True
):
    """A condition on one asset (or partition), built from operands and operators.

    Combine with `&`, `|`, `~`, `since`; take parts away with `without`; name a part with `with_label`. A subclass with
    a method `evaluate` is an operand of your own: it runs in the process of its code location, when the rest of the
    condition depends on it.

    Example:
        >>> condition = AutomationCondition.eager() & ~AutomationCondition.missing()
        >>> condition.op
        'and'
        >>> class Weekend(AutomationCondition):
        ...     def evaluate(self, context: AutomationContext) -> bool:
        ...         return context.evaluation_time.weekday() >= 5
        >>> (AutomationCondition.eager() & ~Weekend()).describe()
        '(eager and not Weekend)'
    """

    op: str = CUSTOM
    children: tuple[AutomationCondition, ...] = ()
    params: dict[str, Any] = {}
    label: str | None = None

    @classmethod
    def _operand(cls, op: str, *children: AutomationCondition, **params: Any) -> AutomationCondition:
        return cls(op, children, {name: value for name, value in params.items() if value is not None})

    # Ready-made conditions

    @staticmethod
    def eager() -> AutomationCondition:
        """Make the asset whenever something upstream was updated, once nothing upstream is missing or under way.

        Looks at the newest time window only; take `in_latest_time_window()` away to follow older ones too. An
        update that arrives while the asset is being made leads to one more run afterwards.
        """
        cls = AutomationCondition
        trigger = (cls.newly_missing() | cls.any_deps_updated()).with_label("something upstream was updated")
        return (
            cls.in_latest_time_window()
            & trigger.since_last_handled()
            & ~cls.any_deps_missing()
            & ~cls.any_deps_in_progress()
            & ~cls.in_progress()
        ).with_label("eager")

    @staticmethod
    def on_cron(cron_schedule: str, cron_timezone: str = "UTC") -> AutomationCondition:
        """Make the asset once for each tick of a cron schedule, as soon as everything upstream was updated after it.

        Looks at the newest time window only.

        Args:
            cron_schedule: Five fields.
            cron_timezone: An IANA name.

        Raises:
            InvalidParameterError: one of them is not understood.
        """
        cls = AutomationCondition
        return (
            cls.in_latest_time_window()
            & cls.cron_tick_passed(cron_schedule, cron_timezone).since_last_handled()
            & cls.all_deps_updated_since_cron(cron_schedule, cron_timezone)
        ).with_label(f"on_cron {cron_schedule} {cron_timezone}")

    @staticmethod
    def on_missing() -> AutomationCondition:
        """Make what becomes missing after the condition came into force, once nothing upstream is missing.

        Looks at the newest time window only.
        """
        cls = AutomationCondition
        trigger = cls.missing().newly_true().since_last_handled()
        return (cls.in_latest_time_window() & trigger & ~cls.any_deps_missing()).with_label("on_missing")

    # Operators

    def __and__(self, other: AutomationCondition) -> AutomationCondition:
        return _combine("and", self, other)

    def __or__(self, other: AutomationCondition) -> AutomationCondition:
        return _combine("or", self, other)

    def __invert__(self) -> AutomationCondition:
        return AutomationCondition("not", (self,))

    def since(self, reset: AutomationCondition) -> AutomationCondition:
        """True from the moment this condition is true until `reset` is."""
        return AutomationCondition("since", (self, AutomationCondition._checked(reset)))

    def newly_true(self) -> AutomationCondition:
        """True at the moment at which this condition becomes true."""
        return AutomationCondition("newly_true", (self,))

    def since_last_handled(self) -> AutomationCondition:
        """`since` the asset was last requested or updated, or the condition came into force."""
        cls = AutomationCondition
        handled = (cls.newly_requested() | cls.newly_updated() | cls.initial_evaluation()).with_label("handled")
        return self.since(handled)

    def without(self, condition: AutomationCondition) -> AutomationCondition:
        """This conjunction without one of its terms.

        Raises:
            InvalidParameterError: it is no conjunction, or the term is not among its own.
        """
        kept = tuple(child for child in self.children if child != condition)
        if self.op != "and" or len(kept) == len(self.children):
            raise InvalidParameterError(
                f"{condition.describe()} is not a term of {self.describe()}, so it can't be taken away from it."
            )
        return kept[0] if len(kept) == 1 else msgspec.structs.replace(self, children=kept)

    def replace(self, old: AutomationCondition | str, new: AutomationCondition) -> AutomationCondition:
        """This condition with every part replaced by `new` that equals `old`, or has that label or operand's name."""
        names = (self.label, type(self).__name__ if self.is_custom else self.op)
        if self == old or (isinstance(old, str) and old in names):
            return AutomationCondition._checked(new)
        return self._map_children(lambda child: child.replace(old, new))

    def allow(self, selection: CoercibleToAssetSelection) -> AutomationCondition:
        """This condition, looking at no upstream assets but those that a selection means.

        Raises:
            InvalidParameterError: it looks at no upstream assets, or the selection asks for their status.
            SelectionSyntaxError: the text is not a selection.

        Example:
            >>> AutomationCondition.any_deps_updated().allow("group:raw").describe()
            'any_deps_updated allowing group:raw'
        """
        return self._limited("allow", AssetSelection.from_coercible(selection))

    def ignore(self, selection: CoercibleToAssetSelection) -> AutomationCondition:
        """This condition, not looking at the upstream assets that a selection means.

        Raises:
            InvalidParameterError: it looks at no upstream assets, or the selection asks for their status.
            SelectionSyntaxError: the text is not a selection.

        Example:
            >>> condition = AutomationCondition.eager().ignore("tag:noisy or rates")
            >>> condition.looks_at()
            {'tag:noisy or rates': False}
        """
        return self._limited("ignore", AssetSelection.from_coercible(selection))

    def evaluate(self, context: Any) -> Any:
        """Say for what the condition holds; a condition of your own overrides this.

        Args:
            context: An `AutomationContext`: the asset, the moment, and the partitions that are asked about.

        Returns:
            An `AutomationResult`, True or False, or the keys of the partitions for which it holds.

        Raises:
            InvalidInvocationError: it is not overridden.
        """
        raise InvalidInvocationError(
            f"{self.describe()} is evaluated by the engine; in a test, use evaluate_automation_conditions. A condition "
            "of your own is a subclass of AutomationCondition with a method evaluate(self, context)."
        )

    @property
    def is_custom(self) -> bool:
        """Whether it is an operand that a user wrote as a class."""
        return type(self) is not AutomationCondition

    def parts(self) -> Iterator[AutomationCondition]:
        """It, and every part of it."""
        yield self
        for child in self.children:
            yield from child.parts()

    def plain(self) -> AutomationCondition:
        """The condition as it is written down: in place of a user's own, its class and its fields.

        Raises:
            InvalidDefinitionError: a class has no `evaluate`, or a field holds what can't be written down.
        """
        if self.is_custom:
            return AutomationCondition(CUSTOM, params=_written(self), label=self.label)
        if not self.children:
            return self
        children = tuple([child.plain() for child in self.children])
        is_same = all(after is before for after, before in zip(children, self.children, strict=True))
        return self if is_same else msgspec.structs.replace(self, children=children)

    def looks_at(self) -> dict[str, bool]:
        """The selections that limit which upstream assets it looks at, and whether each lets them in."""
        own = {self.params[name]: name == "allow" for name in _LIMITS if name in self.params}
        for child in self.children:
            own |= child.looks_at()
        return own

    def with_label(self, label: str) -> AutomationCondition:
        """The same condition under a name that people read."""
        return msgspec.structs.replace(self, label=label)

    def describe(self) -> str:
        """The condition as text, labels first."""
        if self.label:
            return self.label
        inner = [child.describe() for child in self.children]
        if self.op in ("and", "or"):
            return "(" + f" {self.op} ".join(inner) + ")"
        if self.op == "not":
            return f"not {inner[0]}"
        if self.op == "since":
            return f"({inner[0]} since {inner[1]})"
        if self.op == "newly_true":
            return f"{inner[0]} newly true"
        if self.op == CUSTOM:
            return _described(_written(self) if self.is_custom else self.params)
        given = [str(value) for name, value in self.params.items() if name not in _LIMITS]
        written = self.op + (f"({', '.join(inner + given)})" if inner or given else "")
        limits = [f" {_LIMITS[name]} {self.params[name]}" for name in _LIMITS if name in self.params]
        return written + "".join(limits)

    def _limited(self, name: str, selection: AssetSelection) -> AutomationCondition:
        if "status" in fields_of(selection.node):
            raise InvalidParameterError(
                f"A condition can't {name} by status:, as in {str(selection)!r}: it must mean the same assets as long "
                "as the definitions do. Use conditions such as any_deps_missing for how they stand."
            )
        limited = self._with_limit(name, selection)
        if limited == self and not self.looks_at():
            raise InvalidParameterError(
                f"{self.describe()} looks at no upstream asset, so there is none to {name}. Limit a condition such as "
                "any_deps_updated, or one that has it as a part."
            )
        return limited

    def _with_limit(self, name: str, selection: AssetSelection) -> AutomationCondition:
        if not self.op.startswith(_OF_DEPS):
            return self._map_children(lambda child: child._with_limit(name, selection))
        if name in self.params:
            known = AssetSelection.from_string(self.params[name])
            selection = known & selection if name == "allow" else known | selection
        return msgspec.structs.replace(self, params={**self.params, name: str(selection)})

    def _map_children(self, change: Callable[[AutomationCondition], AutomationCondition]) -> AutomationCondition:
        return msgspec.structs.replace(self, children=tuple(change(child) for child in self.children))


def _combine(op: str, left: AutomationCondition, right: AutomationCondition) -> AutomationCondition:
    """Join two conditions, keeping one flat list of terms while no label would be lost."""
    AutomationCondition._checked(right)
    terms = (*_terms(op, left), *_terms(op, right))
    return AutomationCondition(op, terms)


def _terms(op: str, condition: AutomationCondition) -> tuple[AutomationCondition, ...]:
    return condition.children if condition.op == op and condition.label is None else (condition,)


def _written(condition: AutomationCondition) -> dict[str, Any]:
    """What stands for a user's own condition where it is written down."""
    own = type(condition)
    name = f"{own.__module__}:{own.__qualname__}"
    if own.evaluate is AutomationCondition.evaluate:
        raise InvalidDefinitionError(f"The condition {name} has no method evaluate(self, context); write it.")
    inherited = {field.name for field in msgspec.structs.fields(AutomationCondition)}
    fields = {
        field.name: getattr(condition, field.name)
        for field in msgspec.structs.fields(own)
        if field.name not in inherited
    }
    try:
        plain = msgspec.to_builtins(fields, str_keys=True)
    except TypeError as error:
        raise InvalidDefinitionError(
            f"A field of the condition {name} can't be written down: {error}. Give it plain values, and make of them "
            "in evaluate whatever it needs."
        ) from error
    return {"class": name, **({"fields": plain} if plain else {})}


def _described(written: dict[str, Any]) -> str:
    name = written["class"].rpartition(":")[2].rpartition(".")[2]
    fields = ", ".join(f"{field}={value!r}" for field, value in written.get("fields", {}).items())
    return f"{name}({fields})" if fields else name
