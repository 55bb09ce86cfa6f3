"""The tail wakes its followers: at once for what is urgent to them, and for the rest a moment later and together."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.records.log.events import Event, EventKind, Materialization
from headwater.storage.log.tail import Subscription, Tail

_PATIENCE_SECONDS = 30.0
_TURNS = 20


def _event(seq: int, key: str) -> Event:
    return Event(
        seq=seq,
        kind=EventKind.MATERIALIZATION,
        payload=Materialization(),
        asset_key=key,
        partition=None,
        run_id=None,
        timestamp=0,
        recorded_at=0,
        data_version=None,
    )


def _is_of_mine(event: Event) -> bool:
    return event.asset_key == "mine"


async def _turns(count: int = _TURNS) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def _waiting(tail: Tail, subscription: Subscription) -> asyncio.Task[int]:
    """A follower that has read one event of its own, and waits."""
    tail.advance(1, [_event(1, "mine")])
    subscription.position = await subscription.wait()
    task = asyncio.create_task(subscription.wait())
    await _turns()
    assert not task.done()
    return task


async def test_what_is_urgent_is_told_at_once_and_the_rest_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A follower is left alone by events of others, until one comes that concerns it."""
    monkeypatch.setattr("headwater.storage.log.tail.LATER_SECONDS", 3_600)
    tail = Tail(lambda: 0)
    with tail.subscribe(0, _is_of_mine) as subscription:
        task = await _waiting(tail, subscription)
        for seq in (2, 3):
            tail.advance(seq, [_event(seq, "another")])
            await _turns()
        assert not task.done()
        tail.advance(4, [_event(4, "mine")])
        await _turns()
        assert task.done()
        assert await task == 4


async def test_what_is_not_urgent_is_told_by_itself() -> None:
    """Nobody must wait for an urgent event to hear of the others."""
    tail = Tail(lambda: 0)
    with tail.subscribe(0, _is_of_mine) as subscription:
        task = await _waiting(tail, subscription)
        tail.advance(2, [_event(2, "another")])
        assert await asyncio.wait_for(task, _PATIENCE_SECONDS) == 2


async def test_whoever_falls_behind_is_told_at_once() -> None:
    """Else many events that concern nobody would be dropped from memory, and every follower would ask the database."""
    tail = Tail(lambda: 0)
    with tail.subscribe(0, _is_of_mine) as subscription:
        task = await _waiting(tail, subscription)
        for seq in range(2, 2_003, 500):
            tail.advance(seq + 499, [_event(each, "another") for each in range(seq, seq + 500)])
            await _turns()
        assert task.done()


def test_events_are_kept_up_to_a_bound() -> None:
    """A follower gets as many as it asked for, and hears where some are not in memory any more."""
    tail = Tail(lambda: 0)
    for seq in range(1, 15_001, 1_000):
        tail.advance(seq + 999, [_event(each, "any") for each in range(seq, seq + 1_000)])
    assert tail.kept_after(0, 10) is None
    assert tail.kept_after(15_000, 10) == []
    kept = tail.kept_after(5_000, 20_000)
    assert kept is not None
    assert [event.seq for event in kept] == list(range(5_001, 15_001))
    assert [event.seq for event in tail.kept_after(14_000, 3) or ()] == [14_001, 14_002, 14_003]


async def test_what_was_left_unread_is_told_again() -> None:
    """A follower that could not read is not forgotten though nothing more comes."""
    tail = Tail(lambda: 0)
    with tail.subscribe(0, _is_of_mine) as subscription:
        task = await _waiting(tail, subscription)
        tail.advance(2, [_event(2, "mine")])
        assert await asyncio.wait_for(task, _PATIENCE_SECONDS) == 2
        assert await asyncio.wait_for(subscription.wait(), _PATIENCE_SECONDS) == 2


async def test_commits_of_other_processes_are_urgent() -> None:
    """What they are about is not known before it is read."""
    tail = Tail(lambda: 0)
    with tail.subscribe(0, _is_of_mine) as subscription:
        task = await _waiting(tail, subscription)
        tail.advance(7)
        await _turns()
        assert task.done()


async def test_without_a_word_on_urgency_everything_is_told_at_once() -> None:
    """So it is for whoever waits for one event."""
    tail = Tail(lambda: 0)
    with tail.subscribe(0) as subscription:
        task = await _waiting(tail, subscription)
        tail.advance(2, [_event(2, "another")])
        await _turns()
        assert task.done()


async def test_a_batch_is_urgent_if_one_of_its_events_is() -> None:
    """A follower is asked once about many events of one kind and asset, and misses none that concerns it."""
    asked: list[str | None] = []

    def is_of_mine(event: Event) -> bool:
        asked.append(event.asset_key)
        return _is_of_mine(event)

    tail = Tail(lambda: 0)
    with tail.subscribe(0, is_of_mine) as subscription:
        task = await _waiting(tail, subscription)
        asked.clear()
        tail.advance(500, [_event(seq, "another") for seq in range(2, 501)])
        assert asked == ["another"]
        tail.advance(600, [_event(seq, "mine" if seq == 550 else "another") for seq in range(501, 601)])
        await _turns()
        assert task.done()


_commits = st.lists(st.sampled_from(["mine", "another"]), max_size=4)
_moves = st.lists(st.one_of(st.integers(1, 6), _commits, st.none()), max_size=40)


@given(st.integers(0, 5), _moves)
async def test_what_is_passed_unread_is_of_others(head: int, moves: list[int | list[str] | None]) -> None:
    """However commits, those of other processes (None), and reads of a few events follow upon each other."""
    tail = Tail(lambda: head)
    unread = set(range(1, head + 1))
    with tail.subscribe(0, _is_of_mine) as subscription:
        for move in [*moves, 1_000]:
            if move is None:
                unread.add(tail.head + 1)
                tail.advance(tail.head + 1)
            elif isinstance(move, list):
                seqs = range(tail.head + 1, tail.head + 1 + len(move))
                unread |= {seq for seq, key in zip(seqs, move, strict=True) if key == "mine"}
                tail.advance(tail.head + len(move), [_event(*each) for each in zip(seqs, move, strict=True)])
            else:
                free = subscription.free_until()
                assert not unread & set(range(subscription.position + 1, free + 1))
                subscription.position = min(tail.head, max(free, subscription.position + move))
                unread -= set(range(subscription.position + 1))
        assert subscription.position == tail.head == subscription.free_until()
