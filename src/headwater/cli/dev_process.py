"""The process of `headwater dev` and `server`: one event loop with the server, and in `dev` the engines too."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import ExitStack

import click

from headwater.cli.engine_process import SETTLED_SECONDS, carry, held, stop
from headwater.cli.homes import read_targets
from headwater.cli.logs import set_up_logging
from headwater.location.memory import collect_rarely, settle, share_arenas
from headwater.server.access.exposure import check_exposure
from headwater.server.access.hosts import Hosts, is_loopback
from headwater.server.app import Server
from headwater.server.deployment import Deployment, Deployments
from headwater.server.metrics import Metrics
from headwater.server.observe import ObservedServer
from headwater.server.serving import GracefulServer, bind
from headwater.server.tracing import tracing_from_environment

_SWITCH_SECONDS = 0.0002


def serve_and_work(deployments: Deployments, host: str, port: int | None, hosts: Hosts, *, works: bool = True) -> None:
    """Serve, and unless `works` is false let engines work beside it, until a signal says to stop.

    Exits with status 1 if an engine died.

    Raises:
        SettingsError: others could reach the server, and nobody could sign in; or an engine works here already.
    """
    set_up_logging(verbose=True)
    check_exposure(deployments, hosts, host)
    # The writer's thread gives the interpreter up at each call of the database, and must not wait long to get it back.
    sys.setswitchinterval(_SWITCH_SECONDS)
    share_arenas()
    collect_rarely()
    listening = bind(host, port)
    metrics, tracing = Metrics(deployments), tracing_from_environment()
    application = Server(deployments, hosts, metrics=metrics)
    server = GracefulServer(ObservedServer(application, metrics, tracing))
    with ExitStack() as stack:
        served = stack.enter_context(held(deployments)) if works else []
        _greet(listening, host, deployments, works=works)
        worked = asyncio.run(_serve(server, listening, served))
    tracing.close()
    if not worked:
        sys.exit(1)


async def _serve(server: GracefulServer, listening: socket.socket, served: list[Deployment]) -> bool:
    """Serve until told to stop. Returns whether every engine worked to the end."""

    def end() -> None:
        server.should_exit = True

    asyncio.get_running_loop().call_later(SETTLED_SECONDS, settle)
    engines = [asyncio.create_task(carry(deployment, watches=True, on_death=end)) for deployment in served]
    await server.serve(sockets=[listening])
    return await stop(engines)


def _greet(listening: socket.socket, host: str, deployments: Deployments, *, works: bool) -> None:
    shown = "localhost" if is_loopback(host) else host
    click.echo(f"Headwater is on http://{shown}:{listening.getsockname()[1]}  (Ctrl-C stops it)")
    if works:
        click.echo(f"Definitions: {', '.join(read_targets(deployments.default()))}")
    click.echo(f"Store: {deployments.home}")
