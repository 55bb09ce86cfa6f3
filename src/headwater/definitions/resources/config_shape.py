"""The shape of a class of config or resource as plain JSON Schema, for `runs.config_shapes`.

It is true of everything that the class takes: what only the code of the class could tell, it leaves open.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel, PydanticUserError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticOmit

from headwater.definitions.resources.configurable import keeps_deferred

_ABOUT = frozenset({"title", "description", "examples", "deprecated", "readOnly", "writeOnly", "pattern"})
_BY_NAME = ("populate_by_name", "validate_by_name", "coerce_numbers_to_str")


class _Shapes(GenerateJsonSchema):
    """Writes shapes; anything goes where a function of the class sees the value before its type does."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default", "skipped-discriminator"}  # noqa: RUF012

    def function_before_schema(self, schema: Any) -> dict[str, Any]:
        return {}

    def function_plain_schema(self, schema: Any) -> dict[str, Any]:
        return {}

    def function_wrap_schema(self, schema: Any) -> dict[str, Any]:
        # Each of our fields is wrapped, so that it takes an EnvVar.
        return self.generate_inner(schema["schema"]) if keeps_deferred(schema) else {}

    def complex_schema(self, schema: Any) -> dict[str, Any]:
        # Which pydantic calls text, and reads from numbers.
        return {}

    def default_schema(self, schema: Any) -> dict[str, Any]:
        # Without the default, which may be secret.
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: Any) -> dict[str, Any]:
        model: type[BaseModel] = schema["cls"]
        aliases = (field.validation_alias for field in model.model_fields.values())
        # Fields that go by several names; or a validator stands between the class and its fields.
        if (
            schema["schema"]["type"] != "model-fields"
            or any(isinstance(alias, (AliasChoices, AliasPath)) for alias in aliases)
            or any(model.model_config.get(name) for name in _BY_NAME)
        ):
            return {}
        return super().model_schema(schema)

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> dict[str, Any]:
        return {}


@lru_cache(maxsize=1_000)
def shape_of(model: type[BaseModel]) -> dict[str, Any]:
    """The shape of what a class takes; empty where nothing can be told of it."""
    try:
        return _without_words(model.model_json_schema(schema_generator=_Shapes))
    except (PydanticUserError, PydanticInvalidForJsonSchema, PydanticOmit, TypeError, ValueError):
        # Such as a type that says something odd of itself.
        return {}


def _without_words(shape: dict[str, Any]) -> dict[str, Any]:
    """A shape without what it says to people."""
    return {
        name: {field: _without_words(each) for field, each in value.items()}
        if name in ("properties", "$defs")
        else _without_words(value)
        if isinstance(value, dict)
        else [_without_words(each) if isinstance(each, dict) else each for each in value]
        if isinstance(value, list)
        else value
        for name, value in shape.items()
        if name not in _ABOUT and name != "default"
    }
