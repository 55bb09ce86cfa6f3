"""Metadata: inference, constructors, the wire, and what is refused."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from strategies import json_values, metadata, metadata_values, texts

import headwater as hw
from headwater.definitions.metadata.from_wire import from_wire
from headwater.definitions.metadata.infer import normalize_metadata, to_wire, wire_from_json
from headwater.definitions.snapshot import WireValue

V = hw.MetadataValue
KINDS = {
    "text",
    "url",
    "path",
    "notebook",
    "md",
    "json",
    "int",
    "float",
    "bool",
    "null",
    "asset",
    "run",
    "job",
    "timestamp",
    "table",
    "table_schema",
    "column_lineage",
}


@given(metadata)
def test_wire_round_trip_is_exact(values: dict[str, Any]) -> None:
    """Whatever metadata holds, its wire form comes back from JSON unchanged."""
    wire = to_wire(values)
    encoded = msgspec.json.encode(wire, order="deterministic")
    assert wire == msgspec.json.decode(encoded, type=dict[str, WireValue])


@given(metadata_values)
def test_every_value_has_a_known_kind(value: hw.MetadataValue) -> None:
    """A value's wire form names its kind, and the value can be asked for."""
    assert value.kind in KINDS
    assert value.kind == value.to_wire().type
    assert hasattr(value, "value")


@given(json_values)
def test_plain_json_is_always_metadata(value: Any) -> None:
    """Every JSON value is accepted from Python and over HTTP, with the same result."""
    assert to_wire({"key": value}) == wire_from_json({"key": value})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", V.text("a")),
        (True, V.bool(True)),
        (3, V.int(3)),
        (3.5, V.float(3.5)),
        (None, V.null()),
        ({"a": [1]}, V.json({"a": [1]})),
        ([1], V.json([1])),
        (Path("/a/b"), V.path("/a/b")),
        (hw.AssetKey(["a", "b"]), V.asset(hw.AssetKey(["a", "b"]))),
        (hw.TableSchema([]), V.table_schema(hw.TableSchema([]))),
        (hw.TableColumnLineage({}), V.column_lineage(hw.TableColumnLineage({}))),
        (V.url("u"), V.url("u")),
    ],
)
def test_inference(value: Any, expected: hw.MetadataValue) -> None:
    """The kind of a value is inferred from its type."""
    assert {"key": expected} == normalize_metadata({"key": value})


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (V.int(2**53), 2**53),
        (V.int(2**53 + 1), "9007199254740993"),
        (V.int(-(2**70)), str(-(2**70))),
        (V.float(math.nan), "NaN"),
        (V.float(math.inf), "Infinity"),
        (V.float(-math.inf), "-Infinity"),
        (V.json({1: (1, math.nan), None: True, False: None}), {"1": [1, "NaN"], "null": True, "false": None}),
        (V.asset(hw.AssetKey(["a/b", "c"])), r"a\/b/c"),
        (V.timestamp(datetime(2024, 8, 25, 19, 38, 20, tzinfo=UTC)), 1724614700.0),
        (V.dagster_run("r1"), "r1"),
        (V.job("etl", "airflow"), {"job_name": "etl", "location_name": "airflow", "repository_name": None}),
        (V.path(Path("/tmp/x")), "/tmp/x"),
    ],
)
def test_wire_form(value: hw.MetadataValue, wire: Any) -> None:
    """Values that JSON has no form for get one that is exact."""
    assert wire == value.to_wire().value


def test_wire_form_of_a_table() -> None:
    """A table carries its rows and the columns of its schema, inferred from the first row."""
    column = {"description": None, "constraints": {"nullable": True, "unique": False, "other": []}, "tags": {}}
    expected = {
        "records": [{"id": 1, "share": "NaN"}],
        "schema": [{"name": "id", "type": "int", **column}, {"name": "share", "type": "float", **column}],
    }
    assert expected == V.table([hw.TableRecord({"id": 1, "share": math.nan})]).to_wire().value


def test_wire_form_of_column_lineage() -> None:
    """Column lineage names upstream columns by escaped asset key."""
    lineage = hw.TableColumnLineage({"total": [hw.TableColumnDep("a/b", "amount")]})
    expected = {"deps_by_column": {"total": [{"asset_key": r"a\/b", "column_name": "amount"}]}}
    assert expected == V.column_lineage(lineage).to_wire().value


def test_http_objects_are_opaque() -> None:
    """An object over HTTP stays plain JSON, whatever type it claims to have."""
    body = {"a": {"raw_value": "x", "type": "url"}, "b": {"a": {"__class__": "Nope"}}}
    assert {key: WireValue("json", value) for key, value in body.items()} == wire_from_json(body)


@pytest.mark.parametrize(
    ("value", "mend"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "MetadataValue.timestamp"),
        (date(2026, 1, 1), "isoformat"),
        ({1, 2}, "sorted"),
        ((1, 2), "list"),
        (b"x", "text"),
        (Decimal(1), "float"),
        (object(), "str"),
        ({"a": [{1}]}, "sorted"),
        ("\ud800", "encoding"),
        ({"a": "\udfff"}, "encoding"),
        ({"\udfff": 1}, "encoding"),
        pytest.param(10**5000, "shorten", id="too long"),
    ],
)
def test_refusal_names_key_and_mend(value: Any, mend: str) -> None:
    """A value that can't be stored is refused by the name of its key, with what to write instead."""
    with pytest.raises(hw.InvalidMetadataError, match=rf"metadata\['rows'\].*{mend}"):
        normalize_metadata({"rows": value})


def test_refusal_names_the_place_inside_json() -> None:
    """What is wrong deep inside a value is named by its path."""
    with pytest.raises(hw.InvalidMetadataError, match=r"metadata\['a'\]\['b'\]\[1\]"):
        normalize_metadata({"a": {"b": [1, {2}]}})


@pytest.mark.parametrize("value", [5, "text", [("a", 1)], {1: "a"}, {"\ud800": 1}])
def test_metadata_is_a_mapping_from_strings(value: Any) -> None:
    """Anything but a mapping with proper strings as keys is refused."""
    with pytest.raises(hw.InvalidMetadataError):
        normalize_metadata(value)


def test_nesting_is_bounded() -> None:
    """Nesting without end is refused, not followed."""
    nested: list[Any] = []
    nested.append(nested)
    with pytest.raises(hw.InvalidMetadataError, match="64 levels"):
        to_wire({"a": nested})
    with pytest.raises(hw.InvalidMetadataError, match="64 levels"):
        wire_from_json({"a": nested})


@pytest.mark.parametrize(
    "make",
    [
        lambda: V.float(1),
        lambda: V.int(1.5),  # type: ignore[arg-type]
        lambda: V.bool(1),  # type: ignore[arg-type]
        lambda: V.text(5),  # type: ignore[arg-type]
        lambda: V.path(5),  # type: ignore[arg-type]
        lambda: V.asset("a"),  # type: ignore[arg-type]
        lambda: V.timestamp(1724614700),
        lambda: V.timestamp(1724614700266.0),
        lambda: V.timestamp(datetime(2026, 1, 1)),
        lambda: V.table([]),
        lambda: V.table_schema([]),  # type: ignore[arg-type]
    ],
)
def test_constructors_check_their_argument(make: Any) -> None:
    """A constructor refuses what is not of its kind."""
    with pytest.raises(hw.InvalidMetadataError):
        make()


def test_subclasses_become_plain() -> None:
    """A subclass of a plain type is stored as the plain value, so that no other process needs the class."""

    class Text(str):
        pass

    class Number(float):
        pass

    values = normalize_metadata({"a": Text("x"), "b": Number(1.5), "c": [Text("y")]})
    assert [str, float, str] == [type(values["a"].value), type(values["b"].value), type(values["c"].value[0])]


@given(texts)
def test_values_are_frozen_and_equal_by_content(text: str) -> None:
    """Equal contents make equal values, and none can be changed."""
    value = V.md(text)
    assert V.md(text) == value
    other: object = V.text(text)
    assert other != value
    with pytest.raises(AttributeError):
        value.md_str = "other"  # type: ignore[misc]


@given(metadata_values)
def test_stored_metadata_is_read_as_it_was_given(value: hw.MetadataValue) -> None:
    """Every kind comes back as itself; only what JSON can't tell apart is told apart no more."""
    stored = to_wire({"it": value})["it"]
    again = from_wire({"it": stored})["it"]
    assert type(value) is type(again)
    assert stored == again.to_wire()


def test_what_has_another_form_is_read_as_json() -> None:
    """A later release, or a reporter who wrote anything, takes nobody's page away."""
    odd = {"a": WireValue("table_schema", 3), "b": WireValue("of_tomorrow", [1]), "c": WireValue("int", "x")}
    assert {"a": 3, "b": [1], "c": "x"} == {name: value.value for name, value in from_wire(odd).items()}
