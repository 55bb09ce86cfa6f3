"""The process of `headwater dev`: one event loop with the server and an engine for each deployment."""

from __future__ import annotations

import asyncio
import socket
import sys

import click
import structlog

from headwater.cli.homes import read_targets
from headwater.cli.logs import set_up_logging
from headwater.daemon.engine import Engine
from headwater.location.source import source_of
from headwater.server.app import Server
from headwater.server.deployment import Deployment, Deployments
from headwater.server.exposure import check_exposure
from headwater.server.hosts import Hosts, is_loopback
from headwater.server.metrics import Metrics
from headwater.server.observe import ObservedServer
from headwater.server.serving import GracefulServer, bind
from headwater.server.tracing import tracing_from_environment

_SWITCH_SECONDS = 0.0002
_log = structlog.get_logger(__name__)


def serve_and_work(deployments: Deployments, host: str, port: int | None, hosts: Hosts) -> None:
    """Work until a signal says to stop; exits with status 1 if an engine died.

    Raises:
        SettingsError: others could reach the server, and nobody could sign in.
    """
    set_up_logging(verbose=True)
    check_exposure(deployments, hosts, host)
    # The writer's thread gives the interpreter up at each call of the database, and must not wait long to get it back.
    sys.setswitchinterval(_SWITCH_SECONDS)
    listening = bind(host, port)
    metrics, tracing = Metrics(deployments), tracing_from_environment()
    application = Server(deployments, hosts, metrics=metrics)
    server = GracefulServer(ObservedServer(application, metrics, tracing))
    _greet(listening, host, deployments)
    worked = asyncio.run(_serve(server, listening, deployments))
    tracing.close()
    if not worked:
        sys.exit(1)


async def _serve(server: GracefulServer, listening: socket.socket, deployments: Deployments) -> bool:
    """Serve until told to stop. Returns whether every engine worked to the end."""
    engines = [asyncio.create_task(_work(deployment, server)) for deployment in _with_code(deployments)]
    await server.serve(sockets=[listening])
    for engine in engines:
        engine.cancel()
    outcomes = await asyncio.gather(*engines, return_exceptions=True)
    return all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def _work(deployment: Deployment, server: GracefulServer) -> None:
    engine = Engine(
        deployment.store,
        deployment.home,
        [source_of(target) for target in read_targets(deployment)],
        watches=True,
        on_tick=lambda sensor: deployment.live.publish("tick", {"sensor": sensor}),
    )
    try:
        await engine.run()
    except Exception:
        _log.exception("the engine died, so the server stops", deployment=deployment.name)
        server.should_exit = True
        raise


def _with_code(deployments: Deployments) -> list[Deployment]:
    found = [deployments.find(name) for name in deployments.names()]
    return [deployment for deployment in found if deployment is not None and read_targets(deployment)]


def _greet(listening: socket.socket, host: str, deployments: Deployments) -> None:
    shown = "localhost" if is_loopback(host) else host
    click.echo(f"Headwater is on http://{shown}:{listening.getsockname()[1]}  (Ctrl-C stops it)")
    click.echo(f"Definitions: {', '.join(read_targets(deployments.default()))}")
    click.echo(f"Store: {deployments.home}")
