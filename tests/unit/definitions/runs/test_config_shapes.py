"""What the shape of a class of config tells without its code: never more than the class itself would refuse."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import uuid
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, create_model, field_validator, model_validator

import headwater as hw
from headwater.definitions.resources.config_shape import shape_of
from headwater.definitions.runs.config_shapes import check_shape
from headwater.definitions.runs.run_config import with_env_vars
from headwater.errors import InvalidConfigError


class Colour(enum.Enum):
    """One of two."""

    RED = "red"
    BLUE = 2


class Inner(hw.Config):
    """A config in a config."""

    depth: int
    label: str | None = None


class Tree(hw.Config):
    """One that holds itself."""

    name: str
    children: tuple[Tree, ...] = ()


class Window(hw.Config):
    """What most look like."""

    days: Annotated[int, Field(ge=1, le=31)]
    region: Literal["eu", "us"] = "eu"
    tables: tuple[str, ...] = ()
    inner: Inner | None = None


class Odd(hw.Config):
    """Takes what its types do not say."""

    week: int = 1
    day: Annotated[int, BeforeValidator(len)] = 1
    names: str = Field("x", validation_alias=AliasChoices("one", "two"))

    @field_validator("week", mode="before")
    @classmethod
    def by_word(cls, value: Any) -> Any:
        """The word is a number, too."""
        return 7 if value == "seventh" else value


class Rewritten(hw.Config):
    """Takes a field under an old name."""

    days: int

    @model_validator(mode="before")
    @classmethod
    def renamed(cls, data: Any) -> Any:
        """As it was called before."""
        return {"days": data["dayz"]} if "dayz" in data else data


class ByEitherName(hw.Config):
    """A field of two names."""

    model_config = ConfigDict(populate_by_name=True, coerce_numbers_to_str=True)
    days: str = Field(alias="Days")


class Loose(hw.PermissiveConfig):
    """Takes more."""

    days: int


TYPES = [
    int, float, bool, str, list, dict, Any, None, Path, bytes, decimal.Decimal, uuid.UUID, dt.date,
    dt.datetime, dt.timedelta, Colour, Inner, Tree, Literal["a", 1], list[int], set[str], tuple[int, str],
    dict[str, int], int | None, int | list[str], Annotated[int, Field(gt=0)], Annotated[str, Field(max_length=2)],
    Annotated[list[int], Field(min_length=1)], complex, type, object,
]  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["1", " 2 ", "1.5", "1_000", "yes", "a", "red", "eu", "2026-01-02", "PT3S", "1e3", "infinity"])
    | st.sampled_from([{"env": "NAME"}, {"env_int": "NAME"}, {"depth": 1}, {"name": "a", "children": [{"name": "b"}]}]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["depth", "name", "a"]), inner),
    max_leaves=4,
)


def fits(model: type[hw.Config], config: Any) -> bool:
    """Whether the shape of the class takes it, after a way over the wire."""
    shape = json.loads(json.dumps(shape_of(model)))
    try:
        check_shape(shape, with_env_vars(config), "it")
    except InvalidConfigError:
        return False
    return True


@given(st.sampled_from(TYPES), VALUES)
def test_nothing_is_refused_that_the_class_takes(kind: Any, value: Any) -> None:
    """Whatever the type of a field and whatever is given."""
    model = create_model("model", __base__=hw.Config, field=(kind, ...))
    try:
        model(**with_env_vars({"field": value}))
    except InvalidConfigError:
        return

    assert fits(model, {"field": value})


@pytest.mark.parametrize(
    ("model", "config"),
    [
        (Odd, {"week": "seventh", "day": "abc", "two": "y"}),
        (Rewritten, {"dayz": 3}),
        (ByEitherName, {"days": 3}),
        (ByEitherName, {"Days": "3"}),
        (Loose, {"days": 3, "more": object}),
        (Window, {"days": {"env_int": "DAYS"}, "inner": {"depth": "4"}}),
    ],
)
def test_what_only_code_can_tell_is_left_to_it(model: type[hw.Config], config: Any) -> None:
    """Validators that see the value first, fields of several names, variables of the environment."""
    assert fits(model, {name: value for name, value in config.items() if value is not object})


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "days is missing"),
        ({"dayz": 1, "days": 2}, "dayz is no field of it"),
        ({"days": "a week"}, "days is a whole number, but got text"),
        ({"days": 1.5}, "days is a whole number, but got a number"),
        ({"days": None}, "days is a whole number, but got nothing"),
        ({"days": 40}, "days is at most 31"),
        ({"days": 0}, "days is at least 1"),
        ({"days": 1, "region": "mars"}, "region is one of 'eu', 'us'"),
        ({"days": 1, "tables": "a"}, "tables is a list, but got text"),
        ({"days": 1, "tables": ["a", 2]}, "tables.1 is text, but got a number"),
        ({"days": 1, "inner": {"depth": True, "more": 1}}, "inner.more is no field of it"),
        ({"days": 1, "inner": {"depth": []}}, "inner.depth is a whole number, but got a list"),
    ],
)
def test_what_does_not_fit_is_named(config: dict[str, Any], said: str) -> None:
    """With the field, and the class refuses it just so."""
    with pytest.raises(InvalidConfigError) as refused:
        check_shape(shape_of(Window), config, "'report'")

    assert f"The config of 'report' does not fit: {said}. Set or correct these fields." == str(refused.value)
    with pytest.raises(InvalidConfigError):
        Window(**config)


def test_a_shape_holds_neither_defaults_nor_descriptions() -> None:
    """Which may be secret, or long; a field that is called like one of them stays."""

    class Secret(hw.Config):
        """A docstring."""

        password: str = "hunter2"
        default: int = Field(3, description="A field of that name.")

    assert "hunter2" not in str(shape_of(Secret))
    assert {"password", "default"} == set(shape_of(Secret)["properties"])
    assert "docstring" not in str(shape_of(Secret))
    assert "A field of that name" not in str(shape_of(Secret))


def test_a_class_that_refers_to_itself_is_held_by_any_number_of_others() -> None:
    """What lets each of its fields take an `EnvVar` is put around it once, not once more for each of them."""
    for number in range(1_000):
        holder = create_model(f"holder_{number}", __base__=hw.Config, tree=(Tree, ...))

    assert fits(holder, {"tree": {"name": "a", "children": [{"name": "b"}]}})
    assert not fits(holder, {"tree": {"name": "a", "children": [{"nam": "b"}]}})
