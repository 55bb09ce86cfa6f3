"""Objects in S3, Google Cloud Storage, Azure Blob Storage and the like: a sensor that reports new and changed ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import headwater as hw
from headwater.clock import SystemClock, to_seconds
from headwater.connectors.errors import ConnectorError, MissingExtraError, UnreachableError
from headwater.connectors.file_events import AssetOf, MetadataOf, PartitionOf, Reporting, report_files
from headwater.connectors.fingerprints import FileState
from headwater.connectors.path_patterns import check_pattern, fits
from headwater.connectors.variables import read_all

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_SCHEMES = frozenset({"s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss", "http", "https", "file"})


def build_object_store_sensor(
    *,
    name: str,
    asset: AssetOf,
    url: str,
    pattern: str = "**/*",
    config: Mapping[str, Any] | None = None,
    client_options: Mapping[str, Any] | None = None,
    partition: PartitionOf | None = None,
    metadata: MetadataOf | None = None,
    settle_seconds: float = 0.0,
    most_files_a_tick: int = 1_000,
    minimum_interval_seconds: float = 30.0,
    timeout: float = 60.0,
    description: str | None = None,
    default_status: hw.DefaultSensorStatus | None = None,
) -> hw.SensorDefinition:
    """A sensor that reports one materialization for each new or changed object below an address.

    One tick is one listing, whatever the number of assets. Objects whose name, or that of a folder, begins with a dot,
    and those with an ending such as `.part` or `.tmp`, are left out.

    Args:
        name: The sensor's name.
        asset: The key of the asset that the objects belong to; or a function from an object to it, where there are
            several, and to None for an object that belongs to none.
        url: The bucket or container, and the prefix in it: `s3://lake/orders/`, `gs://…`, `az://…`.
        pattern: Which objects, by their path below `url`, as for `Path.glob`: `**/*.parquet` for those in all folders.
        config: How to get in, as obstore takes it, such as `{"region": "eu-central-1"}` or `{"endpoint": …}`. What is
            not given comes from the environment (`AWS_ACCESS_KEY_ID` …), or from the machine's own identity. A value
            may be an `EnvVar`.
        client_options: Of the connection, as obstore takes them, such as `{"timeout": "20s"}`.
        partition: From an object to its partition: a function, or a regular expression that is searched in the object's
            path below `url` and has a group named `partition`.
        metadata: From an object to what else is to be said of it.
        settle_seconds: How long an object must have looked the same before it counts as complete. Stores show only
            complete ones, so this is for writers that overwrite several times.
        most_files_a_tick: The rest is left for the next ticks.
        minimum_interval_seconds: From one tick to the next.
        timeout: Seconds after which a tick is stopped.
        description: What it looks at, in Markdown.
        default_status: Whether it is on as long as nobody has switched it.

    Raises:
        InvalidParameterError: an argument can't be meant so.
        MissingExtraError: obstore is not installed.
    """
    check_pattern(name, pattern)
    _check_address(name, url)
    _import_obstore()
    reporting = Reporting(
        asset=asset,
        location=url,
        settle_seconds=settle_seconds,
        limit=most_files_a_tick,
        partition=partition,
        metadata=metadata,
    )
    # Opened in the process that ticks: what a library starts beside it would not survive a fork.
    opened = cache(lambda: _open(url, config, client_options))

    @hw.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        timeout=timeout,
        description=description or f"Looks for new objects `{pattern}` in `{url}`.",
        default_status=default_status,
    )
    def look(context: hw.SensorEvaluationContext) -> hw.SensorResult:
        try:
            listing = _list(opened(), pattern)
        except ConnectorError:
            raise
        except Exception as error:
            # Each kind of store raises its own; all mean that nothing is known of the objects.
            raise UnreachableError(
                f"{url} can't be listed: {_reason(error)}. Check the address, `config`, and what its credentials "
                "allow; nothing was reported, and the cursor is kept."
            ) from error
        return report_files(context, reporting, listing, to_seconds(SystemClock().now()))

    return look


def _check_address(name: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not (parts.netloc or parts.scheme == "file"):
        raise hw.InvalidParameterError(
            f"url of the sensor {name!r} is {url!r}, which is no address of an object store. Write one such as "
            "'s3://bucket/prefix/', 'gs://bucket/prefix/' or 'az://container/prefix/'."
        )


def _import_obstore() -> ModuleType:
    try:
        import obstore.store
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "Looking at an object store needs obstore, which is not installed: pip install 'headwater[object-store]'."
        ) from error
    return obstore.store


def _open(url: str, config: Mapping[str, Any] | None, client_options: Mapping[str, Any] | None) -> ObjectStore:
    given = {"config": config, "client_options": client_options}
    store: ObjectStore = _import_obstore().from_url(
        url, **{name: read_all(value, name) for name, value in given.items() if value}
    )
    return store


def _list(store: ObjectStore, pattern: str) -> list[FileState]:
    found = (each for chunk in store.list() for each in chunk)
    return [
        FileState(name=each["path"], size=each["size"], modified=each["last_modified"].timestamp())
        for each in found
        if fits(each["path"], pattern)
    ]


def _reason(error: Exception) -> str:
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    # Stores answer with XML, of which the first line says nothing.
    return first.partition(": <?xml")[0].rstrip(".")
