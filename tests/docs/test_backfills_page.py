"""What the page on backfills shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

import headwater as hw
from headwater.automation.backfills.targets import choose_targets
from headwater.cli.backfills import backfill_group
from headwater.clock import to_datetime
from headwater.definitions.build_snapshot import build_snapshot
from headwater.graph.asset_graph import build_graph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.runs.backfills import TRANSITIONS

PAGE = (Path(__file__).parents[2] / "docs" / "backfills.md").read_text()
_FAR_ON = to_datetime(1_800_000_000_000_000)


def test_fourteen_days_lead_to_their_two_weeks() -> None:
    """The page's definitions load, and its command makes what it says, in as many runs as the policy says."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)[0], names)
    hw.Definitions.validate_loadable(names["defs"])
    graph = build_graph([("page", build_snapshot(names["defs"]))])
    links = PartitionLinks(graph, _FAR_ON)
    plan = choose_targets(graph, links, ["readings", "report"], partitions=["2026-01-04...2026-01-17"])
    assert {"readings": 14, "report": 2} == {target.asset: len(target.partitions) for target in plan.targets}
    assert 15 == plan.runs


def test_the_drawn_life_cycle_is_the_table() -> None:
    """Every change of state is drawn, and no other."""
    drawn = set(re.findall(r"^  (\S+) --> (\S+)$", PAGE, flags=re.MULTILINE))
    table = {("[*]" if before is None else before.value, after.value) for (before, _), after in TRANSITIONS.items()}
    assert {pair for pair in table if pair[0] != pair[1]} == drawn


def test_each_command_and_option_is_there() -> None:
    """What the page writes after `headwater backfill` can be typed, and nothing that can be typed is left out."""
    assert set(backfill_group.commands) == set(re.findall(r"headwater backfill (\w+)", PAGE))
    options = {
        option
        for command in backfill_group.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) <= options
