"""Stored values, loaded through definitions outside a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import headwater as hw


@hw.asset
def orders() -> list[int]:
    """Some numbers."""
    return [1, 2]


@hw.asset(partitions_def=hw.StaticPartitionsDefinition(["eu", "us"]))
def by_region(context: hw.AssetExecutionContext) -> str:
    """A value a region."""
    return f"sales of {context.partition_key}"


class Lines(hw.IOManager):
    """Reads lines of files, and tells what it was asked for."""

    def __init__(self, folder: Path) -> None:
        """Read from a folder."""
        self.folder = folder
        self.asked: list[Any] = []

    def handle_output(self, context: hw.OutputContext, obj: Any) -> None:
        """Never called."""
        raise NotImplementedError

    def load_input(self, context: hw.InputContext) -> list[str]:
        """The lines of the file that is named like the asset."""
        self.asked.append((context.typing_type, context.definition_metadata.get("newest")))
        return (self.folder / context.asset_key.path[-1]).read_text().splitlines()


def test_values_of_an_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run stored is loaded from its instance, which is the one of HEADWATER_HOME where none is named."""
    defs = hw.Definitions(assets=[orders, by_region])
    with hw.HeadwaterInstance.local_temp(tmp_path) as instance:
        hw.materialize([orders], instance=instance)
        hw.materialize([by_region], instance=instance, partition_key="eu")
        assert defs.load_asset_value("orders", instance=instance) == [1, 2]
        assert defs.load_asset_value("by_region", instance=instance, partition_key="eu") == "sales of eu"
        with pytest.raises(hw.MissingInputError):
            defs.load_asset_value("by_region", instance=instance, partition_key="us")
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path))
    assert defs.load_asset_value("orders") == [1, 2]
    monkeypatch.delenv("HEADWATER_HOME")
    with pytest.raises(hw.SettingsError, match="HEADWATER_HOME"):
        defs.load_asset_value("orders")


def test_values_of_an_external_asset(tmp_path: Path) -> None:
    """The IO manager that the spec names is told the type and the metadata; no instance is looked for."""
    (tmp_path / "raw").write_text("a\nb")
    lines = Lines(tmp_path)
    defs = hw.Definitions(assets=[hw.AssetSpec("raw").with_io_manager_key("lines")], resources={"lines": lines})
    assert defs.load_asset_value("raw", python_type=list, metadata={"newest": True}) == ["a", "b"]
    assert lines.asked == [(list, True)]
    with pytest.raises(hw.UnknownAssetError, match="nowhere"):
        defs.load_asset_value("nowhere")


def test_resources_are_set_up_once_for_a_loader(tmp_path: Path) -> None:
    """Several values cost one set-up, and its end is the loader's."""
    (tmp_path / "raw").write_text("a")
    happened: list[str] = []

    @hw.resource
    def lines() -> Iterator[Lines]:
        happened.append("opened")
        yield Lines(tmp_path)
        happened.append("closed")

    defs = hw.Definitions(assets=[hw.AssetSpec("raw").with_io_manager_key("lines")], resources={"lines": lines})
    with defs.get_asset_value_loader() as loader:
        assert happened == []
        assert loader.load_asset_value("raw") == loader.load_asset_value("raw") == ["a"]
        assert happened == ["opened"]
    assert happened == ["opened", "closed"]


def test_a_makers_own_resources_are_torn_down(tmp_path: Path) -> None:
    """What only the function's own resources provide is closed again after each value."""
    (tmp_path / "made").write_text("a")
    happened: list[str] = []

    @hw.resource
    def own() -> Iterator[Lines]:
        happened.append("opened")
        yield Lines(tmp_path)
        happened.append("closed")

    @hw.asset(io_manager_key="own", resource_defs={"own": own})
    def made() -> None: ...

    assert hw.Definitions(assets=[made]).load_asset_value("made") == ["a"]
    assert happened == ["opened", "closed"]
