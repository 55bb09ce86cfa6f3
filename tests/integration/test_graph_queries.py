"""The graph and the selection language over HTTP and with the command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "lineage.py"


def headwater(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a home."""
    command = [sys.executable, "-m", "headwater.cli", *arguments, "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one of the assets was made."""
    folder = tmp_path_factory.mktemp("home")
    done = headwater(folder, "materialize", "joined", "-f", str(PROJECT))
    assert 0 == done.returncode, done.stderr
    return folder


@pytest.fixture(scope="module")
def estate(home: Path) -> Iterator[DevServer]:
    """The server of that home."""
    with dev_server(home, str(PROJECT)) as started:
        started.wait_for(lambda: len(started.get("/api/assets").json["items"]) == 6)
        yield started


def keys(items: list[dict[str, Any]]) -> list[str]:
    """The keys of rows."""
    return [row["key"] for row in items]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("+group:clean and not owner:team:data", ["raw/a", "raw/b"]),
        ("status:fresh or status:reported", ["joined"]),
        ("sinks(raw/*+1)", ["joined"]),
        ("code_location:lineage and is:native", ["joined", "report"]),
        ("nothing*", []),
    ],
)
def test_a_listing_takes_a_selection(estate: DevServer, selection: str, expected: list[str]) -> None:
    """The catalog shows what the selection means, the state of assets included."""
    assert expected == keys(estate.get(f"/api/assets?selection={quote(selection)}").json["items"])


def test_the_graph_takes_a_selection(estate: DevServer) -> None:
    """The part that is meant comes with the edges inside it, which are positions in that part."""
    graph = estate.get(f"/api/graph?selection={quote('joined+1 or x')}").json

    assert ["joined", "report", "x"] == [node["asset"]["key"] for node in graph["nodes"]]
    assert [[0, 1]] == graph["edges"]


def test_a_wrong_selection_is_answered_with_its_place(estate: DevServer) -> None:
    """The status is 400, and the answer says where, what was expected and what was probably meant."""
    answer = estate.get(f"/api/assets?selection={quote('joined or grup:x')}")

    assert 400 == answer.status
    assert 10 == answer.json["at"]["position"]
    assert "did you mean group" == answer.json["at"]["suggestion"]
    assert 404 == estate.get("/api/assets?selection=joind").status


def test_a_neighbourhood_says_what_it_leaves_out(estate: DevServer) -> None:
    """Neighbours up to the depth asked for, with their distance, and how many more each has."""
    found = estate.get("/api/graph/neighbourhood?key=joined&down=1&up=1").json

    assert {"joined": 0, "raw/a": -1, "raw/b": -1, "report": 1} == {
        node["asset"]["key"]: node["depth"] for node in found["nodes"]
    }
    assert {"report": 1} == {
        node["asset"]["key"]: node["hidden_downstream"] for node in found["nodes"] if node["hidden_downstream"]
    }
    names = [node["asset"]["key"] for node in found["nodes"]]
    assert {("raw/a", "joined"), ("raw/b", "joined"), ("joined", "report")} == {
        (names[up], names[down]) for up, down in found["edges"]
    }
    assert estate.get("/api/graph/neighbourhood?key=joined&limit=2").json["truncated"]
    assert 404 == estate.get("/api/graph/neighbourhood?key=nope").status


def test_paths_lead_from_one_to_another(estate: DevServer) -> None:
    """Each path begins and ends where it was asked for."""
    found = estate.get("/api/graph/paths?source=raw/a&target=x").json

    assert {"items": [["raw/a", "joined", "report", "y", "x"]], "truncated": False} == found
    assert [] == estate.get("/api/graph/paths?source=report&target=joined").json["items"]


def test_impact_names_owners_groups_and_checks(estate: DevServer) -> None:
    """What breaks is there with its distance, and whose it is."""
    found = estate.get("/api/graph/impact?key=raw/a").json

    assert {"joined": 1, "report": 2, "y": 3, "x": 4} == {item["key"]: item["depth"] for item in found["items"]}
    assert ["cfo@example.com", "team:data", None] == [share["name"] for share in found["owners"]]
    assert 1 == found["checks"]
    assert found["items"] == estate.get(f"/api/graph/impact?selection={quote('key:raw/a')}").json["items"]


def test_columns_follow_the_latest_materialization(estate: DevServer) -> None:
    """What was read when the asset was made replaces what its definition says; what was never made goes by that."""
    found = estate.get("/api/graph/columns?key=joined&column=id").json

    assert {("joined", "id"): 0, ("raw/a", "id"): -1, ("raw/b", "ref"): -1, ("report", "total"): 1} == {
        (column["asset_key"], column["column"]): column["depth"] for column in found["columns"]
    }
    assert 3 == len(found["edges"])


def test_groups_are_a_graph_of_their_own(estate: DevServer) -> None:
    """Edges between groups count the dependencies that they stand for."""
    found = estate.get("/api/graph/groups").json

    names = [node["name"] for node in found["nodes"]]
    assert {("raw", "clean", 2), ("clean", "report", 1), ("report", "default", 1)} == {
        (names[up], names[down], count) for up, down, count in found["edges"]
    }


def test_what_changed_is_told(estate: DevServer) -> None:
    """From before anything was loaded, everything is new; from now on, nothing is."""
    everything = estate.get("/api/graph/diff?since=0").json

    assert ["joined", "raw/a", "raw/b", "report", "x", "y"] == everything["added"]
    assert ["joined", "report"] in everything["added_edges"]
    assert [] == estate.get("/api/graph/diff?since=99999999999&until=99999999999").json["added"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gr", {"group:"}),
        ("group:", {"group:raw", "group:clean", "group:report", "group:default"}),
        ("status:", {"status:fresh", "status:missing", "status:unreported"}),
        ("+joi", {"joined"}),
        ("joined ", {"and", "or", "+"}),
        ("(joined a", {"and"}),
    ],
)
def test_selections_are_completed(estate: DevServer, text: str, expected: set[str]) -> None:
    """What may follow is offered, with the part of the text that it takes the place of."""
    found = estate.get(f"/api/selection/complete?text={quote(text)}&cursor={len(text)}").json

    assert expected == {item["text"] for item in found["items"]}
    assert len(text) == found["end"]


def test_completion_tells_what_is_wrong(estate: DevServer) -> None:
    """The whole text is judged, too."""
    found = estate.get(f"/api/selection/complete?text={quote('a &')}").json

    assert 2 == found["error"]["at"]["position"]
    assert estate.get("/api/selection/complete?text=a").json["error"] is None
    assert json.dumps(found)


def test_the_command_lists_a_selection(home: Path) -> None:
    """`asset list` and `assets list` take what the API takes, and explain a mistake in one line."""
    listed = json.loads(headwater(home, "assets", "list", "1+joined and not status:fresh", "--json").stdout)
    wrong = headwater(home, "asset", "list", "joined &")

    assert ["raw/a", "raw/b"] == keys(listed)
    assert 1 == wrong.returncode
    assert "Write and for &" in wrong.stderr


def test_the_command_shows_lineage(home: Path) -> None:
    """Neighbours, ways, impact and columns, for people and for scripts."""
    near = json.loads(headwater(home, "lineage", "joined", "--up", "1", "--json").stdout)
    impact = headwater(home, "lineage", "raw/a", "--impact").stdout
    columns = headwater(home, "lineage", "joined", "--columns").stdout

    assert ["joined", "raw/a", "raw/b"] == [node["asset"]["key"] for node in near["nodes"]]
    assert "raw/a → joined → report\n" == headwater(home, "lineage", "raw/a", "--to", "report").stdout
    assert "Owners: cfo@example.com (1), team:data (1), nobody (2)" in impact
    assert ["id", "-1", "raw/b", "ref"] in [line.split() for line in columns.splitlines()]
    assert 1 == headwater(home, "lineage", "nope").returncode
    assert 1 == headwater(home, "lineage", "joined", "--impact", "--columns").returncode


def test_materialize_takes_a_selection(home: Path) -> None:
    """It makes the native assets that are meant, and names what it leaves out."""
    done = headwater(home, "materialize", "1+report or raw/*", "-f", str(PROJECT))

    assert 0 == done.returncode
    assert "left out: raw/a, raw/b" in done.stderr
    assert "Step report succeeded" in done.stdout
    assert 1 == headwater(home, "materialize", "raw/*", "-f", str(PROJECT)).returncode


def test_columns_are_listed_by_asset_with_what_they_are_made_from(estate: DevServer) -> None:
    """Of several assets at once, with the edges among them; what is not known has the columns that others name."""
    found = estate.get("/api/graph/tables?key=joined&key=raw/a&key=nowhere").json
    names = {table["key"]: [column["name"] for column in table["columns"]] for table in found["items"]}

    assert {"joined": ["id"], "raw/a": ["id"], "nowhere": []} == names
    assert [["raw/a", "id", "joined", "id"]] == found["edges"]
    assert 400 == estate.get("/api/graph/tables").status


def test_origins_go_by_kind_until_somebody_reports(estate: DevServer) -> None:
    """An outside asset comes from what its definition says; those of which nothing is known are left out."""
    found = estate.get("/api/graph/origins").json["items"]

    assert {"raw/a": "csv", "raw/b": "csv"} == {origin["key"]: origin["system"] for origin in found}


SCHEDULED = """
import headwater as hw

@hw.asset
def orders(): return 1

@hw.asset
def report(orders): return 2

@hw.asset
def alone(): return 3

nightly = hw.ScheduleDefinition(name="nightly", cron_schedule="0 3 * * *", target=["orders"])
job = hw.define_asset_job("both", ["orders", "report"])
weekly = hw.ScheduleDefinition(name="weekly", cron_schedule="0 3 * * 0", job=job)
defs = hw.Definitions(assets=[orders, report, alone], jobs=[job], schedules=[nightly, weekly])
"""


def test_origins_name_the_schedules_that_make_an_asset(tmp_path: Path) -> None:
    """Those that ask for it themselves, and those of whose job it is a part."""
    project = tmp_path / "scheduled.py"
    project.write_text(SCHEDULED)
    with dev_server(tmp_path / "home", str(project)) as server:
        server.wait_for(lambda: len(server.get("/api/assets").json["items"]) == 3)
        found = {origin["key"]: origin["schedules"] for origin in server.get("/api/graph/origins").json["items"]}

    assert {"orders": ["nightly", "weekly"], "report": ["weekly"]} == found


def test_origins_name_the_job_that_reported_an_asset_last(tmp_path: Path) -> None:
    """A dataset that OpenLineage tells of comes from the job that wrote it."""
    run = {"runId": "0199c7a0-0000-7000-8000-000000000001"}
    output = {"namespace": "postgres://db:5432", "name": "public.orders"}
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-20T10:00:00Z",
        "run": run,
        "job": {"namespace": "airflow", "name": "load_orders"},
        "outputs": [output],
        "producer": "https://example.com/airflow",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        assert server.post("/api/v1/lineage", event).status < 300
        found = {origin["key"]: origin["system"] for origin in server.get("/api/graph/origins").json["items"]}

    assert "airflow/load_orders" in found.values()
