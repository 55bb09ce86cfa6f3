"""`headwater why` and `headwater what-if` on the log of a real server, as somebody at the command line sees them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from servers import DevServer, dev_server

from headwater.cli.main import main

PROJECT = Path(__file__).parents[1] / "projects" / "followed.py"
CHANGED = """
import headwater as hw

eager = hw.AutomationCondition.eager()


@hw.asset(deps=["raw"])
def cleaned() -> None: ...


@hw.asset(deps=["raw"], automation_condition=eager)
def summary() -> None: ...


defs = hw.Definitions([hw.AssetSpec("raw"), cleaned, summary])
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DevServer, Path]]:
    """A server that has followed two reports, and made one asset that somebody asked for."""
    home = tmp_path_factory.mktemp("served") / "home"
    with dev_server(home, str(PROJECT)) as server:
        for number in range(2):
            server.post("/report_asset_materialization/", {"asset_key": "raw"})
            server.wait_for(partial(_have_failed, server, number + 1))
        server.post("/api/runs", {"assets": ["by_hand"]})
        server.wait_for(lambda: server.events("by_hand"))
        server.wait_for(lambda: all(run["ended_at"] for run in server.get("/api/runs").json["items"]))
        yield server, home


def failed(server: DevServer) -> list[Any]:
    """The runs that failed."""
    found = server.get("/api/runs?asset=broken").json["items"]
    return [run for run in found if run["status"] == "failure"]


def _have_failed(server: DevServer, count: int) -> bool:
    return len(failed(server)) == count


def headwater(home: Path, *arguments: str) -> Result:
    """Run the command on a home."""
    return CliRunner().invoke(main, [*arguments, "--home", str(home)])


@pytest.mark.parametrize(
    ("asset", "said"),
    [
        ("cleaned", "not to be made now: nothing new: “something upstream was updated” was handled"),
        ("joined", "not to be made now: rates has no version yet"),
        ("broken", "is failure: requested by its condition because raw was updated"),
        ("yearly", "nothing new: “cron_tick_passed(0 0 1 1 *, UTC)” was handled, or never came"),
        ("by_hand", "has no automation condition, so it is made only when somebody or something asks"),
        ("raw", "is an external asset: another system makes it"),
    ],
)
def test_why_an_asset_is_not_made(served: tuple[DevServer, Path], asset: str, said: str) -> None:
    """Each cause has a sentence of its own, the same by command and by HTTP."""
    server, home = served
    told = headwater(home, "why", asset)
    answer = server.get(f"/api/assets/automation?key={asset}").json["answer"]

    assert (0, True, True) == (told.exit_code, said in told.stdout, said in answer)


def test_why_a_run_was_requested(served: tuple[DevServer, Path]) -> None:
    """A run that a condition asked for names the report and the condition; another one who asked."""
    server, home = served
    run = failed(server)[0]
    by_hand = server.get("/api/runs?asset=by_hand").json["items"][0]
    told = headwater(home, "why", "--run", run["run_id"], "--tree").stdout
    asked = server.get(f"/api/runs/{by_hand['run_id']}/why").json

    assert "requested by its condition because raw was updated" in told
    assert "yes eager: all of" in told
    assert "requested by the API" == asked["answer"]


def test_what_if_lists_the_runs_that_would_differ(served: tuple[DevServer, Path], tmp_path: Path) -> None:
    """With the same definitions none; with others, those of each asset that is automated no more, or only now."""
    _, home = served
    same = headwater(home, "what-if")
    # Sorted after the location that is served: it stands for that one whatever its name.
    changed = tmp_path / "zz_changed.py"
    changed.write_text(CHANGED)
    found = json.loads(headwater(home, "what-if", str(changed), "--days", "1", "--json").stdout)

    assert (0, "No run would differ.") == (same.exit_code, same.stdout.strip())
    assert (["broken", "cleaned"] * 2, ["summary"] * 2, 0) == (
        [run["asset_key"] for run in found["only_before"]],
        [run["asset_key"] for run in found["only_after"]],
        found["same"],
    )
