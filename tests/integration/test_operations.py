"""What those who run a server look at: health, metrics, traces, logs, request ids, and a stop that answers first."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from servers import Answer, DevServer, dev_server
from stand_in import Received, stand_in

PROJECT = Path(__file__).parents[1] / "projects" / "native.py"
BROKEN = "raise RuntimeError('the definitions are broken')\n"
TRACE = "0af7651916cd43dd8448eb211c80319c"
SENDER = "b7ad6b7169203331"
OTHER = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACED = """
import headwater as hw

landed = hw.AssetSpec("landed")


@hw.asset(deps=["landed"], automation_condition=hw.AutomationCondition.eager())
def reader():
    return 1


@hw.asset(retry_policy=hw.RetryPolicy(max_retries=1))
def flaky(context: hw.AssetExecutionContext):
    if context.retry_number == 0:
        raise RuntimeError("once")


defs = hw.Definitions(assets=[landed, reader, flaky])
"""


TICKING = """
import headwater as hw

landed = hw.AssetSpec("landed")


@hw.asset(deps=["landed"], automation_condition=hw.AutomationCondition.eager())
def reader():
    return 1


@hw.asset
def wanted():
    return 1


@hw.asset
def by_hand():
    return 1


@hw.asset(partitions_def=hw.StaticPartitionsDefinition(["a", "b"]))
def parts():
    return 1


@hw.sensor(minimum_interval_seconds=1)
def reporting(context):
    if context.cursor is None:
        return hw.SensorResult(asset_events=[hw.AssetMaterialization("landed")], cursor="1")


@hw.sensor(minimum_interval_seconds=1, target=["wanted"])
def requesting():
    return hw.RunRequest(run_key="once")


@hw.sensor(target=["by_hand"], default_status=hw.DefaultSensorStatus.STOPPED)
def asked():
    return hw.RunRequest()


@hw.sensor(minimum_interval_seconds=60)
def failing():
    raise RuntimeError("always")


defs = hw.Definitions(assets=[landed, reader, wanted, by_hand, parts], sensors=[reporting, requesting, asked, failing])
"""


def series(server: DevServer) -> dict[str, float]:
    """What /metrics shows, by name and labels."""
    answer = server.get("/metrics")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    lines = [line.rsplit(" ", 1) for line in answer.body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server that several tests look at."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        yield server


def test_metrics(server: DevServer) -> None:
    """Requests are counted by door, not by path; the state of the store is that of the moment."""
    before = series(server)
    for key in ("a", "b", "c"):
        assert 200 == server.post(f"/report_asset_materialization/{key}").status
    assert 404 == server.get("/api/runs/no-such-run").status
    after = series(server)

    counted = 'headwater_http_requests_total{method="POST",route="materialization",status="200"}'
    assert 3 == after[counted] - before.get(counted, 0)
    assert 1 == after['headwater_http_requests_total{method="GET",route="/api/runs/{run_id}",status="404"}']
    assert (
        3
        == after['headwater_log_events_total{deployment="default"}']
        - before['headwater_log_events_total{deployment="default"}']
    )
    assert 1 == after['headwater_location_loaded{deployment="default",location="native"}']
    assert 3 == after['headwater_http_request_seconds_count{route="materialization"}']


def test_request_ids(server: DevServer) -> None:
    """A sender's own request id comes back; others get one each; an unusable one is replaced."""
    mine = server.get("/health/live", {"X-Request-Id": "from-the-proxy.1"})
    given = {server.get("/api/assets").headers["x-request-id"] for _ in range(2)}
    odd = server.get("/", {"X-Request-Id": "two words"})

    assert "from-the-proxy.1" == mine.headers["x-request-id"]
    assert 2 == len(given)
    assert "two words" != odd.headers["x-request-id"]


def test_health_names_reasons(tmp_path: Path) -> None:
    """A server lives and serves though its code can't be loaded, and says what is wrong."""
    (tmp_path / "broken.py").write_text(BROKEN)
    with dev_server(tmp_path / "home", str(tmp_path / "broken.py")) as server:
        live = server.get("/health/live")
        found = server.wait_for(lambda: (answer := server.get("/health/ready")).json["reasons"] and answer)

    assert (200, "live") == (live.status, live.json["status"])
    assert (200, "degraded") == (found.status, found.json["status"])
    assert "'broken' could not be loaded" in found.json["reasons"][0]


def test_logs_for_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With HEADWATER_LOG_FORMAT=json each line of the log is an object."""
    monkeypatch.setenv("HEADWATER_LOG_FORMAT", "json")
    with dev_server(tmp_path, str(PROJECT)) as server:
        logged = server.ask_until(lambda: [line for line in server.output if "definitions loaded" in line])
    record = json.loads(logged[0])

    assert ("definitions loaded", "info", "native") == (record["event"], record["level"], record["location"])


def test_traces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go to an OpenTelemetry collector as spans, below the sender's own, at the latest when it stops."""
    with stand_in() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with dev_server(tmp_path, str(PROJECT)) as server:
            server.get("/api/assets", {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
            server.stop()
        sent = [received for received in collector.received if received.path == "/v1/traces"]

    body = b"".join(received.body for received in sent)
    assert bytes.fromhex(TRACE) in body
    assert b"GET /api/assets" in body


def test_traces_go_on_in_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is a span of the trace of the report, or the request, that caused it; each try of a step is its child."""
    (tmp_path / "traced.py").write_text(TRACED)
    with stand_in() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with dev_server(tmp_path / "home", str(tmp_path / "traced.py")) as server:
            server.wait_for(lambda: server.get("/health/ready").json["status"] == "ready")
            server.post(
                "/report_asset_materialization/landed", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
            )
            asked = server.post("/api/runs", {"assets": ["flaky"]}, {"traceparent": f"00-{OTHER}-b7ad6b7169203331-01"})
            server.wait_for(lambda: server.status("reader") == "fresh")
            assert asked.json["run_id"]
            server.wait_for(lambda: all_succeeded(server))
            server.stop()
        spans = spans_of(collector.received)

    name_of = {span.span_id: span.name for span in spans}
    runs = {span.span_id: span for span in spans if span.name.startswith("run ")}
    steps = [span for span in spans if span.name.startswith("step ")]
    assert {
        TRACE: "POST materialization",
        OTHER: "POST /api/runs",
    } == {span.trace_id.hex(): name_of[span.parent_span_id] for span in runs.values()}
    assert [("step flaky", OTHER), ("step flaky", OTHER), ("step reader", TRACE)] == [
        (span.name, runs[span.parent_span_id].trace_id.hex()) for span in steps
    ]
    assert [True, False, False] == [span.status.code == Status.STATUS_CODE_ERROR for span in steps]


def test_traces_go_on_from_ticks_and_backfills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick begins a trace or goes on with that of who asked for it; its runs and what its reports cause belong to it.

    So do the runs of a backfill to that of the request. Of ticks that came to nothing there is no span.
    """
    (tmp_path / "ticking.py").write_text(TICKING)
    with stand_in() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with dev_server(tmp_path / "home", str(tmp_path / "ticking.py")) as server:
            server.wait_for(lambda: server.get("/health/ready").json["status"] == "ready")
            server.wait_for(lambda: server.status("reader") == "fresh")
            server.wait_for(lambda: server.status("wanted") == "fresh")
            server.post("/api/sensors/asked/tick", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
            server.wait_for(lambda: server.status("by_hand") == "fresh")
            body = {"assets": ["parts"], "partitions": ["a", "b"]}
            server.post("/api/backfills", body, {"traceparent": f"00-{OTHER}-b7ad6b7169203331-01"})
            server.wait_for(lambda: server.get("/api/backfills").json["items"][0]["status"] == "completed")
            server.wait_for(lambda: all_succeeded(server))
            server.ask_until(lambda: server.get("/api/sensors/failing").json["last_tick"])
            server.stop()
        spans = spans_of(collector.received)

    by_id = {span.span_id: span for span in spans}
    made_by = {
        (key, by_id[span.parent_span_id].name, span.trace_id.hex() if span.trace_id.hex() in (TRACE, OTHER) else "own")
        for span in spans
        if span.name.startswith("run ")
        for key in _asked_for(span)
    }
    assert {
        ("reader", "tick reporting", "own"),
        ("wanted", "tick requesting", "own"),
        ("by_hand", "tick asked", TRACE),
        ("parts", "POST /api/backfills", OTHER),
    } == made_by
    ticks = {span.name: span for span in spans if span.name.startswith("tick ")}
    assert {"tick reporting", "tick requesting", "tick asked", "tick failing"} == ticks.keys()
    assert Status.STATUS_CODE_ERROR == ticks["tick failing"].status.code
    assert ticks["tick reporting"].trace_id != ticks["tick requesting"].trace_id


def all_succeeded(server: DevServer) -> bool:
    """Whether every run has ended well: its span is sent only then."""
    return {"success"} == {run["status"] for run in server.get("/api/runs").json["items"]}


def _asked_for(span: Span) -> list[str]:
    """The assets that a run is of."""
    [found] = [each.value.array_value.values for each in span.attributes if each.key == "headwater.assets"]
    return [value.string_value for value in found]


def spans_of(received: list[Received]) -> list[Span]:
    """What came to the collector, by name and time."""
    sent = [ExportTraceServiceRequest.FromString(each.body) for each in received if each.path == "/v1/traces"]
    spans = [
        span
        for each in sent
        for resource in each.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    return sorted(spans, key=lambda span: (span.name, span.start_time_unix_nano))


def test_runs_name_who_asked(server: DevServer) -> None:
    """What the app asks for is by `app`; what any other client asks for is by `api`; the filter tells them apart."""
    asked = [
        server.post("/api/runs", {"assets": ["windowed"]}, headers).json
        for headers in ({"Headwater-Client": "app"}, None)
    ]
    found = {kind: server.get(f"/api/runs?cause={kind}").json["items"] for kind in ("app", "api")}

    assert ["app", "api"] == [run["cause"]["kind"] for run in asked]
    assert {"app": [asked[0]["run_id"]], "api": [asked[1]["run_id"]]} == {
        kind: [run["run_id"] for run in runs] for kind, runs in found.items()
    }


def test_changes_name_the_door_that_they_came_by(server: DevServer) -> None:
    """What a person changes in the app is by `app`, what any other client changes is by `api`."""
    for most, headers in ((3, {"Headwater-Client": "app"}), (4, {})):
        body = json.dumps({"kind": "tag", "name": "door:x", "most": most}).encode()
        content = {"Content-Type": "application/json", **headers}
        assert server.request("PUT", "/api/limits", body, content).status == 200
    changed = server.get("/api/events?kind=limits_changed&limit=2").json["items"]

    assert ["api", "app"] == [event["reporter"]["via"] for event in changed]


def test_a_stop_answers_first(tmp_path: Path) -> None:
    """When it is told to stop, every request that it accepted is answered, and what it acknowledged is in the log."""
    acknowledged: list[int] = []
    cut_off: list[str] = []
    begun = threading.Barrier(5)

    def report(server: DevServer) -> None:
        begun.wait()
        while True:
            try:
                answer: Answer = server.post("/report_asset_materialization/kept")
            except ConnectionError as error:
                cut_off.append(str(error))
                return
            except OSError:
                return
            if answer.status != 200:
                return
            acknowledged.append(int(answer.headers["headwater-event-id"]))

    with dev_server(tmp_path, str(PROJECT)) as server:
        reporters = [threading.Thread(target=report, args=[server]) for _ in range(4)]
        for reporter in reporters:
            reporter.start()
        begun.wait()
        server.wait_for(lambda: len(acknowledged) > 20)
        status = server.stop()
        for reporter in reporters:
            reporter.join(60)
        server.start()
        stored = server.asset("kept")["asset"]["materializations"]

    assert 0 == status, "".join(server.output)
    assert [] == [message for message in cut_off if "cut off" in message]
    assert len(set(acknowledged)) == stored
