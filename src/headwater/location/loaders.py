"""What loads a location, wherever it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from headwater.location.remote.loader import RemoteLoader
from headwater.location.sources.source import LocationSource
from headwater.location.supervision.loading import Loader, OnDoubt

AnyLoader: TypeAlias = Loader | RemoteLoader


def loader_of(
    source: LocationSource,
    *,
    tasks: Sequence[str],
    log_path: Path,
    rereads: bool = False,
    on_doubt: OnDoubt | None = None,
) -> AnyLoader:
    """The loader of a location: a process of its own here, or a connection to the machine that serves it.

    Args:
        source: The location.
        tasks: What workers will be called with.
        log_path: Where the output goes, of one that is loaded here.
        rereads: Whether the files may change within a second.
        on_doubt: Told of an error that a new interpreter is still to confirm, of one that is loaded here.
    """
    if source.address is not None:
        return RemoteLoader(source)
    return Loader(source, tasks=tasks, log_path=log_path, rereads=rereads, on_doubt=on_doubt)
