"""Whether the process lives, and whether a deployment can serve, with the reasons."""

from __future__ import annotations

from headwater.errors import StoreError
from headwater.records.catalog.locations import LocationStatus
from headwater.server.deployment import Deployment
from headwater.server.resources.engines import engine_list
from headwater.storage.catalog import definitions as catalog
from headwater.storage.log import event_log

PATHS = frozenset({"/health", "/health/live", "/health/ready"})


def health_of(deployment: Deployment) -> tuple[bool, dict[str, object]]:
    """Whether a deployment can serve, and how it stands. It reads the store, so not for an event loop."""
    try:
        head = deployment.store.read(event_log.head)
        locations = deployment.store.read(catalog.read_locations)
        engines = deployment.store.read(lambda c: engine_list(c, deployment.clock.now()))
    except StoreError as error:
        return False, {"status": "unavailable", "reasons": [str(error)]}
    # What is reported before the definitions are in force would be taken for what was there before.
    if starting := deployment.waits_for():
        return False, {"status": "starting", "reasons": list(starting), "seq": head}
    failed = [
        f"The code location {each.name!r} could not be loaded; its last good definitions stay in force."
        for each in locations
        if each.status is not LocationStatus.LOADED
    ]
    if locations and not any(engine.alive for engine in engines):
        failed.append("No engine is at work, so nothing ticks and nothing is made. `headwater engine` starts one.")
    return True, {"status": "degraded" if failed else "ready", "reasons": failed, "seq": head}
