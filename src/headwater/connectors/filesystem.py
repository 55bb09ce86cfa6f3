"""Files in a folder of this machine: a sensor that reports each new or changed one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import headwater as hw
from headwater.clock import SystemClock, to_seconds
from headwater.connectors.errors import UnreachableError
from headwater.connectors.file_events import MetadataOf, PartitionOf, Reporting, report_files
from headwater.connectors.fingerprints import FileState
from headwater.keys import CoercibleToAssetKey


def build_folder_sensor(
    *,
    name: str,
    asset: CoercibleToAssetKey,
    folder: str | Path,
    pattern: str = "**/*",
    partition: PartitionOf | None = None,
    metadata: MetadataOf | None = None,
    settle_seconds: float = 1.0,
    most_files_a_tick: int = 1_000,
    minimum_interval_seconds: float = 30.0,
    timeout: float = 60.0,
    description: str | None = None,
    default_status: hw.DefaultSensorStatus | None = None,
) -> hw.SensorDefinition:
    """A sensor that reports one materialization for each new or changed file in a folder.

    Files with an ending such as `.part` or `.tmp`, hidden files and links are left out.

    Args:
        name: The sensor's name.
        asset: The key of the asset that the files belong to.
        folder: Where they are. That it exists is asked at each tick.
        pattern: Which ones, as for `Path.glob`: `**/*.parquet` for those in all folders below.
        partition: From a file to its partition: a function, or a regular expression that is searched in the file's
            path below `folder` and has a group named `partition`.
        metadata: From a file to what else is to be said of it.
        settle_seconds: How long a file must have looked the same before it counts as complete. 0 only where files
            appear complete, by a rename.
        most_files_a_tick: The rest is left for the next ticks.
        minimum_interval_seconds: From one tick to the next.
        timeout: Seconds after which a tick is stopped.
        description: What it looks at, in Markdown.
        default_status: Whether it is on as long as nobody has switched it.

    Raises:
        InvalidParameterError: an argument can't be meant so.
    """
    reporting = Reporting(
        asset=asset,
        location=str(folder),
        settle_seconds=settle_seconds,
        limit=most_files_a_tick,
        partition=partition,
        metadata=metadata,
    )

    @hw.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        timeout=timeout,
        description=description or f"Looks for new files `{pattern}` in `{folder}`.",
        default_status=default_status,
    )
    def look(context: hw.SensorEvaluationContext) -> hw.SensorResult:
        return report_files(context, reporting, list_folder(folder, pattern), to_seconds(SystemClock().now()))

    return look


def list_folder(folder: str | Path, pattern: str = "**/*") -> list[FileState]:
    """Every ordinary, visible file below a folder that matches.

    Raises:
        UnreachableError: the folder is not there, is none, or may not be read.
    """
    root = Path(folder)
    try:
        # Asked first, because `glob` takes a folder that can't be read for an empty one.
        with os.scandir(root):
            return list(_states(root, pattern))
    except OSError as error:
        raise UnreachableError(
            f"The folder {root} can't be listed: {error.strerror}. Create it, mount it, or correct `folder`; nothing "
            "was reported, and the cursor is kept."
        ) from error


def _states(root: Path, pattern: str) -> Iterator[FileState]:
    for path in root.glob(pattern):
        name = path.relative_to(root)
        if any(part.startswith(".") for part in name.parts):
            continue
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue  # gone since it was listed
        if stat.S_ISREG(found.st_mode):
            # A name that is no UTF-8 could not be kept in the cursor.
            readable = os.fsencode(name.as_posix()).decode("utf-8", "backslashreplace")
            yield FileState(name=readable, size=found.st_size, modified=found.st_mtime)
