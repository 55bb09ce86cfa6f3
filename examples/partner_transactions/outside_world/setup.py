"""Make a world, or what is missing of one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from outside_world import nightly_pipeline, partner, tracking
from outside_world.places import World

SEED = 7


def today() -> date:
    """The day in UTC, which everybody out there goes by."""
    return datetime.now(UTC).date()


def make_world(world: World) -> None:
    """Make what is not there yet: keys, two weeks of deliveries, a week of clickstream, the warehouse."""
    from outside_world.sftp_server import make_keys  # an SSH library takes a while to import

    make_keys(world)
    if not partner.deliveries(world):
        world.outgoing.mkdir(parents=True, exist_ok=True)
        partner.deliver_history(world, today(), seed=SEED)
    if not world.clickstream.exists():
        tracking.write_history(world, today(), seed=SEED)
    if not world.warehouse.exists():
        nightly_pipeline.run_pipeline(world, today(), seed=SEED, run=0, url=None)
