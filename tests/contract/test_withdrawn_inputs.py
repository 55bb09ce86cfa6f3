"""Assets whose inputs were withdrawn or wiped after they had been read, on every database."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import external, graph_of, native
from histories import correct

from headwater.clock import MICROSECONDS
from headwater.definitions.partitions import StaticPartitionsDefinition
from headwater.records.log.events import EventKind, Materialization, NewEvent
from headwater.records.log.versions import Version, join_versions
from headwater.server.kept.catalog import KeptCatalog
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

DAY = 86_400 * MICROSECONDS
REGIONS = StaticPartitionsDefinition(["eu", "us"]).to_snapshot()
GRAPH = graph_of(external("up", partitions=REGIONS), native("same", "up", partitions=REGIONS), native("whole", "up"))


def told(key: str, partition: str | None, version: str | None, **read: str) -> NewEvent:
    """A version of an asset, made from others."""
    payload = Materialization(code_version="1", input_versions=read) if key != "up" else Materialization()
    return NewEvent(
        kind=EventKind.MATERIALIZATION, payload=payload, asset_key=key, partition=partition, data_version=version
    )


def statuses(kept: KeptCatalog) -> dict[str, str]:
    """How each native asset stands."""
    items: list[dict[str, Any]] = msgspec.json.decode(kept.asset_list(GRAPH, DAY))["items"]
    return {item["key"]: item["status"] for item in items if item["kind"] == "native"}


@pytest.mark.parametrize(
    ("how", "stale"), [("withdraw", {"same": "stale", "whole": "stale"}), ("wipe", {"same": "fresh", "whole": "stale"})]
)
def test_what_was_read_and_is_gone(store: Store, how: str, stale: dict[str, str]) -> None:
    """What read a version that was withdrawn or wiped is stale where there is another to read, as what is kept says."""
    kept = KeptCatalog(store)
    store.write(Unit(events=[told("up", "eu", "v1"), told("up", "eu", "v2"), told("up", "us", "v9")]))
    both = join_versions({"eu": Version(2, "v2"), "us": Version(3, "v9")}) or ""
    store.write(Unit(events=[told("same", "eu", None, up="v2"), told("same", "us", None, up="v9")]))
    store.write(Unit(events=[told("whole", None, None, up=both)]))
    assert statuses(kept) == {"same": "fresh", "whole": "fresh"}
    correct(store, how, "up", "", 2, "eu")
    assert stale == statuses(kept) == statuses(KeptCatalog(store))
    store.write(Unit(events=[told("up", "eu", "v2")]))
    assert statuses(kept) == {"same": "fresh", "whole": "fresh"}
