"""The figures of requests, as Prometheus reads them."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from headwater.server.deployment import Deployments
from headwater.server.metrics import Metrics


def test_times_of_requests(tmp_path: Path) -> None:
    """Each bound counts all requests that took no longer, and the sum is that of all."""
    metrics = Metrics(Deployments(tmp_path))
    for seconds in (0.0005, 0.001, 0.002, 60.0):
        metrics.count_request("GET", "/api", 200, seconds)
    metrics.count_request("GET", "/api", 404, 0.25)

    families = text_string_to_metric_families(metrics.render().decode())  # type: ignore[no-untyped-call]
    found = {
        (sample.name, sample.labels.get("status") or sample.labels.get("le")): sample.value
        for family in families
        if family.name.startswith("headwater_http")
        for sample in family.samples
    }

    assert 4 == found["headwater_http_requests_total", "200"]
    assert 1 == found["headwater_http_requests_total", "404"]
    within = {bound: found["headwater_http_request_seconds_bucket", bound] for bound in ("0.001", "0.0025", "0.1")}
    assert {"0.001": 2, "0.0025": 3, "0.1": 3} == within
    assert 4 == found["headwater_http_request_seconds_bucket", "0.25"]
    assert 5 == found["headwater_http_request_seconds_bucket", "+Inf"]
    assert 5 == found["headwater_http_request_seconds_count", None]
    assert abs(60.2535 - found["headwater_http_request_seconds_sum", None]) < 1e-6
