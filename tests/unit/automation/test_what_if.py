"""What other definitions would have asked for, over a log in memory."""

from __future__ import annotations

import msgspec
from builders import checked, external, graph_of, made, native

from headwater.automation.conditions.what_if import Replay, compare
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.partitions import DynamicKeys
from headwater.definitions.snapshot import CheckSnapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import Event, NewEvent
from headwater.storage.automation.kept import Kept

EAGER = AutomationCondition.eager()
NOW = 1_790_000_000_000_000
SOUND = CheckSnapshot(asset_key="raw", name="sound", blocking=True, condition=EAGER)


def replayed(graph: AssetGraph, *news: NewEvent) -> Replay:
    """A log of events, a second apart, replayed with some definitions."""
    events = [
        Event(seq=place, recorded_at=NOW + place, **{**msgspec.structs.asdict(new), "timestamp": NOW + place})
        for place, new in enumerate(news, start=1)
    ]
    kept = Kept(latest=[], checks=[], freshness={}, open_runs=[], backfills={}, makers={})
    replay = Replay(graph, kept, seq=0, now=NOW, dynamic=DynamicKeys(), left_out=frozenset())
    replay.take_in(events, {})
    return replay


def asked(replay: Replay) -> list[tuple[int, str, str | None]]:
    """At which event which asset or check is asked for."""
    return [(run.seq, run.asset_key, run.check) for run in replay.found]


def test_the_runs_of_a_check_are_among_them() -> None:
    """One for each report of what it judges; with definitions in which it has no condition, all of them differ."""
    reports = made("raw"), made("raw")
    before = replayed(graph_of(external("raw"), checks=(SOUND,)), *reports)
    plain = msgspec.structs.replace(SOUND, condition=None)
    after = replayed(graph_of(external("raw"), checks=(plain,)), *reports)

    found = compare(before.found, after.found)

    assert [(1, "raw", "sound"), (2, "raw", "sound")] == asked(before)
    assert (tuple(before.found), (), 0) == (found.only_before, found.only_after, found.same)


def test_a_check_finds_what_it_found_last() -> None:
    """So what waits for its passing is made once after the report that brought good results, and not after the bad."""
    waits = EAGER & AutomationCondition.all_deps_blocking_checks_passed()
    graph = graph_of(external("raw"), native("a", "raw", condition=waits), checks=(SOUND,))
    bad, good = (checked("raw", "sound", passed=passed) for passed in (False, True))

    replay = replayed(graph, bad, made("raw"), good, made("raw"))

    assert [(2, "raw", "sound"), (3, "a", None), (4, "a", None), (4, "raw", "sound")] == sorted(asked(replay), key=str)


def test_checks_go_along_with_the_run_that_makes_their_asset() -> None:
    """They have their result from it, so their own condition asks for nothing."""
    check = msgspec.structs.replace(SOUND, asset_key="a")
    graph = graph_of(external("raw"), native("a", "raw", condition=EAGER), checks=(check,))

    assert [(1, "a", None)] == asked(replayed(graph, made("raw")))
