"""A job with a condition on a real server: a report of what it begins with runs the whole of it, and says why."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from servers import dev_server

from headwater.cli.main import main

PROJECT = """
import headwater as hw


@hw.asset(deps=["orders"])
def clean() -> None: ...


@hw.asset(deps=[clean])
def mart() -> None: ...


job = hw.define_asset_job(
    "nightly",
    selection=[clean, mart],
    automation_condition=hw.AutomationCondition.any_job_root_assets_match(hw.AutomationCondition.eager()),
)
defs = hw.Definitions([hw.AssetSpec("orders"), clean, mart], jobs=[job])
"""


def test_a_report_runs_the_job_once_and_the_run_says_why(tmp_path: Path) -> None:
    """By command and by HTTP; and no run would differ with the same definitions."""
    project, home = tmp_path / "code" / "defs.py", tmp_path / "home"
    project.parent.mkdir()
    project.write_text(PROJECT)
    with dev_server(home, str(project)) as server:
        server.post("/report_asset_materialization/", {"asset_key": "orders"})
        server.wait_for(lambda: server.events("mart"))
        (run,) = server.wait_for(
            lambda: [each for each in server.get("/api/runs").json["items"] if each["status"] == "success"]
        )
        why = server.get(f"/api/runs/{run['run_id']}/why").json
        now = server.get("/api/jobs/nightly/automation").json
        told = [
            CliRunner().invoke(main, [*arguments, "--home", str(home)]).stdout
            for arguments in (["why", "--job", "nightly"], ["why", "--run", run["run_id"], "--tree"], ["what-if"])
        ]

    assert ("nightly", ["clean", "mart"]) == (run["job_name"], sorted(run["assets"]))
    assert ("requested by its condition because orders was updated", ["nightly"]) == (
        why["answer"],
        [each["job"] for each in why["assets"]],
    )
    assert (False, [[run["run_id"]]]) == (
        now["holds"],
        [each["run_ids"] for each in now["evaluations"] if each["run_ids"]],
    )
    assert "Job 'nightly' is not to be run now" in told[0]
    assert "job nightly: of clean it holds that eager" in told[1]
    assert "No run would differ." == told[2].strip()
