"""End writers on PostgreSQL whose process hangs in the middle of a message, for those that wait for their locks.

Between two statements the database ends them by itself (`idle_in_transaction_session_timeout`). Of half a message it
awaits the rest without end, as if it were at work, and keeps the lock of the log.
"""

from __future__ import annotations

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from headwater.storage.database.engine import LONGEST_PAUSE_MILLISECONDS

_END = sa.text(
    "SELECT pid, pg_terminate_backend(pid) AS ended FROM pg_stat_activity"
    " WHERE state = 'active' AND wait_event = 'ClientRead' AND usename = current_user"
    " AND state_change < now() - :pause * interval '1 millisecond'"
    " AND pid IN (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock')"
)
_log = structlog.get_logger(__name__)


def end_stalled(connection: Connection) -> None:
    """End the sessions that others of this database wait for, and that have sent half of something for too long."""
    for pid, ended in connection.execute(_END, {"pause": LONGEST_PAUSE_MILLISECONDS}):
        _log.warning("a session that held others up in the middle of a message was ended", backend=pid, ended=ended)
