"""What earlier events said about runs that have not ended: OpenLineage's events add up to one picture of a run.

A COMPLETE may leave out what the START has said, and a FAIL may come without the outputs. So the events of a run
are joined by its id. The whole is one immutable value, passed in and out of `translate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from headwater.openlineage.events import DatasetFacets

MOST_RUNS = 5_000
MOST_BYTES = 32 * 1024 * 1024


class OpenRun(msgspec.Struct, frozen=True):
    """What is known of a run: by asset key the facets of what it reads and writes, and whether it only tests."""

    inputs: Mapping[str, DatasetFacets] = {}
    outputs: Mapping[str, DatasetFacets] = {}
    is_test: bool = False

    def joined(
        self,
        inputs: Iterable[tuple[str, DatasetFacets]],
        outputs: Iterable[tuple[str, DatasetFacets]],
        *,
        is_test: bool,
    ) -> OpenRun:
        """The run with what one more event says; a later facet replaces an earlier one of its name."""
        return OpenRun(_joined(self.inputs, inputs), _joined(self.outputs, outputs), self.is_test or is_test)

    def size(self) -> int:
        """About how many bytes it takes."""
        datasets = [*self.inputs.items(), *self.outputs.items()]
        return sum(len(key) + facets.size() for key, facets in datasets)

    def copied(self) -> OpenRun:
        """The same, without keeping the requests alive that it came in."""
        return OpenRun(
            {key: facets.copied() for key, facets in self.inputs.items()},
            {key: facets.copied() for key, facets in self.outputs.items()},
            self.is_test,
        )


def _joined(
    known: Mapping[str, DatasetFacets], later: Iterable[tuple[str, DatasetFacets]]
) -> Mapping[str, DatasetFacets]:
    joined = dict(known)
    for key, facets in later:
        joined[key] = joined[key].overlaid(facets) if key in joined else facets
    return joined


class OpenRuns(msgspec.Struct, frozen=True):
    """The runs that began and have not ended, by run id, the one heard of longest ago first.

    Runs whose end never comes would pile up, so the oldest are dropped beyond 5,000 runs or 32 MiB. A dropped run
    still ends well: what its last event says itself is taken.
    """

    runs: Mapping[str, OpenRun] = MappingProxyType({})
    size: int = 0

    def find(self, run_id: str) -> OpenRun:
        """What is known of a run; nothing where no event of it came before."""
        return self.runs.get(run_id, OpenRun())

    def without(self, run_id: str) -> OpenRuns:
        """The runs but one, which has ended."""
        if run_id not in self.runs:
            return self
        runs = dict(self.runs)
        return OpenRuns(MappingProxyType(runs), self.size - runs.pop(run_id).size())

    def with_run(self, run_id: str, run: OpenRun) -> OpenRuns:
        """The runs and one that goes on; a run without datasets need not be kept."""
        if not run.inputs and not run.outputs:
            return self
        runs = dict(self.runs)
        known = runs.pop(run_id, OpenRun())
        runs[run_id] = run.copied()
        size = self.size - known.size() + run.size()
        while runs and (len(runs) > MOST_RUNS or size > MOST_BYTES):
            size -= runs.pop(next(iter(runs))).size()
        return OpenRuns(MappingProxyType(runs), size)
