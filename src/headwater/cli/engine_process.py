"""Engines at work: what `dev` and `engine` do with each deployment that has code."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click
import structlog

from headwater.cli.homes import read_targets
from headwater.cli.logs import set_up_logging
from headwater.daemon.engine import Engine
from headwater.daemon.only_engine import only_engine
from headwater.location.memory import collect_rarely, settle, share_arenas
from headwater.location.sources.workspace import sources_of
from headwater.server.deployment import Deployment, Deployments

SETTLED_SECONDS = 20.0
"""After which a process has done what its start takes."""
_log = structlog.get_logger(__name__)


def work(deployments: Deployments) -> None:
    """Work until a signal says to stop; exits with status 1 if an engine died."""
    set_up_logging(verbose=True)
    share_arenas()
    collect_rarely()
    with held(deployments) as served:
        for deployment in served:
            click.echo(f"Engine of {deployment.name}: {', '.join(read_targets(deployment))}")
        click.echo(f"Store: {deployments.home}  (Ctrl-C stops it)")
        if not asyncio.run(_work_until_told(served)):
            sys.exit(1)


@contextmanager
def held(deployments: Deployments) -> Iterator[list[Deployment]]:
    """The deployments that have code, each held for this process's engine.

    Raises:
        SettingsError: another engine works on one that can't be shared, or a workspace file can't be used.
    """
    found = [deployments.find(name) for name in deployments.names()]
    served = [deployment for deployment in found if deployment is not None and read_targets(deployment)]
    with ExitStack() as stack:
        for deployment in served:
            sources_of(read_targets(deployment))
            stack.enter_context(only_engine(deployment.store, deployment.home))
        yield served


def carry(deployment: Deployment, *, watches: bool, on_death: Callable[[], None]) -> Coroutine[Any, Any, None]:
    """Let an engine work on a deployment until cancelled; should it die, say so, and tell whoever must stop."""
    engine = Engine(
        deployment.store,
        deployment.home,
        sources_of(read_targets(deployment)),
        watches=watches,
        on_tick=lambda sensor: deployment.live.publish("tick", {"sensor": sensor}),
        on_ready=lambda: deployment.live.publish("ready", {}),
        name=deployment.name,
    )
    deployment.waits_for = engine.waits_for
    return _carry(engine, deployment, on_death)


async def _carry(engine: Engine, deployment: Deployment, on_death: Callable[[], None]) -> None:
    try:
        await engine.run()
    except Exception:
        _log.exception("the engine died, so its process stops", deployment=deployment.name)
        on_death()
        raise


async def _work_until_told(served: list[Deployment]) -> bool:
    """Work until told to stop. Returns whether every engine worked to the end."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    asyncio.get_running_loop().call_later(SETTLED_SECONDS, settle)
    engines = [asyncio.create_task(carry(each, watches=False, on_death=told.set)) for each in served]
    await told.wait()
    return await stop(engines)


async def stop(engines: list[asyncio.Task[None]]) -> bool:
    """Stop engines in order; returns whether they had worked until now."""
    for engine in engines:
        engine.cancel()
    outcomes = await asyncio.gather(*engines, return_exceptions=True)
    return all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
