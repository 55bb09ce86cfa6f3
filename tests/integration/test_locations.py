"""Several code locations: with environments of their own, and on other machines over TLS."""

from __future__ import annotations

import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from demos import free_port
from servers import LIMIT, DevServer, dev_server

SOURCE = Path(__file__).parents[2] / "src"
PROJECT = """
import os, sys
import headwater as hw

@hw.asset(name="{name}_made")
def made():
    where = {{"prefix": sys.prefix, "folder": os.getcwd(), "mood": os.environ.get("MOOD", "")}}
    return hw.MaterializeResult(metadata=where)

@hw.asset(name="{name}_raises")
def raises():
    raise ValueError("no luck")

@hw.asset(name="{name}_exits")
def exits():
    os._exit(3)

@hw.sensor(name="{name}_counts", minimum_interval_seconds=0.2)
def counts(context):
    number = int(context.cursor or 0) + 1
    return hw.SensorResult(asset_events=[hw.AssetMaterialization("{name}_counted")], cursor=str(number))

defs = hw.Definitions(assets=[made, raises, exits], sensors=[counts])
"""


def project(folder: Path, name: str) -> Path:
    """A project whose assets begin with a name."""
    path = folder / f"{name}.py"
    path.write_text(PROJECT.format(name=name))
    return path


def environment(folder: Path, *, with_headwater: bool = True) -> str:
    """A Python environment of its own; its interpreter, as a workspace file names it."""
    venv.create(folder, symlinks=True, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    if with_headwater:
        installed = next(path for path in sys.path if path.endswith("site-packages"))
        (site / "borrowed.pth").write_text(f"{installed}\n{SOURCE}\n")
    return f"{folder.name}/bin/python"


def locations(server: DevServer) -> dict[str, Any]:
    """Each location as it stands."""
    return {item["name"]: item for item in server.get("/api/locations").json["items"]}


def make(server: DevServer, asset: str) -> Any:
    """Request a run of one asset, and wait for its end."""
    server.wait_for(lambda: server.get(f"/api/assets/detail?key={asset}").status == 200)
    run_id = server.post("/api/runs", {"assets": [asset]}).json["run_id"]
    return server.wait_for(
        lambda: (found := server.get(f"/api/runs/{run_id}").json["run"])["ended_at"] is not None and found
    )


def test_locations_have_environments_of_their_own(tmp_path: Path) -> None:
    """One workspace file names interpreters, folders and variables; one that lacks Headwater says so, others work."""
    project(tmp_path, "one")
    project(tmp_path, "two")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "headwater.toml").write_text(f"""
[[location]]
target = "one.py"

[[location]]
name = "second"
target = "two.py"
python = "{environment(tmp_path / "own")}"
working_directory = "elsewhere"
env = {{ MOOD = "good" }}

[[location]]
name = "bare"
target = "two.py"
python = "{environment(tmp_path / "bare", with_headwater=False)}"
""")
    with dev_server(tmp_path / "home", str(tmp_path / "headwater.toml")) as server:
        server.wait_for(lambda: len(locations(server)) == 3)
        found = locations(server)
        runs = [make(server, "one_made"), make(server, "two_made")]
        made = {key: server.events(key)[0]["metadata"] for key in ("one_made", "two_made")}
        server.stop()

    assert {"one": "loaded", "second": "loaded", "bare": "failed"} == {n: each["status"] for n, each in found.items()}
    assert "No module named 'headwater'" in found["bare"]["error"]["message"]
    assert "Its environment needs the same release of Headwater" in found["bare"]["error"]["message"]
    assert ["success", "success"] == [run["status"] for run in runs]
    assert str(tmp_path / "own") == made["two_made"]["prefix"]["value"] != made["one_made"]["prefix"]["value"]
    assert (str(tmp_path / "elsewhere"), "good") == tuple(made["two_made"][k]["value"] for k in ("folder", "mood"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[location]\n", "is not TOML"),
        ('[[location]]\ntarget = "a.py"\nphyton = "x"\n', "phyton"),
        ('[[location]]\nname = "x"\n', "needs a target"),
        ('[[location]]\ntarget = "a.py"\n[[location]]\ntarget = "b/a.py"\n', "several locations with the name 'a'"),
        ('[[location]]\nname = "x"\naddress = "http://y"\n', "write tls://HOST:PORT"),
    ],
)
def test_a_mistaken_workspace_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """One line says what is wrong."""
    (tmp_path / "headwater.toml").write_text(text)
    command = [sys.executable, "-m", "headwater.cli", "dev", "headwater.toml", "--port", "0", "--home", "home"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT)

    assert 1 == done.returncode
    assert message in done.stderr
    assert "Traceback" not in done.stderr


class Remote:
    """`headwater location serve` with a certificate for localhost, and what engines need to reach it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        authority = trustme.CA()
        certificate = authority.issue_cert("localhost")
        authority.cert_pem.write_to_path(folder / "ca.pem")
        trustme.CA().cert_pem.write_to_path(folder / "other-ca.pem")
        certificate.private_key_pem.write_to_path(folder / "key.pem")
        for number, blob in enumerate(certificate.cert_chain_pems):
            blob.write_to_path(folder / "cert.pem", append=number > 0)
        (folder / "token").write_text("a-token-that-is-long-enough\n")
        (folder / "wrong-token").write_text("another-token-of-this-length\n")
        self.target = project(folder, "lab")
        self.port = free_port()

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        """Serve, on the same port each time."""
        command = [sys.executable, "-m", "headwater.cli", "location", "serve", str(self.target)]
        command += ["--bind", f"127.0.0.1:{self.port}", "--cert", "cert.pem", "--key", "key.pem"]
        command += ["--token-file", "token", "--home", "remote-home"]
        process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if f"is on tls://127.0.0.1:{self.port}" in line:
                break
        else:
            raise AssertionError(said)
        drainer = threading.Thread(target=process.stdout.read)
        drainer.start()
        try:
            yield process
        finally:
            process.kill()
            drainer.join(LIMIT)
            process.stdout.close()
            process.wait(LIMIT)

    def workspace(self, name: str, ca: str = "ca.pem", token: str = "token") -> str:
        """A workspace file that names it."""
        path = self.folder / f"{name}.toml"
        address = f"tls://localhost:{self.port}"
        path.write_text(f'[[location]]\nname = "lab"\naddress = "{address}"\nca = "{ca}"\ntoken_file = "{token}"\n')
        return str(path)


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Remote:
    """A location that another process serves."""
    return Remote(tmp_path_factory.mktemp("remote"))


def test_a_location_elsewhere_works_as_one_here(remote: Remote) -> None:
    """It ticks and runs there; failures and dead workers are told; when the connection is lost, it comes back."""
    with remote.serving():
        with dev_server(remote.folder / "home", remote.workspace("good")) as server:
            runs = {name: make(server, f"lab_{name}") for name in ("made", "raises", "exits")}
            server.wait_for(lambda: len(server.events("lab_counted")) >= 3)
            with_first = len(server.events("lab_counted"))
        assert "success" == runs["made"]["status"]
        assert "ValueError: no luck" in runs["raises"]["error"]["message"]
        assert "exit code 3" in runs["exits"]["error"]["message"]
    assert with_first >= 3


CHATTY = """
import os
import sys
import time
import headwater as hw


@hw.asset
def said(context):
    print("printed there")
    print("complained there", file=sys.stderr)
    context.log.info("logged there")
    return os.getcwd()


@hw.asset
def dies():
    print("last words", flush=True)
    os._exit(3)


@hw.asset
def waits(context) -> None:
    context.progress(1, 4)
    print("before it waits", flush=True)
    try:
        while True:
            time.sleep(60)
    finally:
        print("as it is stopped", flush=True)


@hw.asset(io_manager_key="shared")
def counts():
    return [os.getcwd(), 2, 3]


shared = hw.FilesystemIOManager(SHARED)
defs = hw.Definitions(assets=[said, dies, waits, counts], resources={"shared": shared})
"""
READER = """
import headwater as hw


@hw.asset
def largest(counts):
    return hw.MaterializeResult(metadata={"made_in": counts[0], "largest": max(counts[1:])})


shared = hw.FilesystemIOManager(SHARED)
counts = hw.AssetSpec("counts").with_io_manager_key("shared")
defs = hw.Definitions(assets=[counts, largest], resources={"shared": shared})
"""


def lines_of(server: DevServer, run_id: str) -> set[tuple[str, str]]:
    """What the app shows of a run's log: streams and texts."""
    return {(line["stream"], line["text"]) for line in server.get(f"/api/runs/{run_id}/log").json["items"]}


def test_what_steps_elsewhere_write_is_seen_here(tmp_path: Path) -> None:
    """Log, output and progress of steps that succeed, die and are canceled.

    Values that stay there are warned of; one in a place that both can reach is read here.
    """
    remote = Remote(tmp_path)
    shared = f"SHARED = {str(tmp_path / 'shared')!r}"
    remote.target.write_text(f"{shared}\n{CHATTY}")
    (tmp_path / "reader.py").write_text(f"{shared}\n{READER}")
    with (
        remote.serving(),
        dev_server(tmp_path / "home", remote.workspace("chatty"), str(tmp_path / "reader.py")) as server,
    ):
        runs = {name: make(server, name) for name in ("said", "dies", "counts", "largest")}
        (largest,) = server.events("largest")
        waiting = server.post("/api/runs", {"assets": ["waits"]}).json["run_id"]
        server.ask_until(lambda: ("stdout", "before it waits") in lines_of(server, waiting))
        progress = server.ask_until(lambda: server.get(f"/api/runs/{waiting}").json["steps"][0]["progress"])
        assert 202 == server.post(f"/api/runs/{waiting}/cancel", {}).status
        server.wait_for(lambda: server.get(f"/api/runs/{waiting}").json["run"]["status"] == "canceled")
        said, died, canceled = (
            lines_of(server, run_id) for run_id in (runs["said"]["run_id"], runs["dies"]["run_id"], waiting)
        )
        warnings = locations(server)["lab"]["warnings"]

    assert {("stdout", "printed there"), ("stderr", "complained there"), ("log", "logged there")} <= said
    assert ("stdout", "last words") in died
    assert ["success", "success"] == [runs[name]["status"] for name in ("counts", "largest")]
    assert (str(tmp_path), 3) == tuple(largest["metadata"][name]["value"] for name in ("made_in", "largest"))
    assert ("stdout", "as it is stopped") in canceled
    assert (1, 4) == (progress["done"], progress["total"])
    assert 1 == len(warnings)
    assert "The values of dies, said stay on the machine" in warnings[0]
    assert [] == [path for path in (tmp_path / "remote-home").rglob("*") if "carried" in path.parts and path.is_file()]


def test_a_lost_connection_comes_back(remote: Remote) -> None:
    """The other machine goes down and up again: its sensors go on."""
    with remote.serving():
        pass
    with dev_server(remote.folder / "home2", remote.workspace("again")) as server:
        server.wait_for(lambda: locations(server).get("lab", {}).get("status") == "failed")
        reason = locations(server)["lab"]["error"]["message"]
        with remote.serving():
            server.wait_for(lambda: server.events("lab_counted"))
        server.wait_for(lambda: locations(server)["lab"]["status"] == "failed")
        before = len(server.events("lab_counted"))
        with remote.serving():
            server.wait_for(lambda: len(server.events("lab_counted")) > before)

    assert "can't be reached" in reason
    assert "headwater location serve" in reason


@pytest.mark.parametrize(
    ("ca", "token", "message"),
    [("other-ca.pem", "token", "is not trusted"), ("ca.pem", "wrong-token", "the token is wrong")],
)
def test_strangers_are_refused(remote: Remote, ca: str, token: str, message: str) -> None:
    """A certificate of another authority, and a wrong token: each says which."""
    with remote.serving(), dev_server(remote.folder / message[:12], remote.workspace(message[:6], ca, token)) as server:
        server.wait_for(lambda: locations(server).get("lab", {}).get("status") == "failed")
        error = locations(server)["lab"]["error"]["message"]

    assert message in error
