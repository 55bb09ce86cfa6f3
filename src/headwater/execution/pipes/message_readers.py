"""Ways to get a program's messages: from a file, from its standard output, from an object store."""

from __future__ import annotations

import os
import tempfile
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal

from headwater.execution.pipes.lines import LineSplitter
from headwater.execution.pipes.messages import PipesMessageHandler
from headwater.execution.pipes.object_storage import bucket_of, folder_at
from headwater.execution.pipes.parameters import PipesParams

_SECONDS_BETWEEN_LOOKS = 0.1
_CHUNK = 1 << 20


class PipesMessageReader(ABC):
    """Gets a program's messages to a handler, for as long as the program runs.

    Example:
        >>> class Silent(PipesMessageReader):
        ...     @contextmanager
        ...     def read_messages(self, handler):
        ...         yield {"path": "/dev/null"}
        >>> Silent().no_messages_debug_text()
        'Its messages were awaited by Silent.'
    """

    @abstractmethod
    def read_messages(self, handler: PipesMessageHandler) -> AbstractContextManager[PipesParams]:
        """Say where messages go, and pass them on until the context ends, the last ones included.

        Args:
            handler: Takes the messages, from any thread.
        """

    def no_messages_debug_text(self) -> str:
        """Where messages were awaited, for the message that says that none came."""
        return f"Its messages were awaited by {type(self).__name__}."


class PipesFileMessageReader(PipesMessageReader):
    """Reads messages from a file that the program appends to, such as one on a shared disk.

    Args:
        path: The file; it need not exist.
        include_stdio_in_messages: Whether a program far away sends its output as messages too.
        cleanup_file: Whether the file is removed at the end.

    Example:
        >>> reader = PipesFileMessageReader("/mnt/shared/messages", include_stdio_in_messages=True)
    """

    def __init__(
        self, path: str | os.PathLike[str], include_stdio_in_messages: bool = False, cleanup_file: bool = True
    ) -> None:
        self._path = Path(path)
        self._include_stdio = include_stdio_in_messages
        self._cleanup = cleanup_file

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        """Follow the file until the context ends."""
        self._path.touch()
        try:
            with _following(_FileFollower(self._path, handler), _SECONDS_BETWEEN_LOOKS, handler):
                yield {"path": str(self._path), "include_stdio_in_messages": self._include_stdio}
        finally:
            if self._cleanup:
                self._path.unlink(missing_ok=True)


class PipesTempFileMessageReader(PipesMessageReader):
    """Reads messages from a temporary file of this machine.

    Args:
        include_stdio_in_messages: Whether the program sends its output as messages too.

    Example:
        >>> reader = PipesTempFileMessageReader()
    """

    def __init__(self, include_stdio_in_messages: bool = False) -> None:
        self._include_stdio = include_stdio_in_messages

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        """Follow the file until the context ends."""
        with (
            tempfile.TemporaryDirectory(prefix="headwater-pipes-") as folder,
            PipesFileMessageReader(Path(folder, "messages"), self._include_stdio).read_messages(handler) as params,
        ):
            yield params


class PipesStdioMessageReader(PipesMessageReader):
    """Finds messages among the other lines of the program's output, for where no file is shared.

    Whoever reads the output passes each line to `handle_line`; `PipesSubprocessClient` does so by itself.

    Args:
        stream: Which output.

    Example:
        >>> reader = PipesStdioMessageReader("stdout")
    """

    def __init__(self, stream: Literal["stdout", "stderr"] = "stdout") -> None:
        self.stream = stream
        self._handler: PipesMessageHandler | None = None

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        """Wait for lines."""
        self._handler = handler
        try:
            yield {"stdio": self.stream}
        finally:
            self._handler = None

    def handle_line(self, text: str) -> bool:
        """Take a line of the output; False if it is no message, but something to show."""
        if self._handler is None or not self._handler.is_message(text):
            return False
        self._handler.handle_line(text)
        return True


class PipesBlobStoreMessageReader(PipesMessageReader):
    """Reads messages that come in numbered chunks, as `PipesBlobStoreMessageWriter` of `dagster_pipes` uploads them.

    Args:
        interval: Seconds between two looks for the next chunk.

    Example:
        >>> class Listed(PipesBlobStoreMessageReader):
        ...     chunks = ['{"method": "opened", "params": {}}']
        ...     @contextmanager
        ...     def get_params(self):
        ...         yield {}
        ...     def download_messages_chunk(self, index, params):
        ...         return self.chunks[index - 1] if index <= len(self.chunks) else None
        >>> reader = Listed(interval=1)
    """

    def __init__(self, interval: float = 10) -> None:
        self._interval = interval

    @abstractmethod
    def get_params(self) -> AbstractContextManager[PipesParams]:
        """Say where chunks go."""

    @abstractmethod
    def download_messages_chunk(self, index: int, params: PipesParams) -> str | None:
        """The chunk of a number, from 1 on; None while it is not there.

        Args:
            index: Which.
            params: What `get_params` gave.
        """

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        """Look for chunks until the context ends."""
        with self.get_params() as params:
            follower = _ChunkFollower(lambda index: self.download_messages_chunk(index, params), handler)
            with _following(follower, self._interval, handler):
                yield params


class PipesObjectStorageMessageReader(PipesBlobStoreMessageReader):
    """Reads messages that a job of a cluster uploads to an object store.

    The program writes them with the writer of its store, such as `PipesS3MessageWriter` of `dagster_pipes`.

    Args:
        address: A folder that fsspec reaches, such as `s3://bucket/pipes`; the extra `fsspec` is needed.
        interval: Seconds between two looks.

    Example:
        >>> reader = PipesObjectStorageMessageReader("s3://bucket/pipes", interval=5)
    """

    def __init__(self, address: str, interval: float = 10) -> None:
        super().__init__(interval)
        self._folder = folder_at(address)

    @contextmanager
    def get_params(self) -> Iterator[PipesParams]:
        """A folder of its own, which is removed at the end."""
        folder = self._folder / f"messages-{uuid.uuid4().hex}"
        folder.mkdir(parents=True, exist_ok=True)
        bucket, prefix = bucket_of(folder)
        try:
            yield {"bucket": bucket, "key_prefix": prefix}
        finally:
            if folder.exists():
                folder.fs.rm(folder.path, recursive=True)

    def download_messages_chunk(self, index: int, params: PipesParams) -> str | None:
        """The object of a number."""
        name = str(params["key_prefix"]).rpartition("/")[2]
        try:
            return str((self._folder / name / f"{index}.json").read_text())
        except FileNotFoundError:
            return None


class _FileFollower:
    """Passes on the whole lines that a file has got since the last look."""

    def __init__(self, path: Path, handler: PipesMessageHandler) -> None:
        self._path = path
        self._lines = LineSplitter(handler.handle_line)
        self._place = 0

    def look(self) -> None:
        with self._path.open("rb") as file:
            file.seek(self._place)
            while chunk := file.read(_CHUNK):
                self._place += len(chunk)
                self._lines.feed(chunk)

    def end(self) -> None:
        self._lines.end()


class _ChunkFollower:
    """Passes on the chunks that have come since the last look."""

    def __init__(self, download: Callable[[int], str | None], handler: PipesMessageHandler) -> None:
        self._download = download
        self._handler = handler
        self._next = 1

    def look(self) -> None:
        while (chunk := self._download(self._next)) is not None:
            self._next += 1
            for line in chunk.splitlines():
                self._handler.handle_line(line)

    def end(self) -> None:
        """Nothing is left over between chunks."""


@contextmanager
def _following(follower: Any, interval: float, handler: PipesMessageHandler) -> Iterator[None]:
    """Let a follower look again and again beside what happens here, and once more at the end."""
    ended = threading.Event()

    def follow() -> None:
        while not ended.wait(interval):
            _look(follower, handler)

    thread = threading.Thread(target=follow, name="pipes messages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _look(follower, handler)
        follower.end()


def _look(follower: Any, handler: PipesMessageHandler) -> None:
    """A look that fails, as a store sometimes does, is told of and tried again."""
    try:
        follower.look()
    except Exception as error:
        handler.report_pipes_framework_exception(type(follower).__name__, error)
