"""How an asset stands: fresh, stale and why, failed, missing, or as its owner last reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from headwater.records.log.events import EventKind
from headwater.records.log.fold import Latest

_MOST_CAUSES = 20


class AssetStatus(StrEnum):
    """Native assets: fresh, stale, failed, running or missing. All others: reported or unreported."""

    FRESH = "fresh"
    STALE = "stale"
    FAILED = "failed"
    RUNNING = "running"
    MISSING = "missing"
    REPORTED = "reported"
    UNREPORTED = "unreported"


class StaleKind(StrEnum):
    """What differs: the code, the data of an input, or which inputs there are."""

    CODE = "code"
    DATA = "data"
    DEPENDENCY = "dependency"


class StaleCause(msgspec.Struct, frozen=True):
    """A version that an asset was not made from, though it should be: of an input, or of what an input is made from.

    `upstream` is the asset whose data, or whose code, has another version; `latest` the event with which that came, or
    for the code the one that was made by an older one. `read` and `now` name the versions, where they have names.
    `via` are the stale assets between, nearest to the asset first; none where the input itself changed.
    """

    upstream: str
    latest: Latest
    via: tuple[str, ...] = ()
    kind: StaleKind = StaleKind.DATA
    read: str | None = None
    now: str | None = None


class AssetState(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded of one asset, for judging it."""

    materialization: Latest | None = None
    observation: Latest | None = None
    failed: Latest | None = None
    running: bool = False


def causes_down(
    changed: Mapping[str, Iterable[StaleCause]], order: Iterable[str], inputs: Callable[[str], Iterable[str]]
) -> dict[str, list[StaleCause]]:
    """Why each asset is stale, down from the roots: by what changed above it and by what made its inputs stale.

    Args:
        changed: For each asset that was made, what changed since in its code and its inputs.
        order: Their keys, inputs first.
        inputs: The inputs of an asset.

    Returns:
        By key the causes of each stale asset, the directest first; for one root the shortest way, a bounded number.
    """
    causes: dict[str, list[StaleCause]] = {}
    for key in order:
        if key in changed and (kept := causes_of(changed[key], inputs(key), causes)):
            causes[key] = kept
    return causes


def causes_of(
    changed: Iterable[StaleCause], inputs: Iterable[str], causes: Mapping[str, Sequence[StaleCause]]
) -> list[StaleCause]:
    """Why one asset is stale.

    Args:
        changed: What changed in its code and its inputs since it was made.
        inputs: Its inputs.
        causes: Why each of these is stale, those that are.

    Returns:
        The directest first; for one root the shortest way, a bounded number.
    """
    handed = [
        msgspec.structs.replace(cause, via=(above, *cause.via)) for above in inputs for cause in causes.get(above, ())
    ]
    seen: set[tuple[StaleKind, str]] = set()
    kept: list[StaleCause] = []
    for cause in (*changed, *sorted(handed, key=lambda each: len(each.via))):
        if (cause.kind, cause.upstream) not in seen and len(kept) < _MOST_CAUSES:
            seen.add((cause.kind, cause.upstream))
            kept.append(cause)
    return kept


def judge_native(state: AssetState, causes: Collection[StaleCause]) -> AssetStatus:
    """How a native asset stands. A failure counts until something was made after it."""
    made = state.materialization
    if state.running:
        return AssetStatus.RUNNING
    if state.failed is not None and (made is None or state.failed.seq > made.seq):
        return AssetStatus.FAILED
    if made is None:
        return AssetStatus.MISSING
    return AssetStatus.STALE if causes else AssetStatus.FRESH


def judge_external(state: AssetState) -> AssetStatus:
    """How an asset stands that somebody else makes: whether it was ever heard of."""
    heard = state.materialization is not None or state.observation is not None
    return AssetStatus.REPORTED if heard else AssetStatus.UNREPORTED


def newest_failure(states: Mapping[tuple[str, EventKind], Latest], key: str) -> Latest | None:
    """The newest record that an attempt to make an asset failed, in its step or before it."""
    failures = [states.get((key, kind)) for kind in (EventKind.STEP_FAILED, EventKind.RUN_FAILED)]
    return max((latest for latest in failures if latest is not None), key=lambda latest: latest.seq, default=None)
