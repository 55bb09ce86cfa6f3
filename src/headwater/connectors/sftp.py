"""Files on an SFTP server: a sensor that reports each new or changed one, and a way to fetch them."""

from __future__ import annotations

import asyncio
import fnmatch
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec

import headwater as hw
from headwater.clock import SystemClock, to_seconds
from headwater.connectors.errors import MissingExtraError, UnreachableError
from headwater.connectors.file_events import AssetOf, MetadataOf, PartitionOf, Reporting, report_files
from headwater.connectors.fingerprints import FileState, is_unfinished
from headwater.connectors.kept_connection import KeptConnection

if TYPE_CHECKING:
    import asyncssh

_CONNECT_SECONDS = 10.0
_KEPT_SECONDS = 10.0


class SftpServer(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach an SFTP server. Nothing but what is given here is used: no agent, no files in `~/.ssh`.

    Args:
        host: Its name or address.
        username: Who logs in.
        known_hosts: The file with the server's public key, as `ssh-keyscan` writes it. A server with another key is
            refused.
        port: Where it listens.
        client_keys: The files with our private keys.
        password: Or our password; take it from an environment variable.
        connect_timeout: Seconds until an attempt to connect or log in is given up.

    Raises:
        InvalidParameterError: `known_hosts` is None, or there is neither a key nor a password.
        MissingExtraError: asyncssh is not installed.
    """

    host: str
    username: str
    known_hosts: str | Path
    port: int = 22
    client_keys: Sequence[str | Path] = ()
    password: str | None = None
    connect_timeout: float = _CONNECT_SECONDS

    def __post_init__(self) -> None:
        # Types are not checked at run time, and None is what asyncssh takes for "trust anybody".
        if not isinstance(self.known_hosts, (str, Path)) or not str(self.known_hosts):
            raise hw.InvalidParameterError(
                f"known_hosts of the SFTP server {self.host} is {self.known_hosts!r}, which would trust anybody. Name "
                f"a file with its public key; `ssh-keyscan -p {self.port} {self.host}` prints one to compare with "
                "what its owner tells you."
            )
        if not self.client_keys and self.password is None:
            raise hw.InvalidParameterError(f"The SFTP server {self.host} needs client_keys or a password.")
        _import_asyncssh()

    @property
    def address(self) -> str:
        """The server for people and in metadata."""
        return f"sftp://{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"SftpServer({self.username}@{self.host}:{self.port})"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[asyncssh.SFTPClient]:
        """A session, closed at the end.

        Raises:
            UnreachableError: the server does not answer, is not who it should be, or refuses us; also where that
                happens while the session is used.
        """
        asyncssh = _import_asyncssh()
        async with AsyncExitStack() as stack:
            try:
                client = await self._open(stack)
            except (OSError, asyncssh.Error, ValueError) as error:
                raise UnreachableError(self._explain(error)) from error
            try:
                yield client
            except asyncssh.Error as error:
                raise UnreachableError(self._explain(error)) from error

    async def _open(self, stack: AsyncExitStack) -> asyncssh.SFTPClient:
        connecting = _import_asyncssh().connect(
            self.host,
            port=self.port,
            username=self.username,
            known_hosts=str(self.known_hosts),
            client_keys=[str(key) for key in self.client_keys] or None,
            password=self.password,
            agent_path=None,
            config=None,
            connect_timeout=self.connect_timeout,
            login_timeout=self.connect_timeout,
        )
        connection = await stack.enter_async_context(connecting)
        # Names that are no UTF-8 must not keep us from seeing the others.
        client = connection.start_sftp_client(path_errors="surrogateescape")
        return await stack.enter_async_context(client)

    def _explain(self, error: Exception) -> str:
        asyncssh = _import_asyncssh()
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            mend = f"Its key is not the one in {self.known_hosts}: put the right key there, if its owner confirms it."
        elif isinstance(error, asyncssh.PermissionDenied):
            mend = f"It does not let {self.username!r} in: check username, client_keys and password."
        elif isinstance(error, (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied)):
            mend = "Check the folder, and what the user may read."
        elif isinstance(error, FileNotFoundError):
            mend = "Check known_hosts and client_keys: both name files that must exist."
        else:
            mend = "Check host and port, and whether it is up; the next attempt may find it."
        reason = str(error) or type(error).__name__
        return f"The SFTP server {self.host}:{self.port} can't be used: {reason}. {mend} Nothing was reported."


def build_sftp_sensor(
    *,
    name: str,
    asset: AssetOf,
    server: SftpServer,
    folder: str = ".",
    pattern: str = "*",
    partition: PartitionOf | None = None,
    metadata: MetadataOf | None = None,
    settle_seconds: float = 1.0,
    most_files_a_tick: int = 1_000,
    minimum_interval_seconds: float = 30.0,
    timeout: float = 60.0,
    description: str | None = None,
    default_status: hw.DefaultSensorStatus | None = None,
) -> hw.SensorDefinition:
    """A sensor that reports one materialization for each new or changed file in a folder of an SFTP server.

    Files with an ending such as `.part` or `.tmp`, hidden files, links and folders are left out. While the server
    can't be reached the tick fails, and what comes in the meantime is reported by the next one that succeeds.

    Args:
        name: The sensor's name.
        asset: The key of the asset that the files belong to; or a function from a file to it, where there are several,
            and to None for a file that belongs to none.
        server: Where to look.
        folder: The folder on it.
        pattern: Which files in it, such as `*.csv`.
        partition: From a file to its partition: a function, or a regular expression that is searched in the file's
            name and has a group named `partition`.
        metadata: From a file to what else is to be said of it.
        settle_seconds: How long a file must have looked the same before it counts as complete. SFTP tells times in
            whole seconds, so with less than 1 a change within the same second that keeps the size is not seen.
        most_files_a_tick: The rest is left for the next ticks.
        minimum_interval_seconds: From one tick to the next. Ticks within ten seconds of each other share a connection.
        timeout: Seconds after which a tick is stopped.
        description: What it looks at, in Markdown.
        default_status: Whether it is on as long as nobody has switched it.

    Raises:
        InvalidParameterError: an argument can't be meant so.
    """
    reporting = Reporting(
        asset=asset,
        location=f"{server.address}/{folder.strip('/')}",
        settle_seconds=settle_seconds,
        limit=most_files_a_tick,
        partition=partition,
        metadata=metadata,
    )

    kept = KeptConnection(server.connect, idle_seconds=_KEPT_SECONDS)

    async def list_folder(client: asyncssh.SFTPClient) -> dict[str, FileState]:
        return await _list(client, folder, pattern)

    async def look_once() -> dict[str, FileState]:
        async with server.connect() as client:
            return await list_folder(client)

    @hw.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        timeout=timeout,
        description=description or f"Looks for new files `{pattern}` in `{reporting.location}`.",
        default_status=default_status,
    )
    async def look(context: hw.SensorEvaluationContext) -> hw.SensorResult:
        shares = minimum_interval_seconds < _KEPT_SECONDS
        listing = await (kept.use(list_folder) if shares else look_once())
        return report_files(context, reporting, listing.values(), to_seconds(SystemClock().now()))

    return look


async def download_sftp_files(server: SftpServer, *, folder: str = ".", pattern: str = "*", into: Path) -> list[Path]:
    """Fetch files into a folder here, and only those that are not there yet as they are on the server.

    A file keeps its modification time, and appears under its name only when it is complete.

    Args:
        server: Where they are.
        folder: The folder on it.
        pattern: Which files in it, such as `*.csv`.
        into: The folder here; made if need be. Whatever else is in it is left alone.

    Returns:
        The files that the server has now, oldest first.

    Raises:
        UnreachableError: the server can't be used.
    """
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    async with server.connect() as client:
        listing = await _list(client, folder, pattern)
        for remote, file in listing.items():
            if not _is_here(into / file.name, file):
                await _fetch(client, remote, file, into / file.name)
    return [into / file.name for file in sorted(listing.values(), key=lambda file: (file.modified, file.name))]


async def _list(client: asyncssh.SFTPClient, folder: str, pattern: str) -> dict[str, FileState]:
    """The ordinary, visible, finished files of a folder that match, by their path on the server."""
    asyncssh = _import_asyncssh()
    listing: dict[str, FileState] = {}
    async for entry in client.scandir(folder or "."):
        name, attributes = os.fsdecode(entry.filename), entry.attrs
        unwanted = name.startswith(".") or is_unfinished(name)
        if unwanted or attributes.type != asyncssh.FILEXFER_TYPE_REGULAR or not fnmatch.fnmatchcase(name, pattern):
            continue
        readable = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        modified = (attributes.mtime or 0) + (attributes.mtime_ns or 0) / 1e9
        listing[f"{folder.rstrip('/')}/{name}"] = FileState(name=readable, size=attributes.size or 0, modified=modified)
    return listing


async def _fetch(client: asyncssh.SFTPClient, remote: str, file: FileState, local: Path) -> None:
    unfinished = local.with_name(f"{local.name}.part")
    await client.get(remote, str(unfinished))
    os.utime(unfinished, (file.modified, file.modified))
    unfinished.replace(local)


def _is_here(local: Path, file: FileState) -> bool:
    if not local.exists():
        return False
    found = local.stat()
    return found.st_size == file.size and abs(found.st_mtime - file.modified) < 1e-3


def _import_asyncssh() -> ModuleType:
    # The driver of an extra: whoever has no SFTP server does without it.
    try:
        import asyncssh
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "Looking at an SFTP server needs asyncssh, which is not installed: pip install 'headwater[sftp]'."
        ) from error
    return asyncssh
