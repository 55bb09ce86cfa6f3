"""What takes the room, on every database: counted, or estimated where that would take long."""

from __future__ import annotations

import pytest
from builders import made
from sqlalchemy.engine import Connection

from headwater.storage.log.writer import Unit
from headwater.storage.store import Store
from headwater.storage.upkeep import sizes
from headwater.storage.upkeep.sizes import TableSize

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def _events(store: Store, *, exact: bool) -> TableSize:
    def look(connection: Connection) -> list[TableSize]:
        return sizes.measure(connection, exact=exact).tables

    return next(each for each in store.read(look) if each.table == "events")


def test_a_small_table_is_counted_in_any_case(store: Store) -> None:
    """With what its pages take."""
    store.write(Unit(events=[made("a") for _ in range(30)]))

    quick, exact = _events(store, exact=False), _events(store, exact=True)

    assert (30, False) == (exact.rows, exact.is_estimate)
    assert quick == exact
    assert (quick.bytes_on_disk or 0) > 0


def test_a_large_table_is_estimated_unless_it_is_to_be_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so; never fewer than were seen."""
    store.write(Unit(events=[made("a") for _ in range(30)]))
    # Then every table of which there is a row is a large one.
    monkeypatch.setattr(sizes, "_COUNTED", 0)
    monkeypatch.setattr(sizes, "_LOOKED_THROUGH_BYTES", 0)

    quick, exact = _events(store, exact=False), _events(store, exact=True)

    assert (30, False) == (exact.rows, exact.is_estimate)
    assert quick.is_estimate
    assert 1 <= quick.rows <= 30
