"""Dynamic partitions over HTTP: listed, changed, and refused where the change makes no sense."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "parts.py"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with assets in parts."""
    with dev_server(tmp_path_factory.mktemp("parts") / "home", str(PROJECT)) as started:
        started.wait_for(lambda: len(started.get("/api/assets").json["items"]) == 3)
        yield started


def change(server: DevServer, **body: Any) -> Any:
    """Change the customers, or say what that would come to."""
    answer = server.post("/api/dynamic_partitions/customers", body)
    assert 200 == answer.status, answer.json
    return answer.json


def test_a_change_is_told_before_it_is_made(parts: DevServer) -> None:
    """A dry run names what would be added and deleted, and leaves everything as it is."""
    change(parts, add=["kept", "gone"])
    plan = change(parts, add=["kept", "new"], delete=["gone", "never"], dry_run=True)

    assert (["new"], ["gone"], ["invoices"]) == (plan["added"], plan["deleted"], plan["assets"])
    assert {"kept", "gone"} <= set(parts.get("/api/dynamic_partitions/customers").json["keys"])
    assert "new" not in change(parts, delete=["gone"])["keys"]


@pytest.mark.parametrize(
    ("name", "body"),
    [("nobody", {}), ("customers", {"add": ["a", "a"]}), ("customers", {"add": ["a...b"]}), ("customers", {"ad": []})],
)
def test_nonsense_is_refused(parts: DevServer, name: str, body: dict[str, Any]) -> None:
    """A name that no asset has, a key twice, a key that can't be stored, a field that there is not."""
    answer = parts.post(f"/api/dynamic_partitions/{name}", body)

    assert 400 <= answer.status < 500
    assert answer.json["error"]


def test_keys_come_and_go_by_command(parts: DevServer) -> None:
    """The server that runs beside the command has them at once; what can't be is said."""

    def command(*words: str, fails: bool = False) -> str:
        whole = [sys.executable, "-m", "headwater.cli", "partitions", *words, "--home", str(parts.home)]
        done = subprocess.run(whole, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr if fails else done.stdout

    assert "Added acme, bolt." in command("add", "customers", "acme", "bolt")
    assert "all there already" in command("add", "customers", "bolt")
    served = parts.get("/api/dynamic_partitions/customers").json["keys"]
    listed = command("list", "customers").split()
    names = json.loads(command("list", "--json"))
    assert "Deleted acme." in command("delete", "customers", "acme", "--yes")
    assert "None of them" in command("delete", "customers", "acme", "--yes")
    unknown = command("add", "nobody", "acme", fails=True)

    assert {"acme", "bolt"} <= set(served)
    assert served == listed
    assert [("customers", ["invoices"])] == [(each["name"], each["assets"]) for each in names]
    assert "acme" not in parts.get("/api/dynamic_partitions/customers").json["keys"]
    assert "DynamicPartitionsDefinition(name='nobody')" in unknown
