"""What holds for all sensors and schedules of a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from headwater.automation.conditions.switches import followed
from headwater.daemon.code_locations import note_loaded
from headwater.definitions.build_snapshot import build_snapshot
from headwater.records.automation.tick_settings import TickSettings
from headwater.records.automation.ticks import SensorState
from headwater.storage.automation import tick_settings
from headwater.storage.catalog.graph_reader import DEFAULT_SWITCH, GraphReader
from headwater.storage.database.engine import sqlite_url
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store(sqlite_url(tmp_path / "headwater.db"))
    yield opened
    opened.close()


async def test_a_setting_turns_the_default_round(store: Store) -> None:
    """With it, only what declares that it is on is on; without it, all but what declares that it is off."""
    running, stopped = hw.DefaultSensorStatus.RUNNING, hw.DefaultSensorStatus.STOPPED
    sensors = [
        hw.sensor(name=name, default_status=status)(lambda: None)
        for name, status in (("declared", running), ("off", stopped), ("silent", None))
    ]
    schedule = hw.ScheduleDefinition("nightly", cron_schedule="@daily", target="*")
    defs = hw.Definitions(assets=[hw.asset(name="a")(lambda: 1)], sensors=sensors, schedules=[schedule])
    await note_loaded(store, "here", build_snapshot(defs))
    reader = GraphReader()

    def on() -> list[str]:
        graph = store.read(reader.read)
        return sorted(name for name, (item, _) in graph.ticking.items() if item.running_by_default)

    before = on()
    store.write(Unit(effect=lambda c, _events: tick_settings.save(c, TickSettings(on_by_default=False))))
    after = on()
    store.write(Unit(effect=lambda c, _events: tick_settings.save(c, TickSettings())))

    assert ["declared", "nightly", "silent"] == before == on()
    assert ["declared"] == after


async def test_the_setting_is_for_conditions_too(store: Store) -> None:
    """Those that no switch is for get one, which is off; one that declares that it is on stays on."""
    eager = hw.AutomationCondition.eager()
    assets = [hw.asset(name=name, automation_condition=eager)(lambda: 1) for name in ("switched", "other")]
    switch = hw.AutomationConditionSensorDefinition(
        "own", target=["switched"], default_status=hw.DefaultSensorStatus.RUNNING
    )
    await note_loaded(store, "here", build_snapshot(hw.Definitions(assets=assets, sensors=[switch])))
    store.write(Unit(effect=lambda c, _events: tick_settings.save(c, TickSettings(on_by_default=False))))

    graph = store.read(GraphReader().read)
    switched_on = {DEFAULT_SWITCH: SensorState(sensor=DEFAULT_SWITCH, running=True)}

    def followed_by(states: dict[str, SensorState]) -> list[str]:
        return [node.key for node in followed(graph, states).nodes if node.definition.condition is not None]

    assert (["switched"], ["other", "switched"]) == (followed_by({}), sorted(followed_by(switched_on)))
