"""Which rows of a table belong to which partition: by text, windows of time or several columns, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pytest

import headwater as hw

HOURS = hw.HourlyPartitionsDefinition("2026-01-01-00:00", end_date="2026-01-01-04:00")
WEEKS = hw.WeeklyPartitionsDefinition("2026-01-04", end_date="2026-01-25")
DAYS = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-05")
DAYS_OF_BERLIN = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-05", timezone="Europe/Berlin")
MIDNIGHT_OF_BERLIN = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))


def manager(kind: str, folder: Path) -> Any:
    """One that stores tables, in a folder."""
    if kind == "files":
        return hw.TableFilesIOManager(base_path=str(folder / "lake"))
    if kind == "duckdb":
        return hw.DuckDBIOManager(database=str(folder / "w.duckdb"))
    return hw.SQLTableIOManager(url=f"sqlite:///{folder / 'w.db'}")


def table(partitions: hw.PartitionsDefinition, rows: Callable[[Any], Any], expression: Any = "at", **more: Any) -> Any:
    """An asset with such partitions and rows."""

    @hw.asset(io_manager_key="tables", partitions_def=partitions, metadata={"partition_expr": expression}, **more)
    def readings(context: hw.AssetExecutionContext) -> Any:
        return rows(context)

    return readings


def stored(asset: Any, used: Any, partition: str) -> list[dict[str, Any]]:
    """The rows of one partition."""
    definitions = hw.Definitions(assets=[asset], resources={"tables": used})
    found = definitions.load_asset_value("readings", partition_key=partition, python_type=pl.DataFrame)
    return list(found.to_dicts())


@pytest.mark.parametrize("kind", ["files", "duckdb", "sql"])
@pytest.mark.parametrize(
    ("partitions", "moments", "first", "second"),
    [
        (HOURS, [datetime(2026, 1, 1, 1, 59), datetime(2026, 1, 1, 2)], "2026-01-01-01:00", "2026-01-01-02:00"),
        (WEEKS, [date(2026, 1, 10), date(2026, 1, 11)], "2026-01-04", "2026-01-11"),
        (DAYS, [datetime(2026, 1, 1, 23, 59), datetime(2026, 1, 2)], "2026-01-01", "2026-01-02"),
    ],
    ids=["hours", "weeks", "days"],
)
def test_a_window_has_the_rows_that_lie_in_it(
    kind: str, partitions: hw.PartitionsDefinition, moments: list[Any], first: str, second: str, tmp_path: Path
) -> None:
    """Made in one go and made again, each window has its own rows, once; the end belongs to the next one."""
    used = manager(kind, tmp_path)
    asset = table(partitions, lambda _: pl.DataFrame({"at": moments}))
    for _ in range(2):
        hw.materialize([asset], resources={"tables": used}, partition_key=f"{first}...{second}")

    assert [{"at": moments[0]}] == stored(asset, used, first)
    assert [{"at": moments[1]}] == stored(asset, used, second)


@pytest.mark.parametrize("kind", ["files", "duckdb"])
@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_times_with_a_zone_belong_to_the_day_of_the_partitions_zone(kind: str, library: str, tmp_path: Path) -> None:
    """The last second of a day in Berlin is no moment of the next day, whatever zone the column is in."""
    if (kind, library) == ("files", "pandas"):
        used: Any = hw.TableFilesIOManager(base_path=str(tmp_path / "lake"), format="json")
    else:
        used = manager(kind, tmp_path)
    times = [(MIDNIGHT_OF_BERLIN + timedelta(hours=hour)).astimezone(UTC) for hour in (0, 24)]
    frame: Any = {"polars": pl.DataFrame, "pandas": pd.DataFrame}[library]({"at": times, "n": [1, 2]})
    asset = table(DAYS_OF_BERLIN, lambda _: frame)
    hw.materialize([asset], resources={"tables": used}, partition_key="2026-01-01...2026-01-02")

    assert [[1], [2]] == [[row["n"] for row in stored(asset, used, f"2026-01-0{day}")] for day in (1, 2)]


@pytest.mark.parametrize("kind", ["files", "duckdb", "sql"])
def test_rows_of_other_partitions_are_refused(kind: str, tmp_path: Path) -> None:
    """They would be there once more with each run; nothing of such a table is stored."""
    used = manager(kind, tmp_path)
    days = [["2026-01-01", "2026-01-02"], ["2026-01-01", "2026-01-04"]]
    asset = table(DAYS, lambda _: pl.DataFrame({"at": days[0]}))
    hw.materialize([asset], resources={"tables": used}, partition_key="2026-01-01...2026-01-02")
    days.pop(0)
    with pytest.raises(
        hw.StepOutputError, match=r"1 row has a 'at'.* in readings .* \(2026-01-01...2026-01-02 \(2\)\)"
    ):
        hw.materialize([asset], resources={"tables": used}, partition_key="2026-01-01...2026-01-02")

    assert [{"at": "2026-01-02"}] == stored(asset, used, "2026-01-02")


@pytest.mark.parametrize("kind", ["files", "duckdb", "sql"])
def test_a_table_without_the_column_is_refused(kind: str, tmp_path: Path) -> None:
    """The error names the asset and the column."""
    asset = table(DAYS, lambda _: pl.DataFrame({"n": [1]}))
    with pytest.raises(hw.StepOutputError, match="table of readings has no column 'at'"):
        hw.materialize([asset], resources={"tables": manager(kind, tmp_path)}, partition_key="2026-01-01...2026-01-02")


@pytest.mark.parametrize("kind", ["duckdb", "sql"])
def test_columns_that_come_later_are_added(kind: str, tmp_path: Path) -> None:
    """What was stored before has nothing in them."""
    used = manager(kind, tmp_path)
    frames = [pl.DataFrame({"at": ["2026-01-01"]}), pl.DataFrame({"at": ["2026-01-02"], "more": [1.5]})]
    asset = table(DAYS, lambda _: frames.pop(0))
    for day in ("2026-01-01", "2026-01-02"):
        hw.materialize([asset], resources={"tables": used}, partition_key=day)

    assert [{"at": "2026-01-01", "more": None}] == stored(asset, used, "2026-01-01")
    assert [{"at": "2026-01-02", "more": 1.5}] == stored(asset, used, "2026-01-02")


@pytest.mark.parametrize("kind", ["duckdb", "sql"])
@pytest.mark.parametrize("value", [pl.DataFrame, pd.DataFrame])
def test_a_dict_with_a_table_for_each_partition_is_one_table(kind: str, value: Any, tmp_path: Path) -> None:
    """As it may be returned for files."""
    used = manager(kind, tmp_path)
    asset = table(DAYS, lambda context: {key: value({"at": [key]}) for key in context.partition_keys})
    hw.materialize([asset], resources={"tables": used}, partition_key="2026-01-01...2026-01-03")

    assert [{"at": "2026-01-03"}] == stored(asset, used, "2026-01-03")


@pytest.mark.parametrize("kind", ["duckdb", "sql"])
def test_dimensions_have_columns_of_their_own(kind: str, tmp_path: Path) -> None:
    """A partition with several dimensions has the rows that fit all of them."""
    used = manager(kind, tmp_path)
    both = hw.MultiPartitionsDefinition({"day": DAYS, "region": hw.StaticPartitionsDefinition(["eu", "us"])})
    asset = table(
        both,
        lambda context: pl.DataFrame(
            [
                {"at": datetime.fromisoformat(day), "area": region, "key": key}
                for key in context.partition_keys
                for day, region in [key.split("|")]
            ]
        ),
        expression={"day": "at", "region": "area"},
    )
    for wanted in ("2026-01-01|eu", "2026-01-01|us", "2026-01-02|us", "2026-01-01|us"):
        hw.materialize([asset], resources={"tables": used}, partition_key=wanted)

    assert ["2026-01-01|us"] == [row["key"] for row in stored(asset, used, "2026-01-01|us")]
    assert [] == stored(asset, used, "2026-01-02|eu")


def test_a_dimension_without_a_column_is_named(tmp_path: Path) -> None:
    """The error says which."""
    both = hw.MultiPartitionsDefinition({"day": DAYS, "region": hw.StaticPartitionsDefinition(["eu"])})
    asset = table(both, lambda _: pl.DataFrame({"at": ["2026-01-01"]}), expression={"day": "at"})
    with pytest.raises(hw.StepOutputError, match="no column for the dimension 'region'"):
        hw.materialize([asset], resources={"tables": manager("sql", tmp_path)}, partition_key="2026-01-01|eu")


def test_dates_of_pandas_are_dates_in_json(tmp_path: Path) -> None:
    """As those of polars are; they were milliseconds since 1970."""
    used = hw.TableFilesIOManager(base_path=str(tmp_path), format="json")
    asset = table(DAYS, lambda _: pd.DataFrame({"at": [datetime(2026, 1, 1, 5)]}))
    hw.materialize([asset], resources={"tables": used}, partition_key="2026-01-01")

    assert "2026-01-01T05:00:00" in next(tmp_path.rglob("*.json")).read_text()


@pytest.mark.parametrize(("policy", "kept"), [(hw.BackfillPolicy.multi_run(2), 7), (None, {"2026-01-01": 7})])
def test_the_last_of_a_batch_is_stored_as_the_others(policy: Any, kept: object) -> None:
    """A function that makes several partitions in one go returns a dict, also where one was left; others mean it."""

    @hw.asset(partitions_def=DAYS, backfill_policy=policy)
    def readings(context: hw.AssetExecutionContext) -> dict[str, int]:
        return dict.fromkeys(context.partition_keys, 7)

    memory = hw.InMemoryIOManager()
    hw.materialize([readings], resources={"io_manager": memory}, partition_key="2026-01-01")

    assert {("readings", "2026-01-01"): kept} == memory.values
