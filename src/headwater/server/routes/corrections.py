"""Corrections: withdraw an event, wipe, rename or merge an asset; with `dry_run`, only say what would happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from sqlalchemy.engine import Connection

from headwater.errors import InvalidParameterError
from headwater.records.log.events import Event, Reporter
from headwater.server.deployment import Deployment
from headwater.server.resources import partitions
from headwater.server.routes.parameters import LARGEST
from headwater.storage.log import corrections
from headwater.storage.log.writer import Unit

_MOST_WIPED = 30_000


class WithdrawBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which event to withdraw, and why."""

    seq: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
    reason: str | None = None
    dry_run: bool = False


class WipeBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which asset to forget, or which of its partitions: keys, or `first...last` for a range."""

    key: str
    partitions: list[str] = []
    reason: str | None = None
    dry_run: bool = False


class RenameBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which asset gets which name; with `merge`, its history joins that of an asset of the new name."""

    key: str
    to: str
    merge: bool = False
    reason: str | None = None
    dry_run: bool = False


class CorrectionView(msgspec.Struct, kw_only=True):
    """What was done: the event that says so, None in a dry run, and how many events are concerned."""

    seq: int | None
    events: int


@post("/corrections/withdraw", status_code=200, sync_to_thread=True, summary="Withdraw an event")
def withdraw_event(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], data: JSONBody[WithdrawBody]
) -> CorrectionView:
    """The state is as if the event had never come; the log keeps it, and says who withdrew it."""
    return _carry_out(
        deployment,
        lambda c: corrections.withdraw(c, data.seq, reason=data.reason, reporter=reporter),
        lambda _c: 1,
        dry_run=data.dry_run,
    )


@post("/corrections/wipe", status_code=200, sync_to_thread=True, summary="Wipe an asset or partitions")
def wipe_asset(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], data: JSONBody[WipeBody]
) -> CorrectionView:
    """What is known of the asset, or of the partitions, is forgotten; the log keeps the events."""
    graph, now = deployment.graph(), deployment.clock.now()
    wanted = deployment.store.read(lambda c: partitions.told_partitions(c, graph, data.key, now, data.partitions))
    if data.partitions and not wanted:
        raise InvalidParameterError(
            f"Nothing is known of {data.partitions[0]} of {data.key}, so there is nothing to wipe."
        )
    if len(wanted) > _MOST_WIPED:
        raise InvalidParameterError(
            f"At most {_MOST_WIPED:,} partitions are wiped at once, but these are {len(wanted):,}."
        )
    return _carry_out(
        deployment,
        lambda c: corrections.wipe(c, data.key, wanted, reason=data.reason, reporter=reporter),
        lambda c: corrections.count_events(c, data.key, wanted),
        dry_run=data.dry_run,
    )


@post("/corrections/rename", status_code=200, sync_to_thread=True, summary="Rename or merge an asset")
def rename_asset(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], data: JSONBody[RenameBody]
) -> CorrectionView:
    """The history goes to the new name, and reports of the former one do so from now on."""
    return _carry_out(
        deployment,
        lambda c: corrections.rename(c, data.key, data.to, merge=data.merge, reason=data.reason, reporter=reporter),
        lambda c: corrections.count_events(c, data.key),
        dry_run=data.dry_run,
    )


_Plan = Callable[[Connection], Unit[Event]]


def _carry_out(
    deployment: Deployment, plan: _Plan, count: Callable[[Connection], int], *, dry_run: bool
) -> CorrectionView:
    unit = deployment.store.read(plan)
    concerned = deployment.store.read(count)
    if dry_run:
        if unit.guard is not None:
            deployment.store.read(unit.guard)
        return CorrectionView(seq=None, events=concerned)
    done = deployment.store.write(unit)
    deployment.forget_graph()
    return CorrectionView(seq=done.seq, events=concerned)
