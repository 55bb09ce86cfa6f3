"""Checks of an asset that another system makes, carried out by themselves on a real server."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from servers import DevServer, dev_server

from headwater.cli.main import main

DEFINITIONS = """
import headwater as hw

orders = hw.AssetSpec("orders")
customers = hw.DynamicPartitionsDefinition(name="customers")

@hw.asset_check(asset=orders)
def has_reports(context: hw.AssetCheckExecutionContext) -> bool:
    return context.instance.get_latest_materialization_event("orders") is not None

@hw.asset(partitions_def=customers)
def account() -> int:
    return 1

@hw.asset(deps=[account])
def all_accounts(account: dict[str, int]) -> hw.MaterializeResult:
    return hw.MaterializeResult(metadata={"accounts": sorted(account)})

bounds = hw.build_metadata_bounds_checks(assets=[orders], metadata_key="dagster/row_count", min_value=1)
nightly = hw.define_asset_job("checks_of_orders", selection=hw.AssetSelection.checks_for_assets(orders))
defs = hw.Definitions([orders, account, all_accounts], asset_checks=[has_reports, *bounds], jobs=[nightly])
"""


def outcomes(server: DevServer) -> dict[str, Any]:
    """Whether each check passed that has been carried out, by name."""
    return {event["check_name"]: event["passed"] for event in server.events("orders", "check_evaluation")}


def test_checks_of_an_external_asset_are_carried_out_by_themselves(tmp_path: Path) -> None:
    """On request and by a job, against what the other system has reported; what can't be carried out is refused."""
    file = tmp_path / "checked.py"
    file.write_text(DEFINITIONS)
    with dev_server(tmp_path / "home", str(file)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        body = {"asset_key": "orders", "metadata": {"dagster/row_count": 0}}
        assert 200 == server.post("/report_asset_materialization/", body).status
        requested = server.post("/api/runs", {"checks": [{"asset": "orders", "name": "has_reports"}]})
        assert 201 == requested.status, requested.body
        assert [{"asset": "orders", "name": "has_reports"}] == requested.json["checks"]
        server.wait_for(lambda: outcomes(server) == {"has_reports": True})
        assert 201 == server.post("/api/jobs/checks_of_orders/runs", {}).status
        server.wait_for(lambda: outcomes(server) == {"has_reports": True, "dagster_row_count_bounds": False})
        statuses = {run["status"] for run in server.get("/api/runs").json["items"]}
        assert statuses <= {"success", "started"}
        for wrong, said in (
            (
                {"checks": [{"asset": "orders", "name": "nope"}]},
                "Its checks are: dagster_row",
            ),
            ({"assets": [], "checks": []}, "either `assets` or `checks`"),
        ):
            refused = server.post("/api/runs", wrong)
            assert 400 <= refused.status < 500
            assert said in refused.body.decode()


def test_checks_by_command(tmp_path: Path) -> None:
    """The command carries out the checks of a selection, or those of a name, and fails where one of weight does."""
    (tmp_path / "checked.py").write_text(DEFINITIONS)
    common = ["--file", str(tmp_path / "checked.py"), "--home", str(tmp_path / "home")]

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["checks", "run", *arguments, *common, "--json"])

    failed = run("key:orders", "--name", "has_reports")
    assert 1 == failed.exit_code, failed.output
    answer = json.loads(failed.output)
    assert [("orders", "has_reports", False)] == [
        (each["asset_key"], each["check_name"], each["passed"]) for each in answer["results"]
    ]
    assert "success" == answer["run"]["status"]
    unknown = run("orders", "--name", "nope")
    assert (1, True) == (unknown.exit_code, "no check named nope" in unknown.output)
    listed = CliRunner().invoke(main, ["checks", "list", "--home", str(tmp_path / "home"), "--json"])
    assert {"has_reports": "failed", "dagster_row_count_bounds": "missing"} == {
        row["check"]["name"]: row["check"]["status"] for row in json.loads(listed.output)
    }


CONDITIONED = """
import headwater as hw

orders = hw.AssetSpec("orders")

@hw.asset_check(asset=orders, automation_condition=hw.AutomationCondition.eager())
def has_rows() -> bool:
    return True

@hw.asset_check(asset=orders)
def by_hand() -> bool:
    return True

defs = hw.Definitions([orders], asset_checks=[has_rows, by_hand])
"""


def _has_results(server: DevServer, count: int) -> bool:
    return len(server.events("orders", "check_evaluation")) == count


def test_a_check_is_carried_out_when_its_condition_holds(tmp_path: Path) -> None:
    """Each report leads to a run of the check alone; the server and the command say why, and why not."""
    file, home = tmp_path / "conditioned.py", tmp_path / "home"
    file.write_text(CONDITIONED)
    with dev_server(home, str(file)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        for count in (1, 2):
            server.post("/report_asset_materialization/", {"asset_key": "orders"})
            server.wait_for(partial(_has_results, server, count))
            server.wait_for(lambda: {run["status"] for run in server.get("/api/runs").json["items"]} == {"success"})
        runs = server.get("/api/runs").json["items"]
        assert [[{"asset": "orders", "name": "has_rows"}]] * 2 == [run["checks"] for run in runs]
        assert {"orders was updated"} == {run["cause"]["reason"] for run in runs}
        why = server.get(f"/api/runs/{runs[0]['run_id']}/why").json
        assert [("orders", "has_rows", True)] == [(e["key"], e["check"], e["tree"]["holds"]) for e in why["assets"]]
        now = server.get("/api/assets/automation?key=orders&check=has_rows").json
        assert ("has_rows", "eager", False) == (now["check"], now["condition"], now["holds"])
        assert 2 <= len(now["evaluations"])
        none = server.get("/api/assets/automation?key=orders&check=by_hand").json
        assert "has no automation condition" in none["answer"]
        assert 404 == server.get("/api/assets/automation?key=orders&check=nope").status
        told = CliRunner().invoke(main, ["why", "orders", "--check", "has_rows", "--home", str(home)])
        assert told.output.startswith("Check 'has_rows' of orders is not to be carried out now: "), told.output
        told = CliRunner().invoke(main, ["why", "--run", runs[0]["run_id"], "--home", str(home)])
        assert "\norders, check has_rows: " in told.output
