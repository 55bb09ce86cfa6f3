"""The command, as a person and a script use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"


def headwater(home: Path, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command on a home of its own, in this folder or another one."""
    command = [sys.executable, "-m", "headwater.cli", *arguments]
    environment = {"HEADWATER_HOME": str(home), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one asset was made."""
    folder = tmp_path_factory.mktemp("home")
    done = headwater(folder, "materialize", "cleaned", "summary", "-f", str(PROJECT))
    assert "Step summary succeeded" in done.stdout, done.stderr
    return folder


def test_the_version_is_told() -> None:
    """`--version` says which release it is."""
    done = subprocess.run(
        [sys.executable, "-m", "headwater.cli", "--version"], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("headwater, version 0.")


def test_each_command_explains_itself(tmp_path: Path) -> None:
    """Every command and group has help that begins with what it does."""
    for words in (
        ["dev"], ["materialize"], ["report"], ["report", "check"], ["asset", "list"], ["asset", "show"],
        ["sensor", "list"], ["sensor", "tick"], ["run", "logs"], ["token", "create"], ["deployment", "create"],
    ):  # fmt: skip
        done = headwater(tmp_path, *words, "--help")

        assert 0 == done.returncode
        assert done.stdout.startswith(f"Usage: python -m headwater.cli {' '.join(words)}")


def test_materialize_fails_with_the_reason(home: Path) -> None:
    """A run that fails exits with 1 and shows the traceback from user code on."""
    done = headwater(home, "materialize", "raises", "-f", str(PROJECT))

    assert 1 == done.returncode
    assert "ZeroDivisionError" in done.stderr
    assert "hostile.py" in done.stderr
    assert "run_supervisor" not in done.stderr


PROJECT_THAT_LEAVES = """
import sys
import headwater as hw

class Window(hw.Config):
    days: int

@hw.asset
def leaves():
    sys.exit("no rates today")

@hw.asset
def windowed(config: Window):
    return config.days

defs = hw.Definitions(assets=[leaves, windowed])
"""


def test_materialize_takes_the_definitions_of_its_folder(tmp_path: Path) -> None:
    """As `dev` does; what a function told `sys.exit` is its reason to fail, and nothing but the run is told of."""
    (tmp_path / "definitions.py").write_text(PROJECT_THAT_LEAVES)
    home = tmp_path / "home"
    left = headwater(home, "materialize", "leaves", folder=tmp_path)
    wrong = headwater(home, "materialize", "windowed", folder=tmp_path)

    assert 1 == left.returncode
    assert "Step leaves failed" in left.stdout
    assert "sys.exit('no rates today')" in left.stderr
    assert 'sys.exit("no rates today")' in left.stderr, "the line of the function is not shown"
    assert "user_calls.py" not in left.stderr
    assert 1 == wrong.returncode
    assert "The config of 'windowed' does not fit: days is missing." in wrong.stderr
    assert 1 == len(wrong.stderr.splitlines())


def test_materialize_refuses_an_external_asset(home: Path) -> None:
    """The refusal is one line that names the asset and the mend."""
    done = headwater(home, "materialize", "raw", "-f", str(PROJECT))

    assert 1 == done.returncode
    assert done.stderr.startswith("Error: raw is an external asset")
    assert "headwater report materialization raw" in done.stderr


def test_assets_are_listed_for_scripts(home: Path) -> None:
    """`--json` gives the API's shapes."""
    listed = json.loads(headwater(home, "asset", "list", "--json").stdout)

    states = {row["key"]: (row["kind"], row["status"]) for row in listed}
    assert ("native", "fresh") == states["summary"]
    assert ("external", "unreported") == states["raw"]


def test_one_asset_is_shown(home: Path) -> None:
    """For people, the facts stand one a line; an unknown key is an error."""
    shown = headwater(home, "asset", "show", "cleaned").stdout

    assert shown.startswith("cleaned  (native, ")
    assert "has_rows passed" in shown
    assert "There is no asset 'nope'" in headwater(home, "asset", "show", "nope").stderr


def test_a_sensor_is_ticked_by_hand(home: Path) -> None:
    """A dry run shows what the tick comes to and keeps nothing; a real one keeps it."""
    tried = headwater(home, "sensor", "tick", "starts_runs", "-f", str(PROJECT), "--dry-run")
    before = json.loads(headwater(home, "sensor", "list", "--json").stdout)
    headwater(home, "sensor", "tick", "starts_runs", "-f", str(PROJECT))
    after = json.loads(headwater(home, "sensor", "list", "--json").stdout)

    assert "run requested" in tried.stdout
    ticks = [{sensor["name"]: sensor["last_tick"] for sensor in listed}["starts_runs"] for listed in (before, after)]
    assert ticks[0] is None
    assert "success" == ticks[1]["status"]
    assert headwater(home, "sensor", "ticks", "starts_runs").stdout.rstrip().endswith("1 run")


def test_a_runs_log_is_printed(home: Path) -> None:
    """What a run logged and printed is there for the shell; the beginning of its id is enough."""
    run = next(run for run in json.loads(headwater(home, "run", "list", "--json").stdout) if "summary" in run["assets"])
    beginning = run["run_id"][:12]
    for status in (run["status"], run["status"].upper()):
        assert run["run_id"] in headwater(home, "run", "list", "--status", status).stdout

    assert "to standard output" in headwater(home, "run", "logs", beginning).stdout
    assert "summary" in headwater(home, "run", "show", beginning).stdout
    assert "There is no run whose id is, or begins with, 'nope'" in headwater(home, "run", "cancel", "nope").stderr


def test_a_failed_run_is_found_and_told_of(home: Path) -> None:
    """The command names the run; `show` says what it is of and when; the log's traceback begins in user code.

    A retry that nobody is there to carry out says that it waits.
    """
    requested, *_ = headwater(home, "materialize", "raises", "-f", str(PROJECT)).stdout.splitlines()
    run_id = requested.removeprefix("Run requested: ")
    shown = headwater(home, "run", "show", run_id).stdout
    logged = headwater(home, "run", "logs", run_id).stdout
    retried = headwater(home, "run", "retry", run_id[:12])

    assert ["makes raises", "by cli", "ended after", "ZeroDivisionError"] == [
        word for word in ("makes raises", "by cli", "ended after", "ZeroDivisionError") if word in shown
    ]
    assert "The step failed\nTraceback" in logged
    assert "step_work.py" not in logged
    assert 0 == retried.returncode
    assert "It waits" in retried.stderr


def test_without_a_store_the_command_says_what_to_do(tmp_path: Path) -> None:
    """Nothing is made by looking."""
    done = headwater(tmp_path / "nowhere", "asset", "list")

    assert 1 == done.returncode
    assert "headwater dev FILE" in done.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1", "holds no Definitions"),
        ("import headwater as hw\na = hw.Definitions()\nb = hw.Definitions()", "holds several Definitions (a, b)"),
        ("1 / 0", "ZeroDivisionError"),
        ("import sys\nsys.exit(4)", "SystemExit: 4"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_code_that_does_not_load_says_why(tmp_path: Path, code: str, message: str) -> None:
    """A file without usable definitions is one clear error."""
    file = tmp_path / "broken.py"
    file.write_text(code)

    done = headwater(tmp_path / "home", "materialize", "a", "-f", str(file))

    assert 1 == done.returncode
    assert message in done.stderr
    assert "run_supervisor" not in done.stderr
