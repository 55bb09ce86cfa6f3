"""`python -m benchmarks [NAME …] [--quick]`: all of them, or some."""

from __future__ import annotations

import argparse

from benchmarks import app, definitions, graph, latency, listeners, materialize, reports, startup
from benchmarks.systems import dagster

_ALL = ("reports", "latency", "startup", "graph", "materialize", "definitions", "listeners", "app")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument(
        "which",
        nargs="*",
        metavar="reports|latency|startup|graph|materialize|definitions|listeners|app",
        help="default: all",
    )
    parser.add_argument("--quick", action="store_true", help="shorter, for a first look")
    arguments = parser.parse_args()
    wanted = arguments.which or list(_ALL)
    if unknown := set(wanted) - set(_ALL):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(_ALL)}")
    if dagster() is None:
        print("Dagster is not installed here; `make bench-peers` does that.\n")
    if "reports" in wanted:
        reports.measure(2.0 if arguments.quick else 8.0)
        print()
        reports.measure_batches(2.0 if arguments.quick else 8.0)
        print()
    if "latency" in wanted:
        latency.measure(30 if arguments.quick else 200)
        print()
    if "startup" in wanted:
        startup.measure(1 if arguments.quick else 3)
        print()
    if "graph" in wanted:
        graph.measure(100_000, 5 if arguments.quick else 15)
        print()
    if "materialize" in wanted:
        materialize.measure(1 if arguments.quick else 3)
        print()
    if "definitions" in wanted:
        definitions.measure(
            [1_000, 10_000] if arguments.quick else [1_000, 10_000, 100_000], 1 if arguments.quick else 3
        )
        print()
    if "listeners" in wanted:
        listeners.measure(500 if arguments.quick else 5_000, 2.0 if arguments.quick else 8.0)
        print()
    if "app" in wanted:
        if app.is_possible():
            app.measure((300,) if arguments.quick else (300, 2_000, 10_000), 1 if arguments.quick else 3)
        else:
            print("The app is not measured: `make ui system` builds it and brings a browser.")


if __name__ == "__main__":
    main()
