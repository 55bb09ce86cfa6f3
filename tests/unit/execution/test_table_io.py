"""IO managers for tables: what is stored is loaded, whole, by partition, and in the kind that a parameter asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import headwater as hw

DAYS = hw.StaticPartitionsDefinition(["2026-01-01", "2026-01-02"])


def managers(folder: Path) -> dict[str, Any]:
    """One of each, in a folder."""
    return {
        "parquet": hw.TableFilesIOManager(base_path=str(folder / "lake")),
        "csv": hw.TableFilesIOManager(base_path=str(folder / "lake"), format="csv"),
        "json": hw.TableFilesIOManager(base_path=str(folder / "lake"), format="json"),
        "memory": hw.TableFilesIOManager(base_path="memory://lake"),
        "duckdb": hw.DuckDBIOManager(database=str(folder / "w.duckdb")),
        "sql": hw.SQLTableIOManager(url=f"sqlite:///{folder / 'w.db'}"),
    }


@pytest.mark.parametrize("kind", ["parquet", "csv", "json", "memory", "duckdb", "sql"])
def test_a_table_comes_back_in_the_kind_that_is_asked_for(kind: str, tmp_path: Path) -> None:
    """Polars or pandas, by the annotation; a second run replaces the first."""
    size = [2]

    @hw.asset(io_manager_key="tables", key_prefix="mart")
    def orders() -> pl.DataFrame:
        return pl.DataFrame({"n": range(size[0]), "day": ["x"] * size[0]})

    @hw.asset(ins={"orders": hw.AssetIn(key=["mart", "orders"])})
    def frames(orders: pl.DataFrame) -> tuple[str, int]:
        return type(orders).__module__.partition(".")[0], int(orders["n"].sum())

    @hw.asset(ins={"orders": hw.AssetIn(key=["mart", "orders"])})
    def others(orders: pd.DataFrame) -> str:
        return type(orders).__module__.partition(".")[0]

    used = {"tables": managers(tmp_path)[kind]}
    assets = [orders, frames] if kind in ("parquet", "memory") else [orders, frames, others]
    hw.materialize(assets, resources=used)
    size[0] = 3
    result = hw.materialize(assets, resources=used)

    assert ("polars", 3) == result.asset_value("frames")
    assert len(assets) == 2 or result.asset_value("others") == "pandas"
    assert hw.MetadataValue.int(3) == result.asset_materializations_for_node("mart__orders")[0].metadata["row_count"]


@pytest.mark.parametrize("kind", ["parquet", "duckdb", "sql"])
def test_a_partition_replaces_itself_alone(kind: str, tmp_path: Path) -> None:
    """Made twice, a partition is there once; the other one stays."""

    @hw.asset(io_manager_key="tables", partitions_def=DAYS, metadata={"partition_expr": "day"})
    def orders(context: hw.AssetExecutionContext) -> pl.DataFrame:
        return pl.DataFrame({"n": [1, 2], "day": [context.partition_key] * 2})

    @hw.asset(partitions_def=DAYS)
    def sums(orders: pl.DataFrame) -> int:
        return int(orders["n"].sum())

    used = {"tables": managers(tmp_path)[kind]}
    for day in ("2026-01-01", "2026-01-02", "2026-01-01"):
        assert 3 == hw.materialize([orders, sums], resources=used, partition_key=day).asset_value("sums")


@pytest.mark.parametrize("kind", ["parquet", "duckdb", "sql"])
def test_several_partitions_replace_themselves_in_one_go(kind: str, tmp_path: Path) -> None:
    """One table with the rows of several, told apart by the column; made twice, each is there once."""

    @hw.asset(io_manager_key="tables", partitions_def=DAYS, metadata={"partition_expr": "day"})
    def orders(context: hw.AssetExecutionContext) -> pl.DataFrame:
        keys = context.partition_keys
        return pl.DataFrame({"n": range(len(keys)), "day": list(keys)})

    @hw.asset(partitions_def=DAYS)
    def sums(orders: pl.DataFrame) -> int:
        return int(orders["n"].sum())

    used = {"tables": managers(tmp_path)[kind]}
    with hw.HeadwaterInstance.local_temp(tmp_path) as instance:
        for _ in range(2):
            made = hw.materialize([orders], resources=used, partition_key="2026-01-01...2026-01-02", instance=instance)
        result = hw.materialize([orders, sums], resources=used, selection="sums", partition_key="2026-01-02")

    assert 1 == result.asset_value("sums")
    rows = [
        event.materialization.metadata["row_count"]
        for event in made.get_asset_materialization_events()
        if event.materialization
    ]
    assert [hw.MetadataValue.int(2)] * 2 == rows


@pytest.mark.parametrize("kind", ["csv", "duckdb", "sql"])
def test_what_is_missing_or_no_table_is_named(kind: str, tmp_path: Path) -> None:
    """The errors name the asset; a failed write leaves the old table."""

    @hw.asset(io_manager_key="tables")
    def orders() -> Any:
        return 7

    @hw.asset
    def below(orders: pl.DataFrame) -> int:
        return len(orders)

    used = {"tables": managers(tmp_path)[kind]}
    with pytest.raises(hw.MissingInputError, match="orders"):
        hw.materialize([orders, below], selection="below", resources=used)
    with pytest.raises(hw.StepOutputError, match="value of orders is a int"):
        hw.materialize([orders], resources=used)
    assert [] == list(tmp_path.rglob(".writing*"))
