"""IO managers that only say how a value is written to a path: places, partitions and wholeness come with the base."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

import headwater as hw

DAYS = hw.StaticPartitionsDefinition(["2026-01-01", "2026-01-02"])
BOTH = hw.MultiPartitionsDefinition({"day": DAYS, "area": hw.StaticPartitionsDefinition(["eu", "us"])})


class JsonFiles(hw.UPathIOManager):
    """Values as JSON."""

    extension = ".json"

    def dump_to_path(self, context: hw.OutputContext, obj: Any, path: Any) -> None:
        """Write JSON."""
        with path.open("w") as file:
            json.dump(obj, file)

    def load_from_path(self, context: hw.InputContext, path: Any) -> Any:
        """Read JSON."""
        return json.loads(path.read_text())

    def get_metadata(self, context: hw.OutputContext, obj: Any) -> dict[str, Any]:
        """How many there are."""
        return {"size": len(obj)}


class Settled(hw.ConfigurableIOManager, JsonFiles):
    """The same with settings."""

    base_path: str


class Folders(hw.UPathIOManager):
    """Values as folders with a file for each item."""

    def dump_to_path(self, context: hw.OutputContext, obj: Any, path: Any) -> None:
        """Make a folder."""
        path.mkdir()
        for name, text in obj.items():
            (path / name).write_text(text)

    def load_from_path(self, context: hw.InputContext, path: Any) -> Any:
        """Read the folder."""
        return {place.name: place.read_text() for place in path.iterdir()}


@pytest.mark.parametrize("where", ["path", "store", "settings"])
def test_values_come_back_from_paths_of_their_own(where: str, tmp_path: Path) -> None:
    """By asset, by partition, and all partitions of an input together; a partition that is missing is named."""
    address = f"memory://lake/{uuid.uuid4().hex}" if where == "store" else str(tmp_path)
    files = Settled(base_path=address) if where == "settings" else JsonFiles(base_path=address)

    @hw.asset(partitions_def=DAYS, key_prefix="mart")
    def orders(context: hw.AssetExecutionContext) -> list[str]:
        return [context.partition_key]

    @hw.asset(ins={"orders": hw.AssetIn(key=["mart", "orders"])})
    def total(orders: dict[str, list[str]]) -> list[str]:
        return sorted(key for keys in orders.values() for key in keys)

    used = {"io_manager": files}
    first = hw.materialize([orders], partition_key="2026-01-01", resources=used)
    with pytest.raises(hw.MissingInputError, match=r"nothing at .*mart/orders/2026-01-02\.json"):
        hw.materialize([orders, total], selection=["total"], resources=used)
    hw.materialize([orders], partition_key="2026-01-02", resources=used)
    result = hw.materialize([orders, total], selection=["total"], resources=used)

    (made,) = first.asset_materializations_for_node("mart__orders")
    assert hw.MetadataValue.int(1) == made.metadata["size"]
    assert str(made.metadata["path"].value).endswith("mart/orders/2026-01-01.json")
    assert ["2026-01-01", "2026-01-02"] == result.asset_value("total")


def test_dimensions_are_folders(tmp_path: Path) -> None:
    """In the order of their names."""
    files = JsonFiles(base_path=tmp_path)

    @hw.asset(partitions_def=BOTH)
    def sales() -> list[int]:
        return [1]

    key = hw.MultiPartitionKey({"day": "2026-01-01", "area": "eu"})
    hw.materialize([sales], partition_key=key, resources={"io_manager": files})

    assert [tmp_path / "sales" / "eu" / "2026-01-01.json"] == [each for each in tmp_path.rglob("*") if each.is_file()]


@pytest.mark.parametrize("where", ["path", "store"])
def test_a_folder_takes_the_place_of_an_earlier_one(where: str, tmp_path: Path) -> None:
    """What the new value does not have is gone, and nothing is left beside it."""
    address = f"memory://lake/{uuid.uuid4().hex}" if where == "store" else str(tmp_path)
    folders = Folders(base_path=address)
    output = hw.build_output_context(asset_key="tables")

    folders.handle_output(output, {"a": "1", "b": "1"})
    folders.handle_output(output, {"b": "2"})

    assert {"b": "2"} == folders.load_input(hw.build_input_context(asset_key="tables"))
    assert where == "store" or ["tables"] == [each.name for each in tmp_path.iterdir()]


def test_what_fails_leaves_the_old_value(tmp_path: Path) -> None:
    """The value that can't be written replaces nothing, and leaves nothing."""
    files = JsonFiles(base_path=tmp_path)
    output, stored = hw.build_output_context(asset_key="a"), hw.build_input_context(asset_key="a")
    files.handle_output(output, [1])

    with pytest.raises(TypeError):
        files.handle_output(output, [object()])

    assert ([1], ["a.json"]) == (files.load_input(stored), [each.name for each in tmp_path.iterdir()])


def test_without_a_folder_it_says_what_to_do() -> None:
    """The mistake names the class."""
    with pytest.raises(hw.InvalidDefinitionError, match="JsonFiles does not know where to store"):
        JsonFiles().handle_output(hw.build_output_context(asset_key="a"), [])
