"""IO managers in the caller's own process: what they are told, where values are, and readers of external assets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from headwater.definitions.examine import examine


def test_io_managers_store_and_load_by_name(tmp_path: Path) -> None:
    """A value goes through the manager that its asset names; of an external asset, that its spec names."""

    class Lines(hw.ConfigurableIOManager):
        folder: str

        def handle_output(self, context: hw.OutputContext, obj: Any) -> None:
            """Write lines."""
            path = Path(self.folder, "-".join(context.get_identifier()))
            path.write_text("\n".join(obj))
            context.add_output_metadata({"file": str(path)})

        def load_input(self, context: hw.InputContext) -> Any:
            """Read lines."""
            return Path(self.folder, "-".join(context.get_identifier())).read_text().splitlines()

    raw = hw.AssetSpec("raw").with_io_manager_key("lines")
    (tmp_path / "raw").write_text("b\na")

    @hw.asset(io_manager_key="lines")
    def cleaned(raw: list[str]) -> list[str]:
        return sorted(raw)

    @hw.asset
    def count(cleaned: list[str]) -> int:
        return len(cleaned)

    result = hw.materialize([raw, cleaned, count], resources={"lines": Lines(folder=str(tmp_path))})

    assert "a\nb" == (tmp_path / "cleaned").read_text()
    assert 2 == result.asset_value("count")
    assert "file" in result.asset_materializations_for_node("cleaned")[0].metadata
    with pytest.raises(hw.InvalidDefinitionError, match=r"is stored by the resource 'lines'"):
        hw.materialize([raw, cleaned])
    assert hw.materialize_to_memory([cleaned, hw.asset(name="raw")(lambda: ["z"])]).success


def test_an_io_manager_is_told_what_asset_and_parameter_say() -> None:
    """Of a parameter: its type and its own metadata, before that of the asset, which `upstream_output` has alone."""
    told: list[Any] = []

    class Noting(hw.IOManager):
        def handle_output(self, context: hw.OutputContext, obj: Any) -> None:
            told.append(context.dagster_type.typing_type)

        def load_input(self, context: hw.InputContext) -> Any:
            stored = context.upstream_output
            assert stored is not None
            told.append((context.dagster_type.display_name, context.metadata, stored.asset_key, stored.metadata))
            return 7

    @hw.asset(metadata={"table": "sales", "columns": "all"})
    def sales() -> int:
        return 1

    @hw.asset(ins={"sales": hw.AssetIn(metadata={"columns": "price"})})
    def total(sales: int) -> None:
        assert 7 == sales

    hw.materialize([sales, total], resources={"io_manager": Noting()})
    asset = {"table": "sales", "columns": "all"}
    assert [int, ("int", {**asset, "columns": "price"}, hw.AssetKey("sales"), asset)] == told


def test_files_are_where_the_run_or_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder a `FilesystemIOManager` keeps values with those of the run; an `EnvVar` is read when used."""

    @hw.asset
    def numbers() -> list[int]:
        return [1]

    with hw.HeadwaterInstance.local_temp(tmp_path / "home") as instance:
        hw.materialize([numbers], instance=instance, resources={"io_manager": hw.FilesystemIOManager()})
        assert hw.materialize([numbers], instance=instance).success
    assert ["numbers.pickle"] == [each.name for each in tmp_path.rglob("numbers*")]

    lake = hw.FilesystemIOManager(base_dir=hw.EnvVar("LAKE"))
    with pytest.raises(hw.InvalidConfigError, match="environment variable LAKE, which is not set"):
        hw.materialize([numbers], resources={"io_manager": lake})
    monkeypatch.setenv("LAKE", str(tmp_path / "lake"))
    hw.materialize([numbers], resources={"io_manager": lake})
    assert (tmp_path / "lake" / "numbers.pickle").is_file()

    with pytest.raises(hw.InvalidConfigError, match="Name a folder"):
        hw.FilesystemIOManager().load_input(hw.build_input_context(asset_key="numbers"))


class Reader(hw.IOManager):
    """Reads what another system has left."""

    def handle_output(self, context: hw.OutputContext, obj: Any) -> None:
        """Nothing of it is made here."""

    def load_input(self, context: hw.InputContext) -> Any:
        """The same for every asset."""
        return 7


def test_the_reader_of_an_external_asset_is_there_before_work_starts() -> None:
    """A missing one is an error of the definitions, which names who loads what; in memory it is used too."""
    raw = hw.AssetSpec("raw").with_io_manager_key("inbox")

    @hw.asset
    def total(raw: int) -> int:
        return raw

    @hw.asset_check(asset=raw)
    def is_seven(raw: int) -> bool:
        return raw == 7

    with pytest.raises(hw.InvalidDefinitionError, match=r"'total' .* loads 'raw', as its spec says, .* 'inbox'"):
        hw.materialize([raw, total])
    with pytest.raises(hw.InvalidDefinitionError, match=r"is_seven.* loads 'raw', as its spec says, .* 'inbox'"):
        hw.Definitions(assets=[raw], asset_checks=[is_seven]).resolve()
    assert 7 == hw.materialize_to_memory([raw, total], resources={"inbox": Reader()}).asset_value("total")
    assert [] == examine(hw.Definitions(assets=[raw])), "nobody loads it, so nobody needs the reader"
    assert [] == examine(hw.Definitions(assets=[raw], resources={"inbox": Reader()})), "a spec names it"
