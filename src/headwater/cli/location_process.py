"""The process of `headwater location serve`."""

from __future__ import annotations

import asyncio
import signal
import ssl
from pathlib import Path

import click

from headwater.cli.logs import set_up_logging
from headwater.daemon.code_locations import TASKS
from headwater.errors import SettingsError
from headwater.location.remote.serving import LocationServer, server_context
from headwater.location.sources.source import parse_address, source_of
from headwater.location.supervision.loading import Loader

_SHORTEST_TOKEN = 16


def serve(target: str, bind: str, cert: str, key: str, token_file: str, log_folder: Path) -> None:
    """Serve a location until a signal says to stop.

    Raises:
        SettingsError: an argument can't be used.
    """
    set_up_logging(verbose=True)
    host, port = parse_address(f"tls://{bind}", lowest_port=0)
    try:
        token = Path(token_file).read_text().strip()
    except OSError as error:
        raise SettingsError(f"The token file {token_file} can't be read: {error.strerror}.") from error
    if len(token) < _SHORTEST_TOKEN:
        raise SettingsError(
            f"The token in {token_file} is too short to be safe. Make one: python -c 'import secrets; "
            f"print(secrets.token_urlsafe())' > {token_file}"
        )
    asyncio.run(_serve(target, (host, port), server_context(cert, key), token, log_folder))


async def _serve(target: str, place: tuple[str, int], context: ssl.SSLContext, token: str, log_folder: Path) -> None:
    source = source_of(target)
    loader = Loader(source, tasks=TASKS, log_path=log_folder / f"{source.name}.log", rereads=True)
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    server = LocationServer(loader, token, log_folder / "carried")
    try:
        listening = await asyncio.start_server(server.answer, *place, ssl=context)
    except OSError as error:
        raise SettingsError(
            f"{place[0]}:{place[1]} can't be used ({error.strerror}). Choose another with --bind."
        ) from error
    port = listening.sockets[0].getsockname()[1]
    click.echo(f"Location {source.name} is on tls://{place[0]}:{port}  (Ctrl-C stops it)")
    try:
        await told.wait()
    finally:
        listening.close()
        await loader.stop()
