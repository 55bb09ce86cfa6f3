"""What is known of all assets, kept up with the log: an event costs what it changes, not what there is."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

import msgspec
from sqlalchemy.engine import Connection

from headwater.graph.asset_graph import AssetGraph
from headwater.records.catalog.staleness import StaleCause, causes_of
from headwater.records.log.events import Event, EventKind
from headwater.records.log.fold import CheckLatest, Latest, places_of
from headwater.server.resources.estate import Estate, checks_by_asset, read_checks, read_latest, read_running
from headwater.storage.automation import freshness
from headwater.storage.catalog.version_changes import read_changes
from headwater.storage.log import event_log, states

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_MOST_EVENTS = 2_000
_MOST_ASSETS = 200
"""Beyond these, to read everything is no dearer."""
_FOLLOWED = frozenset(
    kind
    for kind in EventKind
    if kind in (EventKind.MATERIALIZATION, EventKind.OBSERVATION, EventKind.CHECK_EVALUATION)
    or kind is EventKind.FRESHNESS_CHANGED
    or kind.value.startswith(("run_", "step_", "external_"))
)
"""Kinds that change the state of the assets that they name, and of nothing else but what is made from these."""


class KeptEstate:
    """What is known of the assets of a graph; for one reader at a time."""

    def __init__(self, graph: AssetGraph) -> None:
        self._graph = graph
        self._places = {graph.nodes[number].key: place for place, number in enumerate(graph.order)}
        self._latest: dict[tuple[str, EventKind], Latest] = {}
        self._checks: dict[str, dict[str, CheckLatest]] = {}
        self._freshness: dict[str, str] = {}
        self._changed: dict[str, list[StaleCause]] = {}
        self._causes: dict[str, list[StaleCause]] = {}
        self.known = Estate(
            graph, self._latest, self._checks, frozenset(), 0, freshness=self._freshness, causes=self._causes
        )
        """What the log says up to the place that was last read to."""

    def read(self, connection: Connection, now: int) -> None:
        """Read everything; `now` in microseconds."""
        graph, keys = self._graph, [node.key for node in self._graph.nodes]
        _refill(self._latest, states.read_assets(connection))
        _refill(self._checks, checks_by_asset(states.read_checks(connection)))
        _refill(self._freshness, {key: row.state for key, row in freshness.read_freshness(connection).items()})
        changes = read_changes(connection, graph, keys, self._latest, now)
        _refill(self._changed, {key: changes.of_asset(key) for key in keys if self._is_native(key)})
        self._causes.clear()
        self._judge(self._changed)
        self._note(connection, read_running(connection))

    def follow(self, connection: Connection, now: int) -> Collection[str] | None:
        """Take in what came to the log since it was last read.

        Args:
            connection: Where to read.
            now: The moment, in microseconds; no partition began or ended since it was last read.

        Returns:
            The keys of the assets of which another thing may be known by now. None if there is more than is worth
            following, and nothing was taken in.
        """
        events = event_log.read_after(connection, self.known.seq, _MOST_EVENTS + 1)
        if len(events) > _MOST_EVENTS or not all(event.kind in _FOLLOWED for event in events):
            return None
        named = {key for key in _named(events) if key in self._graph.ids}
        if len(named) > _MOST_ASSETS:
            return None
        is_of_run = any(event.kind.value.startswith("run_") for event in events)
        running = read_running(connection) if is_of_run else self.known.running
        moved = {key for key, _ in running ^ self.known.running if key in self._graph.ids}
        for key in named:
            # Nothing of what is kept here ends by an event of these kinds.
            self._latest.update(read_latest(connection, [key]))
            self._checks.update(checks_by_asset(read_checks(connection, [key])))
            found = freshness.read_freshness(connection, key)
            self._freshness.update({name: row.state for name, row in found.items()})
        concerned = named.union(*map(self._graph.downstream_keys, named))
        natives = [key for key in concerned if self._is_native(key)]
        changes = read_changes(connection, self._graph, natives, self._latest, now)
        self._changed.update({key: changes.of_asset(key) for key in natives})
        judged = self._judge(natives)
        self._note(connection, running)
        return named | moved | judged

    def _judge(self, keys: Iterable[str]) -> set[str]:
        """Find out why some native assets are stale, and those below that this concerns; those that it does."""
        waiting = [(self._places[key], key) for key in keys]
        heapq.heapify(waiting)
        different: set[str] = set()
        last = ""
        while waiting:
            _, key = heapq.heappop(waiting)
            if key == last:
                continue
            last = key
            causes = causes_of(self._changed[key], self._graph.upstream_keys(key), self._causes)
            if causes == self._causes.get(key, []):
                continue
            self._causes[key] = causes
            different.add(key)
            for down in self._graph.downstream_keys(key):
                if self._is_native(down):
                    heapq.heappush(waiting, (self._places[down], down))
        return different

    def _note(self, connection: Connection, running: frozenset[tuple[str, str]]) -> None:
        self.known = msgspec.structs.replace(self.known, running=running, seq=event_log.head(connection))

    def _is_native(self, key: str) -> bool:
        return self._graph.node(key).kind == "native"


def _named(events: Iterable[Event]) -> set[str]:
    """The assets whose own state some events change."""
    found = {key for event in events for key, _ in places_of(event)}
    return found | {event.asset_key for event in events if event.asset_key is not None}


def _refill(kept: dict[_Key, _Value], found: Mapping[_Key, _Value]) -> None:
    kept.clear()
    kept.update(found)
