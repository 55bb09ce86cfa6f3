"""Serve a code location to engines on other machines: `headwater location serve`.

Each engine's connection gets a host of its own; each of its workers is a connection that is passed on as it is. Whoever
does not show the token is told so and sent away.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import structlog

from headwater.definitions.snapshot import DefinitionsSnapshot, encode_snapshot
from headwater.errors import LocationError, SettingsError
from headwater.location.protocol import wire
from headwater.location.protocol.carried_files import WrittenFiles
from headwater.location.remote.loader import keep_alive
from headwater.location.supervision.links import Streams
from headwater.location.supervision.loading import Loader, LoadFailedError
from headwater.location.supervision.process import LocationProcess
from headwater.records.log.events import ErrorInfo

_HELLO_SECONDS = 10.0
_CHUNK = 65_536
_LOOK_SECONDS = 0.5
_log = structlog.get_logger(__name__)


class LocationServer:
    """Answers the connections of engines."""

    def __init__(self, loader: Loader, token: str, folder: Path) -> None:
        """Prepare.

        Args:
            loader: What loads the location.
            token: What engines must know.
            folder: Where workers write what is carried to engines; below it nothing is kept.
        """
        self._folder = folder
        self._loader = loader
        self._token = token
        self._loading = asyncio.Lock()
        self._sessions: dict[str, LocationProcess] = {}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        peer = writer.get_extra_info("peername")
        try:
            keep_alive(writer)
            hello = await self._hello(reader)
            if (refusal := self._refusal(hello)) is not None or hello is None:
                _log.warning("refused a connection", peer=peer, reason=refusal)
                writer.write(wire.pack(wire.Refused(refusal or "it said nothing that can be understood")))
                await writer.drain()
            elif hello.worker_id is None:
                await self._serve_engine((reader, writer))
            else:
                await self._serve_worker(hello.session or "", hello.worker_id, (reader, writer))
        except (ConnectionError, LocationError) as error:
            _log.info("a connection was lost", peer=peer, reason=str(error))
        finally:
            writer.close()

    async def _hello(self, reader: asyncio.StreamReader) -> wire.Hello | None:
        try:
            async with asyncio.timeout(_HELLO_SECONDS):
                frame = await wire.read_frame(reader, most=_CHUNK)
            return None if frame is None else msgspec.msgpack.decode(frame, type=wire.Hello)
        except (TimeoutError, msgspec.MsgspecError):
            return None

    def _refusal(self, hello: wire.Hello | None) -> str | None:
        if hello is None:
            return "it said nothing that can be understood"
        if not hmac.compare_digest(hello.token.encode(), self._token.encode()):
            return "the token is wrong. Both sides need the same token file."
        if hello.protocol != wire.PROTOCOL:
            return "the engine has another release of Headwater. Install the same release on both machines."
        if hello.worker_id is not None and hello.session not in self._sessions:
            return "the session has ended; the engine connects anew."
        return None

    async def _serve_engine(self, streams: Streams) -> None:
        """Load, then pass messages between engine and host until one of them is gone."""
        reader, writer = streams
        session = secrets.token_hex(16)
        writer.write(wire.pack(wire.Welcome(session)))
        if await wire.read_frame(reader, most=_CHUNK) is None:
            return
        try:
            async with self._loading:
                process = await self._loader.load()
        except LocationError as error:
            info = error.error if isinstance(error, LoadFailedError) else ErrorInfo(message=str(error))
            writer.write(wire.pack(wire.LoadFailed(info, [])))
            await writer.drain()
            return
        _log.info("an engine has come", peer=writer.get_extra_info("peername"))
        self._sessions[session] = process
        try:
            process.on_message = lambda message: writer.write(wire.pack(message))
            writer.write(wire.pack(wire.Loaded(encode_snapshot(_with_warning(process)), [], 0, 0)))
            await _first_of(self._pass_on(reader, process), _wait(process.ended))
        finally:
            del self._sessions[session]
            await process.stop()
            _log.info("an engine has gone", peer=writer.get_extra_info("peername"))

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, process: LocationProcess) -> None:
        while (frame := await wire.read_frame(reader, most=_CHUNK)) is not None:
            process.link.send(wire.to_host.decode(frame))

    async def _serve_worker(self, session: str, worker_id: int, streams: Streams) -> None:
        """Fork a worker, and pass on what it and the engine tell each other."""
        reader, writer = streams
        writer.write(wire.pack(wire.Welcome(session)))
        ours, theirs = await self._sessions[session].link.spawn(worker_id).open()
        passage = _Passage(WrittenFiles(self._folder / session / str(worker_id)))
        try:
            await _first_of(passage.calls(reader, theirs), passage.answers(ours, writer))
        finally:
            theirs.close()
            await asyncio.to_thread(passage.files.remove)


class _Passage:
    """Between an engine and a worker here: passes on calls and answers, and what the worker writes."""

    def __init__(self, files: WrittenFiles) -> None:
        self.files = files
        self._is_called = False

    async def calls(self, engine: asyncio.StreamReader, worker: asyncio.StreamWriter) -> None:
        """Pass on what the engine asks for, until it hangs up."""
        with suppress(ConnectionError):
            while (frame := await wire.read_frame(engine)) is not None:
                call = msgspec.structs.replace(wire.to_worker.decode(frame), folder=str(self.files.folder))
                await asyncio.to_thread(self.files.begin)
                self._is_called = True
                worker.write(wire.pack(call))
                await worker.drain()

    async def answers(self, worker: asyncio.StreamReader, engine: asyncio.StreamWriter) -> None:
        """Pass on what the worker says, each time after what it had written by then, until it ends."""
        reading = asyncio.ensure_future(wire.read_frame(worker))
        try:
            with suppress(ConnectionError):
                while True:
                    done, _ = await asyncio.wait({reading}, timeout=_LOOK_SECONDS)
                    if self._is_called:
                        for wrote in await asyncio.to_thread(self.files.read_new):
                            engine.write(wire.pack(wrote))
                            await engine.drain()
                    if done:
                        if (frame := reading.result()) is None:
                            return
                        message = wire.from_worker.decode(frame)
                        self._is_called = isinstance(message, wire.Emitted)
                        engine.write(wire.pack(message))
                        await engine.drain()
                        reading = asyncio.ensure_future(wire.read_frame(worker))
        finally:
            reading.cancel()


def _with_warning(process: LocationProcess) -> DefinitionsSnapshot:
    """What a location defines, with a warning if values would stay on this machine though others may want them."""
    keys = process.kept_by_default
    if not keys:
        return process.snapshot
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    warning = (
        f"The values of {', '.join(keys[:3])}{more} stay on the machine that serves this location: they have no IO "
        "manager of their own. Assets that are made elsewhere can't read them. Give resources an 'io_manager' that "
        "writes to a place which both machines reach."
    )
    return msgspec.structs.replace(process.snapshot, warnings=(*process.snapshot.warnings, warning))


async def _wait(future: asyncio.Future[None]) -> None:
    await asyncio.shield(future)


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Do several things until one of them has ended."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def server_context(cert: str, key: str) -> ssl.SSLContext:
    """The TLS settings of a server with a certificate.

    Raises:
        SettingsError: certificate or key can't be used.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"The certificate {cert} with the key {key} can't be used: {error}.") from error
    return context
