"""The sensor of tables, on real databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import headwater as hw
from headwater.connectors.errors import ConnectorError, UnreachableError
from headwater.connectors.sql_table import build_table_sensor


class Warehouse:
    """A database that something else writes."""

    def __init__(self, url: str, schema: str) -> None:
        self.url = url
        self.prefix = f"{schema}." if schema else ""
        self._engine = sa.create_engine(url, poolclass=sa.NullPool)

    def run(self, *statements: str) -> None:
        """Write something; `@` stands for the schema."""
        with self._engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement.replace("@", self.prefix)))

    def sensor(self, *tables: str, **more: Any) -> hw.SensorDefinition:
        """A sensor of some tables."""
        named = {f"{self.prefix}{table}": ["warehouse", table] for table in tables}
        return build_table_sensor(**{"name": "warehouse", "url": self.url, "tables": named, **more})


@pytest.fixture
def warehouse(database_url: Any) -> Warehouse:
    """With two tables."""
    url = sa.make_url(database_url)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        made = Warehouse(url.render_as_string(hide_password=False), "marts")
        made.run("CREATE SCHEMA marts")
    else:
        made = Warehouse(url.render_as_string(), "")
    made.run(
        "CREATE TABLE @orders (id INTEGER NOT NULL, total NUMERIC(9, 2), updated_at TIMESTAMP)",
        "CREATE TABLE @rates (currency TEXT)",
        "INSERT INTO @orders VALUES (1, 9.5, '2026-01-01 10:00:00'), (2, 1, '2026-01-01 11:00:00')",
    )
    return made


both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def tick(sensor: hw.SensorDefinition, state: dict[str, Any]) -> dict[str, hw.AssetMaterialization]:
    """One tick, which keeps what it knows in `state`; gives the events by the name of their table."""
    context = hw.build_sensor_context(sensor_name=sensor.name, state=state)
    result = sensor(context)
    assert isinstance(result, hw.SensorResult)
    state.clear()
    state.update(context.state)
    events = [event for event in result.asset_events if isinstance(event, hw.AssetMaterialization)]
    assert len(events) == len(result.asset_events)
    return {event.asset_key.path[-1]: event for event in events}


@both
def test_each_change_is_reported_once(warehouse: Warehouse) -> None:
    """With the rows and columns: new rows by their number, changed ones by what they say of when."""
    sensor = warehouse.sensor("orders", "rates", version={f"{warehouse.prefix}orders": "max(updated_at)"})
    state: dict[str, Any] = {}

    first = tick(sensor, state)
    second = tick(sensor, state)
    warehouse.run("UPDATE @orders SET total = 2, updated_at = '2026-01-02 09:00:00' WHERE id = 2")
    changed = tick(sensor, state)
    warehouse.run("INSERT INTO @rates VALUES ('EUR')")
    grown = tick(sensor, state)

    assert {"orders", "rates"} == set(first)
    orders = first["orders"]
    assert 2 == orders.metadata["dagster/row_count"].value
    schema = orders.metadata["dagster/column_schema"].value
    assert [("id", False), ("total", True), ("updated_at", True)] == [
        (column.name, column.constraints.nullable) for column in schema.columns
    ]
    assert {} == second
    assert ["orders"] == list(changed)
    assert orders.data_version != changed["orders"].data_version
    assert "2026-01-02" in str(changed["orders"].metadata["version"].value)
    assert {"rates": 1} == {name: event.metadata["dagster/row_count"].value for name, event in grown.items()}


@both
def test_a_table_that_is_not_there_is_an_error(warehouse: Warehouse) -> None:
    """The tick fails by name and knows what it knew before; once it is back, its change is seen."""
    sensor = warehouse.sensor("orders", "rates")
    state: dict[str, Any] = {}
    tick(sensor, state)
    before = dict(state)
    warehouse.run("DROP TABLE @rates", "INSERT INTO @orders VALUES (3, 1, NULL)")
    with pytest.raises(UnreachableError, match=r"The table .*rates can't be looked at: .*nothing was reported"):
        tick(sensor, state)
    assert before == state
    warehouse.run("CREATE TABLE @rates (currency TEXT)")
    assert ["orders"] == list(tick(sensor, state))


def test_a_database_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is a variable that is not set; neither message has the password."""
    nowhere = build_table_sensor(
        name="warehouse",
        url=hw.EnvVar("WAREHOUSE_URL"),
        tables={"orders": "orders"},
    )
    with pytest.raises(ConnectorError, match="the variable WAREHOUSE_URL, which is not set"):
        tick(nowhere, {})
    monkeypatch.setenv("WAREHOUSE_URL", f"sqlite:///{tmp_path}/nobodys/shop.db")
    with pytest.raises(UnreachableError, match=r"The database can't be looked at: .*nothing was reported") as caught:
        tick(nowhere, {})
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"tables": {}}, "tables of the sensor 'warehouse' is empty"),
        ({"version": {"order": "max(id)"}}, "names 'order', which is not in tables"),
        ({"count_rows": False}, "Nothing would show"),
    ],
)
def test_what_can_not_be_meant_is_refused(given: dict[str, Any], reason: str) -> None:
    """As the sensor is made."""
    with pytest.raises(hw.InvalidParameterError, match=reason):
        build_table_sensor(**{"name": "warehouse", "url": "sqlite://", "tables": {"orders": "orders"}, **given})
