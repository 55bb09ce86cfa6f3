"""The command line of the outside world."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from outside_world import partner, tracking
from outside_world.nightly_pipeline import ReportFailedError, count_run, run_pipeline
from outside_world.places import World, default_world
from outside_world.setup import SEED, make_world, today

DEFAULT_PORT = 2222


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command, and return the exit status."""
    chosen = _parser().parse_args(arguments)
    world = World(chosen.world.resolve())
    try:
        make_world(world)
        return int(chosen.command(world, chosen))
    except (ReportFailedError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _serve(world: World, chosen: argparse.Namespace) -> int:
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve_until_told(world, chosen.port, chosen.every))
    return 0


async def _serve_until_told(world: World, port: int, every: float | None) -> None:
    from outside_world.sftp_server import HOST, listen  # an SSH library takes a while to import

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        server = await listen(world, port)
    except OSError as error:
        mend = f"Choose another with --port, and tell Headwater with PARTNER_SFTP_PORT ({error.strerror})."
        raise OSError(f"The partner's SFTP server can't listen on port {port}. {mend}") from error
    async with server:
        print(f"The partner's SFTP server listens on {HOST}:{server.get_port()}, serving {world.partner}", flush=True)
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every)
            if not stop.is_set():
                path = await asyncio.to_thread(partner.deliver, world, today(), seed=SEED)
                print(f"The partner has delivered {path.name}", flush=True)


def _deliver(world: World, chosen: argparse.Namespace) -> int:
    for _ in range(chosen.count):
        path = partner.deliver(world, chosen.day or today(), seed=SEED, broken=chosen.broken)
        print(f"The partner has delivered {path}")
    return 0


def _lake(world: World, chosen: argparse.Namespace) -> int:
    path = tracking.write_day(world, chosen.day or tracking.next_day(world, today()), seed=SEED)
    print(f"The tracking tool has written {path}")
    return 0


def _orchestrator(world: World, chosen: argparse.Namespace) -> int:
    run = count_run(world)
    url = None if chosen.no_report else chosen.url
    run_pipeline(world, today(), seed=SEED, run=run, url=url, check_fails=chosen.fail_check)
    print(f"The nightly pipeline has loaded {world.warehouse}" + (f" and reported to {url}" if url else ""))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m outside_world",
        description="Other people's systems around the example: a partner with an SFTP server, a tracking tool that "
        "writes a lake, and another orchestrator. Each command first makes what is missing of the world.",
    )
    parser.add_argument(
        "--world",
        type=Path,
        default=default_world().root,
        metavar="FOLDER",
        help="where it all lives (default: $PARTNER_WORLD, else world/ in the example's folder)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the partner's SFTP server until Ctrl-C")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help="port to listen on, 0 for any (%(default)s)")
    serve.add_argument("--every", type=_seconds, metavar="SECONDS", help="deliver a new file so often")
    serve.set_defaults(command=_serve)

    deliver = commands.add_parser("deliver", help="put one more file with dirty transactions on the SFTP server")
    deliver.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="what it is about (today)")
    deliver.add_argument("--count", type=int, default=1, help="how many files (%(default)s)")
    deliver.add_argument("--broken", action="store_true", help="lose most amounts, as when an export goes wrong")
    deliver.set_defaults(command=_deliver)

    lake = commands.add_parser("lake", help="write one more day of clickstream into the lake")
    lake.add_argument(
        "--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="which (yesterday, else the day before the first)"
    )
    lake.set_defaults(command=_lake)

    orchestrator = commands.add_parser("orchestrator", help="run the nightly pipeline, which reports by HTTP")
    orchestrator.add_argument("--url", default="http://localhost:3000", help="where Headwater is (%(default)s)")
    orchestrator.add_argument("--no-report", action="store_true", help="write the warehouse, and tell nobody")
    orchestrator.add_argument("--fail-check", action="store_true", help="lose some accounts, so that its check fails")
    orchestrator.set_defaults(command=_orchestrator)
    return parser


def _seconds(text: str) -> float:
    seconds = timedelta(seconds=float(text)).total_seconds()
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds
