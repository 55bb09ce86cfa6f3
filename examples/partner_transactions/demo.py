"""Start the whole example: the outside world, then Headwater. Ctrl-C stops both.

Everything that it writes goes below one folder, this one unless --home names another: the world, the data, the store.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_OUTSIDE_WORLD = _HERE / "outside_world"
_SFTP_PORT = 2222
_START_SECONDS = 120.0
_STOP_SECONDS = 10.0
_ASK_AGAIN_SECONDS = 0.05


class DemoError(Exception):
    """The demo can't start or go on; the message says why, and what to do."""


class Demo:
    """The processes of the demo, and what they are told."""

    def __init__(self, home: Path, port: int, every: float | None) -> None:
        self._home = home
        self._store = home / ".headwater"
        self._port = port
        self._every = every
        self._children: dict[str, Process] = {}
        self._address = f"http://localhost:{port}"

    async def run(self) -> None:
        """Start everything, and wait until told to stop.

        Raises:
            DemoError: the port is taken, or a process has ended.
        """
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        working = asyncio.create_task(self._work())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)
            await self._stop()

    async def _work(self) -> None:
        if not _is_free(self._port):
            raise DemoError(
                f"Port {self._port} is taken. Stop what listens there (another demo?), or choose a port: "
                f"{_shown(sys.executable)} {_shown(__file__)} --port {self._port + 1}"
            )
        is_new = not self._store.exists()
        sftp_port = _SFTP_PORT if _is_free(_SFTP_PORT) else 0
        serve = ["serve", "--port", str(sftp_port), *([] if self._every is None else ["--every", str(self._every)])]
        partner = await self._start("The partner's SFTP server", [str(_OUTSIDE_WORLD), *serve], stdout=PIPE)
        sftp_port = await self._read_port(partner)
        dev = ["-m", "headwater.cli", "dev", str(_HERE / "definitions.py"), "--port", str(self._port)]
        headwater = await self._start("Headwater", dev, PARTNER_SFTP_PORT=str(sftp_port))
        ends = [asyncio.create_task(self._end(name, child)) for name, child in self._children.items()]
        forwarding = asyncio.create_task(_forward(partner))
        try:
            await self._wait_until_ready(headwater)
            if is_new:
                await self._run_pipeline()
            print(self._greeting(), flush=True)
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            forwarding.cancel()
            for end in ends:
                end.cancel()
        raise DemoError("".join(end.result() for end in ends if end.done() and not end.cancelled()))

    async def _start(self, name: str, arguments: list[str], stdout: int | None = None, **more: str) -> Process:
        places = {"PARTNER_WORLD": self._home / "world", "PARTNER_DATA": self._home / "data"}
        environment = {**os.environ, **{key: str(place) for key, place in places.items()}, **more}
        environment["HEADWATER_HOME"] = str(self._store)
        # A session of its own: a Ctrl-C in the terminal is for the demo, which then stops its children in order.
        child = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=environment, stdout=stdout, start_new_session=True
        )
        self._children[name] = child
        return child

    async def _read_port(self, partner: Process) -> int:
        """The port in the line that the server prints once it listens."""
        line = await partner.stdout.readline() if partner.stdout is not None else b""
        if not line:
            raise DemoError(await self._end("The partner's SFTP server", partner))
        print(line.decode().rstrip(), flush=True)
        return int(line.decode().partition("127.0.0.1:")[2].partition(",")[0])

    async def _wait_until_ready(self, headwater: Process) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _START_SECONDS
        while not await asyncio.to_thread(_answers, f"http://127.0.0.1:{self._port}/health/ready"):
            if headwater.returncode is not None:
                raise DemoError(await self._end("Headwater", headwater))
            if loop.time() > deadline:
                raise DemoError(f"Headwater was not ready within {_START_SECONDS:g} s; its output is above.")
            await asyncio.sleep(_ASK_AGAIN_SECONDS)

    async def _run_pipeline(self) -> None:
        """Let the other orchestrator have its first night, so that its assets have something to show."""
        name = "The nightly pipeline"
        pipeline = await self._start(name, [str(_OUTSIDE_WORLD), "orchestrator", "--url", self._address])
        await pipeline.wait()
        del self._children[name]

    @staticmethod
    async def _end(name: str, child: Process) -> str:
        status = await child.wait()
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return f"{name} {how}, so the demo stops; what it said is above.\n"

    async def _stop(self) -> None:
        for name, child in reversed(self._children.items()):
            if child.returncode is None:
                child.terminate()
                try:
                    await asyncio.wait_for(child.wait(), _STOP_SECONDS)
                except TimeoutError:
                    print(f"{name} did not stop within {_STOP_SECONDS:g} s, and was killed.", file=sys.stderr)
                    child.kill()
                    await child.wait()

    def _greeting(self) -> str:
        world = "" if self._home == _HERE else f" --world {_shown(self._home / 'world')}"
        outside = f"{_shown(sys.executable)} {_shown(_OUTSIDE_WORLD)}{world}"
        url = "" if self._port == 3000 else f" --url {self._address}"
        return f"""
Headwater is ready: {self._address}

Try, in another terminal:

  Deliver a file as the partner does, and watch what is downstream follow:
    {outside} deliver

  Report an update by HTTP:
    curl -X POST -H 'Content-Type: application/json' '{self._address}/report_asset_materialization/' \\
      -d '{{"asset_key": "raw_transactions", "metadata": {{"file_last_modified_at_ms": 1724614700266}}}}'

  Let the other orchestrator run and report; let the tracking tool write one more day:
    {outside} orchestrator{url}
    {outside} lake

  More, and how to break things: {_shown(_HERE / "README.md")}

Ctrl-C stops everything."""


async def _forward(child: Process) -> None:
    while child.stdout is not None and (line := await child.stdout.readline()):
        print(line.decode(errors="replace").rstrip(), flush=True)


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        # A connection of an earlier demo that is still closing does not hold the port.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(url: str) -> bool:
    with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=1) as answer:
        return bool(answer.status == 200)
    return False


def _shown(path: str | Path) -> str:
    """A path as one would type it here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.path.join(os.pardir, os.pardir)) else relative


def main() -> int:
    """Run the demo, and return the exit status."""
    parser = argparse.ArgumentParser(description="Headwater with the example of the partner's transactions.")
    parser.add_argument("--port", type=int, default=3000, help="port of the web app (%(default)s)")
    parser.add_argument("--home", type=Path, default=_HERE, help="folder for world, data and store (the example's own)")
    parser.add_argument("--every", type=float, metavar="SECONDS", help="let the partner deliver a file so often")
    chosen = parser.parse_args()
    try:
        asyncio.run(Demo(chosen.home.resolve(), chosen.port, chosen.every).run())
    except KeyboardInterrupt:  # before there was anything to stop
        return 130
    except DemoError as error:
        print(f"\n{str(error).strip()}", file=sys.stderr)
        return 1
    print("\nThe demo has stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
