"""What other systems make and functions here look at: looked at by schedules, sensors, jobs, conditions, and people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from servers import DevServer, dev_server

from headwater.cli.main import main

PROJECT = """
import headwater as hw

DAYS = hw.StaticPartitionsDefinition(["monday", "tuesday"])
ONCE = hw.AutomationCondition.initial_evaluation()


@hw.observable_source_asset
def rates():
    return hw.DataVersion("7")


@hw.observable_source_asset(automation_condition=ONCE)
def by_condition():
    return hw.DataVersion("1")


@hw.observable_source_asset
def by_schedule():
    return hw.DataVersion("1")


@hw.observable_source_asset
def by_sensor():
    return hw.DataVersion("1")


@hw.observable_source_asset(partitions_def=DAYS)
def days(context):
    if context.has_partition_key:
        return hw.DataVersion("of one")
    return hw.DataVersionsByPartition({"monday": "m", "tuesday": "t"})


@hw.multi_observable_source_asset(specs=[hw.AssetSpec("left"), hw.AssetSpec("right")])
def both():
    yield hw.ObserveResult("left", data_version=hw.DataVersion("l"))
    yield hw.ObserveResult("right", data_version=hw.DataVersion("r"))


@hw.asset(deps=[rates])
def prices() -> None: ...


@hw.sensor(target=[by_sensor], minimum_interval_seconds=3600)
def looks():
    return hw.RunRequest(run_key="once", asset_selection=[by_sensor])


every_minute = hw.ScheduleDefinition(
    "every_minute", cron_schedule="* * * * *", target=by_schedule, default_status=hw.DefaultScheduleStatus.STOPPED
)
mixed = hw.define_asset_job("mixed", selection=[rates, prices])
defs = hw.Definitions(
    [hw.AssetSpec("orders"), rates, by_condition, by_schedule, by_sensor, days, both, prices],
    sensors=[looks],
    schedules=[every_minute],
    jobs=[mixed],
)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the project."""
    path = tmp_path_factory.mktemp("observable") / "code" / "defs.py"
    path.parent.mkdir()
    path.write_text(PROJECT)
    return path


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[DevServer]:
    """A server with the project."""
    with dev_server(project.parents[1] / "home", str(project)) as started:
        started.wait_for(lambda: started.get("/api/sensors").json["items"])
        yield started


def seen(server: DevServer, key: str) -> list[tuple[str | None, str]]:
    """The observations of an asset, each a partition and a data version, the first first."""
    return [(each["partition"], each["data_version"]) for each in server.events(key, "observation")][::-1]


def end(server: DevServer, run_id: str) -> str:
    """How a run ends."""
    ended = ("success", "failure", "canceled")
    status: str = server.wait_for(
        lambda: status if (status := server.get(f"/api/runs/{run_id}").json["run"]["status"]) in ended else None
    )
    return status


def test_a_sensor_and_a_condition_look(server: DevServer) -> None:
    """A run request and a condition on an observable asset each start a run that only observes."""
    by_sensor = server.wait_for(lambda: seen(server, "by_sensor"))
    by_condition = server.wait_for(lambda: seen(server, "by_condition"))
    rows = {row["key"]: row for row in server.get("/api/assets").json["items"]}

    assert ([(None, "1")], [(None, "1")]) == (by_sensor, by_condition)
    assert ("external", True, True) == tuple(rows["by_condition"][name] for name in ("kind", "observable", "automated"))
    assert (False, False) == (rows["orders"]["observable"], rows["prices"]["observable"])
    assert 0 == rows["by_sensor"]["materializations"]


def test_a_schedule_looks(server: DevServer) -> None:
    """Its tick, asked for by hand, requests a run of the asset."""
    server.post("/api/schedules/every_minute/tick", {})
    (run_id,) = server.wait_for(
        lambda: [
            run_id
            for tick in server.get("/api/schedules/every_minute/ticks?limit=10").json["items"]
            for run_id in tick["run_ids"]
        ]
    )

    assert "success" == end(server, run_id)
    assert [(None, "1")] == seen(server, "by_schedule")


def test_a_job_looks_and_makes_in_order(server: DevServer) -> None:
    """What is made depends on what is looked at before, in one run, and says which version it was made from."""
    run_id = server.post("/api/jobs/mixed/runs", {}).json["run_id"]

    assert "success" == end(server, run_id)
    assert ["rates", "prices"] == [step["name"] for step in server.get(f"/api/runs/{run_id}").json["steps"]]
    assert (None, "7") in seen(server, "rates")
    assert server.events("prices")


def test_people_look_by_http_and_by_command(server: DevServer, project: Path) -> None:
    """One partition or all, and both assets of a function that looks at two; only what is observable is looked at."""
    for body in ({"assets": ["days"]}, {"assets": ["days"], "partition": "monday"}, {"assets": ["left"]}):
        assert "success" == end(server, server.post("/api/runs", body).json["run_id"])
    home = str(project.parents[1] / "home")
    said = [
        CliRunner().invoke(main, [*arguments, "-f", str(project), "--home", home])
        for arguments in (["observe", "rates"], ["materialize", "rates"], ["observe", "prices"], ["observe", "orders"])
    ]

    assert [("monday", "m"), ("tuesday", "t"), ("monday", "of one")] == seen(server, "days")
    assert ([(None, "l")], [(None, "r")]) == (seen(server, "left"), seen(server, "right"))
    assert [0, 1, 1, 1] == [each.exit_code for each in said]
    assert "`headwater observe rates`" in said[1].output
    assert "prices means no asset that can be looked at" in said[2].output


def test_what_nothing_looks_at_is_still_refused(server: DevServer) -> None:
    """A plain external asset can't be run, and a backfill makes nothing that is only looked at; both say the mend."""
    plain = server.post("/api/runs", {"assets": ["orders"]})
    backfill = server.post("/api/backfills", {"assets": ["days"]})

    assert (409, 409) == (plain.status, backfill.status)
    assert "Report it instead" in plain.json["error"]
    assert "`headwater observe days`" in backfill.json["error"]
