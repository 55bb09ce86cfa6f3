"""Runs in real workers: resources, secrets, retries, config, several assets of one function, jobs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import headwater as hw

PROJECT = Path(__file__).parents[1] / "projects" / "native.py"
SECRET = "correct-horse-battery"


class Project:
    """The commands of a home with the project in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.notes = home / "notes.txt"

    def run(self, *arguments: str, fails: bool = False) -> Any:
        """The JSON that a command prints."""
        environment = {**os.environ, "HEADWATER_TEST_PASSWORD": SECRET, "HEADWATER_TEST_NOTES": str(self.notes)}
        done = subprocess.run(
            [sys.executable, "-m", "headwater.cli", *arguments, "--home", str(self.home), "--json"],
            capture_output=True,
            text=True,
            env=environment,
        )
        assert (done.returncode != 0) == fails, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    def materializations(self) -> dict[str, Any]:
        """The metadata of each asset that was made."""
        with hw.HeadwaterInstance.local_temp(self.home) as instance:
            found = {key: instance.get_latest_materialization_event(key) for key in instance.get_asset_keys()}
        made = {key: event.materialization for key, event in found.items() if event is not None}
        return {key.to_user_string(): each.metadata for key, each in made.items() if each is not None}

    def steps(self, run_id: str) -> dict[str, str]:
        """The status of each step of a run."""
        return {step["name"]: step["status"] for step in self.run("run", "show", run_id)["steps"]}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh home."""
    return Project(tmp_path)


def test_no_secret_is_kept_anywhere(project: Project) -> None:
    """A function logs, returns and raises its secret: the files and the database of the deployment hold none of it."""
    made = project.run("materialize", "secretive", "-f", str(PROJECT))
    failed = project.run("materialize", "careless", "-f", str(PROJECT), fails=True)

    assert "success" == made["status"]
    assert "wrong password <HEADWATER_TEST_PASSWORD>" in failed["error"]["message"]
    assert ["vault opened", "vault closed"] * 2 == project.notes.read_text().split("\n")[:-1]
    kept = [path for path in project.home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert [] == kept


def test_failed_steps_are_tried_again(project: Project) -> None:
    """An exception and a dead process alike, each as often as declared."""
    run = project.run("materialize", "flaky", "dies_once", "-f", str(PROJECT))

    assert "success" == run["status"]
    assert {"flaky": "success", "dies_once": "success"} == project.steps(run["run_id"])


def test_tags_are_kept_with_the_run_of_a_command(project: Project) -> None:
    """The first equals sign parts name and value."""
    run = project.run("materialize", "windowed", "-f", str(PROJECT), "--tag", "team=growth", "--tag", "a=b=c")

    assert {"team": "growth", "a": "b=c"} == run["tags"]


def test_a_job_has_its_selection_config_and_tags(project: Project) -> None:
    """What is not made this time is skipped with what is below it, and that is no failure."""
    run = project.run("job", "run", "weekly", "-f", str(PROJECT))

    assert ("success", "weekly", {"team": "a"}) == (run["status"], run["job_name"], run["tags"])
    expected = {"windowed": "success", "halves": "success", "below_left": "success", "below_right": "skipped"}
    assert expected == project.steps(run["run_id"])
    assert hw.MetadataValue.int(3) == project.materializations()["left"]["days"]
    assert ["weekly"] == [job["name"] for job in project.run("job", "list")]
    assert "Did you mean 'weekly'" in project.run("job", "run", "weakly", "-f", str(PROJECT), fails=True)


def test_a_range_of_partitions_is_one_run(project: Project) -> None:
    """A worker makes all of them in one call; each has its event, and the run says which they are."""
    run = project.run("materialize", "daily", "-f", str(PROJECT), "--partition", "2026-01-30...2026-01-31")

    assert ("success", None) == (run["status"], run["partition"])
    assert {"first": "2026-01-30", "last": "2026-01-31", "count": 2} == run["partition_range"]
    assert "2 days\n" == project.notes.read_text()
    assert ["2026-01-30", "2026-01-31"] == project.run("run", "show", run["run_id"])["partitions"]
    with hw.HeadwaterInstance.local_temp(project.home) as instance:
        assert {"2026-01-30", "2026-01-31"} == instance.get_materialized_partitions("daily")
    refused = project.run("materialize", "daily", "-f", str(PROJECT), "--partition", "2026-01-30...2027", fails=True)
    assert "There is no partition '2027'" in refused


def test_what_is_made_together_is_made_along(project: Project) -> None:
    """A function that can't make one of its assets alone makes all of them; the run says so from the start."""
    project.run("materialize", "windowed", "-f", str(PROJECT))
    run = project.run("materialize", "left", "-f", str(PROJECT))

    assert (["left", "right"], "success") == (run["assets"], run["status"])


def test_a_failed_run_is_retried_and_a_waiting_one_canceled(project: Project) -> None:
    """The retry has only what was not made, and waits for a server; until one comes it can be canceled."""
    failed = project.run("materialize", "flaky", "careless", "-f", str(PROJECT), fails=True)
    again = project.run("run", "retry", failed["run_id"])

    assert (["careless"], "queued") == (again["assets"], again["status"])
    assert failed["run_id"] == again["tags"]["headwater/retry_of"]
    assert "canceled" == project.run("run", "cancel", again["run_id"])["status"]
    assert "has ended already" in project.run("run", "cancel", again["run_id"], fails=True)
    lines = project.run("run", "logs", failed["run_id"], "--follow")
    assert any("try 1" in line["text"] for line in lines)
