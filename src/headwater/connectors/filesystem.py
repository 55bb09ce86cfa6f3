"""Files in a folder of this machine: a sensor that reports each new or changed one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePath

import headwater as hw
from headwater.clock import SystemClock, to_seconds
from headwater.connectors.errors import UnreachableError
from headwater.connectors.file_events import AssetOf, MetadataOf, PartitionOf, Reporting, report_files
from headwater.connectors.fingerprints import FileState
from headwater.connectors.path_patterns import check_pattern, fits_part


def build_folder_sensor(
    *,
    name: str,
    asset: AssetOf,
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
        asset: The key of the asset that the files belong to; or a function from a file to it, where there are several,
            and to None for a file that belongs to none.
        folder: Where they are. That it exists is asked at each tick.
        pattern: Which ones, by their path below `folder`, as for `Path.glob`: `**/*.parquet` for those in all folders
            below.
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
    check_pattern(name, pattern)
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
        # Asked first, because a folder below that can't be read counts as empty.
        with os.scandir(root):
            return list(_states(root, pattern))
    except OSError as error:
        raise UnreachableError(
            f"The folder {root} can't be listed: {error.strerror}. Create it, mount it, or correct `folder`; nothing "
            "was reported, and the cursor is kept."
        ) from error


def _states(root: Path, pattern: str) -> Iterator[FileState]:
    for name, path in _matching(str(root), "", PurePath(pattern).parts):
        try:
            found = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue  # gone since it was listed
        if stat.S_ISREG(found.st_mode):
            # A name that is no UTF-8 could not be kept in the cursor.
            readable = os.fsencode(name).decode("utf-8", "backslashreplace")
            yield FileState(name=readable, size=found.st_size, modified=found.st_mtime)


def _matching(folder: str, above: str, parts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What is visible below a folder and matches, by its name below the first one, and its path.

    `Path.glob` does the same for three times the work, and a folder may be looked at every second.
    """
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _matching(folder, above, rest or ("*",))
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                yield from _matching(entry.path, f"{above}{entry.name}/", parts)
        return
    fits = fits_part(part)
    for entry in _entries(folder):
        if fits(entry.name) is None:
            continue
        if not rest:
            yield above + entry.name, entry.path
        elif entry.is_dir():
            yield from _matching(entry.path, f"{above}{entry.name}/", rest)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except (FileNotFoundError, PermissionError):
        # Gone since it was listed, or none of our business.
        return []
