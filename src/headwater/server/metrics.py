"""What Prometheus scrapes: requests as they are answered, and how each deployment stands at that moment."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy.engine import Connection

from headwater.errors import StoreError
from headwater.records.catalog.locations import LocationStatus
from headwater.records.runs.runs import Run
from headwater.server.deployment import Deployments
from headwater.storage.catalog import definitions as catalog
from headwater.storage.log import event_log
from headwater.storage.runs import runs as run_store

CONTENT_TYPE = CONTENT_TYPE_LATEST.encode()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BOUNDS = (*map(str, _SECONDS), "+Inf")


class Metrics:
    """The figures of one server, in the OpenMetrics text format."""

    def __init__(self, deployments: Deployments) -> None:
        self._registry = CollectorRegistry()
        self._requests = _RequestCollector()
        self._registry.register(self._requests)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._registry.register(_StateCollector(deployments))

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note an answered request; always on the same thread.

        Args:
            method: Of HTTP.
            route: The door or route that answered it, not its path, so that there are few.
            status: Of the answer.
            seconds: How long it took.
        """
        self._requests.count(method, route, status, seconds)

    def render(self) -> bytes:
        """Everything as text. It reads the stores, so not for an event loop."""
        rendered: bytes = generate_latest(self._registry)  # type: ignore[no-untyped-call]
        return rendered


class _RequestCollector(Collector):
    """Counts requests by itself: the counters of the library have a lock each, for which every report would pay."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], int] = {}
        self._seconds: dict[str, _Seconds] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        self._counts[key] = self._counts.get(key, 0) + 1
        if route not in self._seconds:
            self._seconds[route] = _Seconds()
        self._seconds[route].observe(seconds)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "headwater_http_requests", "Requests that were answered.", labels=["method", "route", "status"]
        )
        times = HistogramMetricFamily(
            "headwater_http_request_seconds", "From the request's first byte to the answer's last.", labels=["route"]
        )
        # Copied, because requests are counted meanwhile on another thread.
        for (method, route, status), count in self._counts.copy().items():
            requests.add_metric([method, route, str(status)], count)
        for route, seconds in self._seconds.copy().items():
            buckets = list(zip(_BOUNDS, accumulate(seconds.counts.copy()), strict=True))
            times.add_metric([route], buckets, seconds.total)
        yield from (requests, times)


class _Seconds:
    """How long some requests took: how many by the bound that they stayed within, and all together."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * len(_BOUNDS)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(_SECONDS, seconds)] += 1
        self.total += seconds


class _StateCollector(Collector):
    """Reads the state of every open deployment when it is asked for."""

    def __init__(self, deployments: Deployments) -> None:
        self._deployments = deployments

    def describe(self) -> Iterable[Metric]:
        # Nothing is read when the server starts.
        return ()

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("headwater_store_up", "Whether the database answers.", labels=["deployment"])
        events = CounterMetricFamily("headwater_log_events", "Events in the log.", labels=["deployment"])
        runs = GaugeMetricFamily("headwater_runs_open", "Runs that wait or work.", labels=["deployment", "status"])
        locations = GaugeMetricFamily(
            "headwater_location_loaded", "Whether the newest code is in force.", labels=["deployment", "location"]
        )
        assets = GaugeMetricFamily("headwater_assets", "Assets by kind.", labels=["deployment", "kind"])
        listeners = GaugeMetricFamily("headwater_live_listeners", "Open live streams.", labels=["deployment"])
        for deployment in self._deployments.opened():
            name = deployment.name
            listeners.add_metric([name], deployment.live.listeners)
            for kind, count in Tally(node.kind for node in deployment.known_graph.nodes).items():
                assets.add_metric([name, kind], count)
            try:
                head, open_runs = deployment.store.read(_read_state)
                loaded = {each.name: each.status for each in deployment.store.read(catalog.read_locations)}
            except StoreError:
                up.add_metric([name], 0)
                continue
            up.add_metric([name], 1)
            events.add_metric([name], head)
            for status, count in Tally(run.status.value for run in open_runs).items():
                runs.add_metric([name, status], count)
            for location, status in loaded.items():
                locations.add_metric([name, location], status is LocationStatus.LOADED)
        yield from (up, events, runs, locations, assets, listeners)


def _read_state(connection: Connection) -> tuple[int, list[Run]]:
    return event_log.head(connection), list(run_store.read_open(connection))
