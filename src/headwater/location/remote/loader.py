"""A code location that another machine serves: the same messages over TLS, with a connection for each worker."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

from headwater.definitions.snapshot import decode_snapshot
from headwater.errors import LocationError, SettingsError
from headwater.location.protocol import wire
from headwater.location.sources.source import LocationSource, parse_address
from headwater.location.supervision.links import Streams, WorkerLink
from headwater.location.supervision.loading import LoadFailedError
from headwater.location.supervision.process import LocationProcess

_CONNECT_SECONDS = 15.0
_LOAD_SECONDS = 180.0
_SILENCE_SECONDS = 10


class RemoteLoader:
    """Has a location loaded where it is served. Each load is a connection, and a host there that lives as long."""

    def __init__(self, source: LocationSource) -> None:
        self._source = source

    async def load(self) -> LocationProcess:
        """Load the definitions as the files are there now; earlier hosts go on.

        Raises:
            LoadFailedError: user code raised, or the definitions contradict each other.
            LocationError: the machine can't be reached, is not trusted, or refuses the token.
        """
        (reader, writer), welcome = await connect(self._source)
        try:
            writer.write(wire.pack(wire.Load()))
            async with asyncio.timeout(_LOAD_SECONDS):
                frame = await wire.read_frame(reader)
            if frame is None:
                raise LocationError(f"{self._source.shown} hung up before it had loaded {self._source.name!r}.")
            message = wire.from_loader.decode(frame)
            if isinstance(message, wire.LoadFailed):
                raise LoadFailedError(message.error)
        except TimeoutError:
            writer.close()
            raise LocationError(
                f"{self._source.shown} did not load {self._source.name!r} within {_LOAD_SECONDS:g} s."
            ) from None
        except BaseException:
            writer.close()
            raise
        link = _RemoteLink(self._source, welcome.session, (reader, writer))
        return LocationProcess(self._source, link, decode_snapshot(message.snapshot), [])

    async def stop(self) -> None:
        """Nothing stays here between loads."""


class _RemoteLink:
    """A host elsewhere; see `HostLink`."""

    def __init__(self, source: LocationSource, session: str, streams: Streams) -> None:
        self._source = source
        self._session = session
        self._reader, self._writer = streams

    async def open(self) -> asyncio.StreamReader:
        return self._reader

    def send(self, message: wire.ToHost) -> None:
        if self._writer.is_closing():
            raise LocationError(f"The connection to {self._source.shown} is lost.")
        self._writer.write(wire.pack(message))

    def spawn(self, worker_id: int) -> WorkerLink:
        if self._writer.is_closing():
            raise LocationError(f"The connection to {self._source.shown} is lost.")
        return _RemoteWorker(self._source, self._session, worker_id)

    def hang_up(self) -> None:
        self._writer.close()

    def kill(self) -> None:
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()


class _RemoteWorker:
    """A worker elsewhere, which is forked as somebody connects to it."""

    def __init__(self, source: LocationSource, session: str, worker_id: int) -> None:
        self._source = source
        self._session = session
        self._worker_id = worker_id

    async def open(self) -> Streams:
        streams, _ = await connect(self._source, session=self._session, worker_id=self._worker_id)
        return streams

    def close(self) -> None:
        """There is nothing to let go of."""


async def connect(
    source: LocationSource, *, session: str | None = None, worker_id: int | None = None
) -> tuple[Streams, wire.Welcome]:
    """Connect to where a location is served, for its host, or for a worker of a session.

    Raises:
        LocationError: the machine can't be reached, is not trusted, or refuses the token.
        SettingsError: the settings of the location can't be used.
    """
    host, port = parse_address(source.address or "")
    hello = wire.Hello(_read_token(source), wire.PROTOCOL, session, worker_id)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, ssl=_context(source), server_hostname=host)
            keep_alive(writer)
            writer.write(wire.pack(hello))
            frame = await wire.read_frame(reader)
    except ssl.SSLCertVerificationError as error:
        raise LocationError(
            f"The certificate of {source.shown} is not trusted ({error.verify_message}). Name the authority that "
            "signed it with `ca`, and the machine as the certificate does."
        ) from error
    except (OSError, TimeoutError) as error:
        reason = str(error) or f"no answer within {_CONNECT_SECONDS:g} s"
        raise LocationError(
            f"{source.shown} can't be reached ({reason}). Is `headwater location serve` running there?"
        ) from error
    answer = None if frame is None else wire.from_server.decode(frame)
    if isinstance(answer, wire.Welcome):
        return (reader, writer), answer
    writer.close()
    raise LocationError(
        f"{source.shown} refuses: {answer.reason}" if answer else f"{source.shown} hung up without a word."
    )


def keep_alive(writer: asyncio.StreamWriter) -> None:
    """Hear of it within half a minute if the other machine has gone without a word."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", _SILENCE_SECONDS), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _context(source: LocationSource) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=source.ca)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"The `ca` {source.ca} of the location {source.name!r} can't be read: {error}.") from error


def _read_token(source: LocationSource) -> str:
    if source.token_file is None:
        raise SettingsError(f"The location {source.name!r} is elsewhere, so it needs a `token_file`.")
    try:
        return Path(source.token_file).read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"The token file {source.token_file} of the location {source.name!r} can't be read: {error.strerror}."
        ) from error
