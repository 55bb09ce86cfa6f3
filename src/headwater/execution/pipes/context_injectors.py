"""Ways to hand a program its context: in the environment, in a file, in an object store."""

from __future__ import annotations

import json
import os
import tempfile
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from headwater.execution.pipes.context_data import PipesContextData
from headwater.execution.pipes.object_storage import bucket_of, folder_at
from headwater.execution.pipes.parameters import PipesParams


class PipesContextInjector(ABC):
    """Puts a step's context where the program finds it, for as long as it runs.

    Example:
        >>> class Fixed(PipesContextInjector):
        ...     @contextmanager
        ...     def inject_context(self, context_data):
        ...         yield {"data": context_data}
        >>> with Fixed().inject_context({"run_id": "7"}) as params:
        ...     params
        {'data': {'run_id': '7'}}
    """

    @abstractmethod
    def inject_context(self, context_data: PipesContextData) -> AbstractContextManager[PipesParams]:
        """Put the context somewhere, and say where.

        Args:
            context_data: The context, as JSON.
        """

    def no_messages_debug_text(self) -> str:
        """Where the context went, for the message that says that no answer came."""
        return f"Its context was passed by {type(self).__name__}."


class PipesEnvContextInjector(PipesContextInjector):
    """Passes the context itself in the environment variable; for contexts of less than 100 kB.

    Example:
        >>> with PipesEnvContextInjector().inject_context({"run_id": "7"}) as params:
        ...     params
        {'data': {'run_id': '7'}}
    """

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Iterator[PipesParams]:
        """Give the context itself."""
        yield {"data": context_data}


class PipesTempFileContextInjector(PipesContextInjector):
    """Writes the context to a temporary file of this machine.

    Example:
        >>> with PipesTempFileContextInjector().inject_context({"run_id": "7"}) as params:
        ...     Path(params["path"]).read_text()
        '{"run_id": "7"}'
    """

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Iterator[PipesParams]:
        """Write the file; it is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="headwater-pipes-") as folder:
            path = Path(folder, "context.json")
            path.write_text(json.dumps(context_data))
            yield {"path": str(path)}


class PipesFileContextInjector(PipesContextInjector):
    """Writes the context to a file that the program can read too, such as one on a shared disk.

    Args:
        path: The file. It must not exist yet.

    Example:
        >>> injector = PipesFileContextInjector("/mnt/shared/context.json")
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Iterator[PipesParams]:
        """Write the file; it is gone afterwards.

        Raises:
            FileExistsError: another program's context is there.
        """
        with self._path.open("x") as file:
            file.write(json.dumps(context_data))
        try:
            yield {"path": str(self._path)}
        finally:
            with suppress(FileNotFoundError):
                self._path.unlink()


class PipesObjectStorageContextInjector(PipesContextInjector):
    """Writes the context to an object store, from which a job of a cluster reads it.

    The program reads it with the loader of its store, such as `PipesS3ContextLoader` of `dagster_pipes`.

    Args:
        address: A folder that fsspec reaches, such as `s3://bucket/pipes`; the extra `fsspec` is needed.

    Example:
        >>> with PipesObjectStorageContextInjector("memory://bucket/pipes").inject_context({"run_id": "7"}) as params:
        ...     sorted(params)
        ['bucket', 'key']
    """

    def __init__(self, address: str) -> None:
        self._address = address

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Iterator[PipesParams]:
        """Write the object; it is gone afterwards."""
        folder = folder_at(self._address)
        place = folder / f"{uuid.uuid4().hex}-context.json"
        folder.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(context_data))
        try:
            bucket, key = bucket_of(place)
            yield {"bucket": bucket, "key": key}
        finally:
            place.unlink(missing_ok=True)
