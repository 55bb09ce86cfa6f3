"""How far a backfill is: for each of its assets, which partitions are made, failed, or made by a run under way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from headwater.automation.backfills.groups import RunGroup, group_assets
from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.partitions import Ordinals
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.runs.backfills import BackfillRun, Counts, Target
from headwater.records.runs.runs import RunStatus

NONE = Ordinals()


class AssetProgress:
    """One asset: each set holds numbers of its partitions, as its definition counts them now."""

    __slots__ = ("failed", "lost", "made", "skipped", "target")

    def __init__(self, target: Ordinals, lost: int) -> None:
        self.target = target
        self.lost = lost
        """How many partitions were asked for that the definitions don't have any more."""
        self.made = NONE
        self.failed = NONE
        self.skipped = NONE
        """Those that a run was to make which ended before it began with them."""


class Standing(msgspec.Struct, frozen=True):
    """How the partitions of one asset stand; together the sets are its target."""

    materialized: Ordinals
    failed: Ordinals
    in_progress: Ordinals
    queued: Ordinals
    waiting: Ordinals
    blocked: Ordinals
    lost: int = 0

    @property
    def counts(self) -> Counts:
        """How many stand how."""
        return Counts(
            materialized=len(self.materialized),
            failed=len(self.failed),
            in_progress=len(self.in_progress),
            queued=len(self.queued),
            waiting=len(self.waiting),
            blocked=len(self.blocked) + self.lost,
        )


class BackfillState:
    """What a backfill is to make and has made, over the definitions and partitions of a moment.

    Args:
        graph: All assets.
        links: Its partitions.
        targets: What to make.
        policy: In place of what the assets say.
        runs: All that were requested for it.

    Raises:
        InvalidParameterError: by now, its assets depend on each other in a circle.
    """

    def __init__(
        self,
        graph: AssetGraph,
        links: PartitionLinks,
        targets: Iterable[Target],
        policy: BackfillPolicy | None = None,
        runs: Iterable[BackfillRun] = (),
    ) -> None:
        self.graph = graph
        self.links = links
        self.assets: dict[str, AssetProgress] = {}
        for target in targets:
            found = self.numbers(target.asset, target.partitions)
            self.assets[target.asset] = AssetProgress(found, len(target.partitions) - len(found))
        there = {key: progress.target for key, progress in self.assets.items() if progress.target}
        self.groups: list[RunGroup] = group_assets(graph, links, there, policy)
        self.open: dict[str, BackfillRun] = {}
        self._flights: dict[str, dict[str, Ordinals]] = {}
        for run in runs:
            self.add(run)

    def numbers(self, asset: str, partitions: Sequence[str]) -> Ordinals:
        """The numbers of those partitions that exist; none where the asset is not made here any more."""
        if asset not in self.graph.ids or self.graph.node(asset).kind != "native":
            return NONE
        keys = self.links.parts(asset).keys
        return Ordinals(number for key in partitions if (number := keys.number_of(key)) is not None)

    def add(self, run: BackfillRun) -> None:
        """Take in a run that was requested, or has ended since."""
        by_asset = self._flights.pop(run.run_id, None) or self._numbers_of(run)
        if run.settled:
            self.open.pop(run.run_id, None)
            for key, numbers in by_asset.items():
                self._settle(self.assets[key], key, numbers, run)
        else:
            self.open[run.run_id] = run
            self._flights[run.run_id] = by_asset

    def retry(self) -> None:
        """Make again what was not made."""
        for progress in self.assets.values():
            progress.failed = progress.skipped = NONE

    def in_flight(self) -> dict[str, Ordinals]:
        """What the runs under way are to make."""
        return self._union(self._flights.values())

    def is_all_made(self) -> bool:
        """Whether nothing is left."""
        return all(progress.target <= progress.made and not progress.lost for progress in self.assets.values())

    def standing(self, blocked: Mapping[str, Ordinals]) -> dict[str, Standing]:
        """How each asset stands.

        Args:
            blocked: What can't be made because of failures upstream.
        """
        started = [run_id for run_id, run in self.open.items() if run.status is not RunStatus.QUEUED]
        going_on = self._union(self._flights[run_id] for run_id in started)
        all_open = self.in_flight()
        found: dict[str, Standing] = {}
        for key, progress in self.assets.items():
            active, begun = all_open.get(key, NONE), going_on.get(key, NONE)
            left = progress.target - progress.made - active
            failed = left & progress.failed
            stopped = (left & (progress.skipped | blocked.get(key, NONE))) - failed
            found[key] = Standing(
                materialized=progress.made - active,
                failed=failed,
                in_progress=begun,
                queued=active - begun,
                waiting=left - failed - stopped,
                blocked=stopped,
                lost=progress.lost,
            )
        return found

    def _numbers_of(self, run: BackfillRun) -> dict[str, Ordinals]:
        known: dict[int, Ordinals] = {}
        found: dict[str, Ordinals] = {}
        for key in run.assets:
            if key in self.assets:
                # What is made together mostly has one definition, and so the same numbers.
                place = id(self.links.parts(key)) if key in self.graph.ids else 0
                if place not in known:
                    known[place] = self.numbers(key, run.partitions)
                found[key] = known[place] & self.assets[key].target
        return found

    def _settle(self, progress: AssetProgress, key: str, numbers: Ordinals, run: BackfillRun) -> None:
        if key in run.made:
            progress.made |= numbers
            progress.failed -= numbers
            progress.skipped -= numbers
        elif not run.retried and key in run.failed:
            progress.failed |= numbers - progress.made
        elif not run.retried:
            progress.skipped |= numbers - progress.made

    @staticmethod
    def _union(flights: Iterable[Mapping[str, Ordinals]]) -> dict[str, Ordinals]:
        together: dict[str, Ordinals] = {}
        for by_asset in flights:
            for key, numbers in by_asset.items():
                together[key] = together.get(key, NONE) | numbers
        return together
