"""The columns that the newest materializations tell of, kept up with as they come."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from sqlalchemy.engine import Connection

from headwater.graph.columns import schema_columns
from headwater.records.log.events import EventKind, Materialization
from headwater.storage.log import event_log, states
from headwater.storage.store import Store


class KnownColumns:
    """The names of an asset's columns by its key; only what is new is read again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seq = 0
        self._names: dict[str, tuple[str, ...]] = {}

    def read(self) -> Mapping[str, tuple[str, ...]]:
        """What is known now."""
        with self._lock:
            self._store.read(self._catch_up)
            return dict(self._names)

    def _catch_up(self, connection: Connection) -> None:
        newer = states.read_newer(connection, EventKind.MATERIALIZATION, self._seq)
        events = event_log.read_many(connection, [seq for _, seq in newer])
        for key, seq in newer:
            payload = events[seq].payload if seq in events else None
            if isinstance(payload, Materialization):
                names = (column.get("name") for column in schema_columns(payload.metadata))
                self._names[key] = tuple(name for name in names if isinstance(name, str))
            self._seq = max(self._seq, seq)
