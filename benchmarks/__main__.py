"""`python -m benchmarks [NAME …] [--quick]`: all of them, or some."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from benchmarks import (
    app,
    backfill,
    catalog,
    conditions,
    definitions,
    graph,
    idle,
    latency,
    listeners,
    materialize,
    reload,
    reports,
    runs,
    sensors,
    startup,
    store,
)
from benchmarks.systems import dagster


def _reports(quick: bool) -> None:
    reports.measure(2.0 if quick else 8.0)
    print()
    reports.measure_postgres(2.0 if quick else 8.0)
    print()
    reports.measure_batches(2.0 if quick else 8.0)


def _definitions(quick: bool) -> None:
    definitions.measure([1_000, 10_000] if quick else [1_000, 10_000, 100_000], 1 if quick else 3)


def _app(quick: bool) -> None:
    if app.is_possible():
        app.measure((300,) if quick else (300, 2_000, 10_000), 1 if quick else 3)
    else:
        print("The app is not measured: `make ui system` builds it and brings a browser.")


def _store(quick: bool) -> None:
    store.measure(200_000 if quick else 10_000_000)
    print()
    store.measure_year(60 if quick else 365, 1_000 if quick else 5_000)


_ALL: dict[str, Callable[[bool], None]] = {
    "idle": lambda quick: idle.measure(20.0 if quick else 120.0),
    "reload": lambda quick: reload.measure(3 if quick else 10),
    "reports": _reports,
    "latency": lambda quick: latency.measure(20 if quick else 200),
    "startup": lambda quick: startup.measure(1 if quick else 3),
    "graph": lambda quick: graph.measure(100_000, 5 if quick else 15),
    "materialize": lambda quick: materialize.measure(1 if quick else 3),
    "definitions": _definitions,
    "conditions": lambda quick: conditions.measure(3 if quick else 10),
    "sensors": lambda quick: sensors.measure(1_000, 10.0 if quick else 60.0),
    "runs": lambda quick: runs.measure(*((200, 500, 10) if quick else (1_000, 10_000, 100))),
    "backfill": lambda quick: backfill.measure(500 if quick else 10_000),
    "listeners": lambda quick: listeners.measure(500 if quick else 5_000, 2.0 if quick else 8.0),
    "store": _store,
    "catalog": lambda quick: catalog.measure(1_000 if quick else 10_000, 3 if quick else 15),
    "app": _app,
}
"""Each by its name, in order; a quick one is for a first look."""


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("which", nargs="*", metavar="|".join(_ALL), help="default: all")
    parser.add_argument("--quick", action="store_true", help="shorter, for a first look")
    arguments = parser.parse_args()
    wanted = arguments.which or list(_ALL)
    if unknown := set(wanted) - set(_ALL):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(_ALL)}")
    if dagster() is None:
        print("Dagster is not installed here; `make bench-peers` does that.\n")
    for name, measure in _ALL.items():
        if name in wanted:
            measure(arguments.quick)
            print()


if __name__ == "__main__":
    main()
