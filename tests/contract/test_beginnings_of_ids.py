"""Runs and backfills found by the beginnings of their ids, on every database."""

from __future__ import annotations

import pytest

from headwater.errors import UnknownBackfillError, UnknownRunError
from headwater.records.runs.backfills import Backfill, BackfillStatus, Target
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.storage.log.writer import Unit
from headwater.storage.runs import backfills, runs
from headwater.storage.runs.beginnings import find_backfill_id, find_run_id
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

RUN_IDS = ["ab", "abc1", "abc2", "abc3", "abc4", "d%f", "d_f0"]
ASKED = Cause(kind="cli")


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with runs and a backfill."""
    for run_id in RUN_IDS:
        run = Run(run_id=run_id, location="code", assets=("a",), status=RunStatus.QUEUED, cause=ASKED, created_at=1)
        store.write(Unit(effect=lambda c, _events, run=run: runs.insert(c, run)))  # type: ignore[misc]
    running = BackfillStatus.RUNNING
    backfill = Backfill(backfill_id="abc", status=running, assets=("a",), cause=ASKED, created_at=1, total=1)
    store.write(Unit(effect=lambda c, _events: backfills.insert(c, backfill, [Target("a", ("",))])))
    return store


@pytest.mark.parametrize(("beginning", "run_id"), [("abc1", "abc1"), ("ab", "ab"), ("d%", "d%f"), ("d_", "d_f0")])
def test_a_beginning_that_one_run_has_finds_it(filled: Store, beginning: str, run_id: str) -> None:
    """A whole id goes before longer ones, and no character stands for others."""
    assert run_id == filled.read(lambda c: find_run_id(c, beginning))


def test_a_beginning_of_several_names_them(filled: Store) -> None:
    """A few of them are told, and that there are more."""
    with pytest.raises(UnknownRunError, match=r"'abc' is the beginning of several runs: abc1, abc2, abc3, …"):
        filled.read(lambda c: find_run_id(c, "abc"))


@pytest.mark.parametrize("beginning", ["x", ""])
def test_a_beginning_of_none_says_where_to_look(filled: Store, beginning: str) -> None:
    """Nothing at all is the beginning of no run."""
    with pytest.raises(UnknownRunError, match="headwater run list"):
        filled.read(lambda c: find_run_id(c, beginning))


def test_backfills_are_found_alike(filled: Store) -> None:
    """Among their own ids, whatever runs are called."""
    assert "abc" == filled.read(lambda c: find_backfill_id(c, "a"))
    with pytest.raises(UnknownBackfillError, match="headwater backfill list"):
        filled.read(lambda c: find_backfill_id(c, "abc1"))
