"""What the recordings don't show: joined events, odd facets, failures, limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from headwater.definitions.snapshot import WireValue
from headwater.errors import ReportRefusedError
from headwater.openlineage import open_runs as open_runs_module
from headwater.openlineage.events import DatasetFacets
from headwater.openlineage.open_runs import OpenRun, OpenRuns
from headwater.openlineage.translate import Translation
from headwater.records.log.events import CheckEvaluation, EventKind, Materialization, NewEvent, Observation

TranslateEvents = Callable[..., list[Translation]]


def _dataset(name: str, **facets: Any) -> dict[str, Any]:
    return {"namespace": "mem", "name": name, "facets": facets}


def _event(event_type: str, *, run_id: str = "r1", job: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "eventType": event_type,
        "eventTime": "2026-11-23T11:26:41Z",
        "run": {"runId": run_id},
        "job": {"namespace": "shop", "name": "load", "facets": job or {}},
        **fields,
    }


def _last(translations: list[Translation]) -> list[tuple[EventKind, str | None]]:
    return [(event.kind, event.asset_key) for event in translations[-1].events]


def _only(translations: list[Translation]) -> NewEvent:
    (event,) = translations[-1].events
    return event


def _metadata(event: NewEvent) -> dict[str, WireValue]:
    assert isinstance(event.payload, (Materialization, Observation, CheckEvaluation))
    return event.payload.metadata


@pytest.mark.parametrize("event_type", ["START", "RUNNING", "OTHER"])
def test_only_complete_writes(translate_events: TranslateEvents, event_type: str) -> None:
    """An event that does not end a run records nothing, but tells what depends on what."""
    (translation,) = translate_events(_event(event_type, inputs=[_dataset("a")], outputs=[_dataset("b")]))
    assert ((), (("mem/a", "mem/b"),)) == (translation.events, translation.edges)
    assert ["r1"] == list(translation.open_runs.runs)


def test_events_of_a_run_add_up(translate_events: TranslateEvents) -> None:
    """What START said holds for a COMPLETE that leaves it out, facet by facet."""
    translations = translate_events(
        _event("START", inputs=[_dataset("a")], outputs=[_dataset("b", documentation={"description": "old"})]),
        _event("RUNNING", outputs=[_dataset("b", documentation={"description": "new"})]),
        _event("COMPLETE", outputs=[_dataset("b", version={"datasetVersion": "7"})]),
    )
    event = _only(translations)
    assert isinstance(event.payload, Materialization)
    assert ("new", "7") == (event.payload.description, event.data_version)
    assert (("mem/a", "mem/b"),) == translations[-1].edges
    assert {} == dict(translations[-1].open_runs.runs)


def test_runs_do_not_mix(translate_events: TranslateEvents) -> None:
    """The events of two runs at the same time are kept apart."""
    translations = translate_events(
        _event("START", outputs=[_dataset("b")]),
        _event("START", run_id="r2", outputs=[_dataset("c")]),
        _event("COMPLETE", run_id="r2"),
    )
    assert [(EventKind.MATERIALIZATION, "mem/c")] == _last(translations)
    assert ["r1"] == list(translations[-1].open_runs.runs)


@pytest.mark.parametrize(("event_type", "ended"), [("FAIL", "failed: no disk"), ("ABORT", "was aborted: no disk")])
def test_failure_without_outputs(translate_events: TranslateEvents, event_type: str, ended: str) -> None:
    """A FAIL that names no outputs is told of those that START named, and writes none."""
    error = {"runId": "r1", "facets": {"errorMessage": {"message": "no disk\n"}}}
    translations = translate_events(
        _event("START", outputs=[_dataset("b", outputStatistics={"rowCount": 3})]),
        _event(event_type, outputs=[], run=error),
    )
    event = _only(translations)
    assert (EventKind.OBSERVATION, "mem/b") == (event.kind, event.asset_key)
    assert isinstance(event.payload, Observation)
    assert f"A run of shop/load, which writes this, {ended}" == event.payload.description
    assert {} == event.payload.metadata


def test_long_reason_is_cut(translate_events: TranslateEvents) -> None:
    """A failure's reason is kept to a readable length."""
    run = {"runId": "r1", "facets": {"errorMessage": {"message": "x" * 50_000}}}
    event = _only(translate_events(_event("FAIL", outputs=[_dataset("b")], run=run)))
    assert isinstance(event.payload, Observation)
    assert len(event.payload.description or "") < 1_100


@pytest.mark.parametrize(
    "job", [{"jobType": {"jobType": "TEST"}}, {"dbt_node": {"unique_id": "test.shop.a"}}], ids=["jobType", "dbt_node"]
)
@pytest.mark.parametrize("event_type", ["COMPLETE", "FAIL"])
def test_tests_write_nothing(translate_events: TranslateEvents, job: dict[str, Any], event_type: str) -> None:
    """Outputs of test jobs are left out, also where only START says that it is one; the result counts on FAIL too."""
    tested = _dataset("a", dataQualityAssertions={"assertions": [{"assertion": "unique", "success": False}]})
    translations = translate_events(
        _event("START", job=job, inputs=[_dataset("a")], outputs=[_dataset("audit")]),
        _event(event_type, inputs=[tested], outputs=[_dataset("audit")]),
    )
    assert [(EventKind.CHECK_EVALUATION, "mem/a")] == _last(translations)
    assert [(), ()] == [translation.edges for translation in translations]


def test_statistics(translate_events: TranslateEvents) -> None:
    """Rows and bytes written become whole numbers, exact beyond what a browser can count."""
    output = {
        "namespace": "mem",
        "name": "b",
        "outputFacets": {"outputStatistics": {"rowCount": 3, "size": 2**53 + 1, "fileCount": "2"}},
    }
    assert {
        "dagster/row_count": WireValue("int", 3),
        "openlineage/size_bytes": WireValue("int", "9007199254740993"),
        "openlineage/file_count": WireValue("int", 2),
    } == _metadata(_only(translate_events(_event("COMPLETE", outputs=[output]))))


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://me:pw@example.com/t", WireValue("url", "https://example.com/t")),
        ("postgres://me:pw@db/shop", WireValue("text", "postgres://db/shop")),
    ],
)
def test_source(translate_events: TranslateEvents, uri: str, expected: WireValue) -> None:
    """Where a dataset is kept is a link if a browser can follow it, and holds no password."""
    event = _only(translate_events(_event("COMPLETE", outputs=[_dataset("b", dataSource={"uri": uri})])))
    assert {"dagster/uri": expected} == _metadata(event)


def test_nested_columns(translate_events: TranslateEvents) -> None:
    """Nested fields follow their parent and carry its name."""
    fields = [
        {"name": "id", "type": "int"},
        {"name": "at", "type": "struct", "fields": [{"name": "city", "type": "text"}, {"name": "zip"}]},
        {"name": "n"},
    ]
    event = _only(translate_events(_event("COMPLETE", outputs=[_dataset("b", schema={"fields": fields})])))
    columns = _metadata(event)["dagster/column_schema"].value["columns"]
    assert [("id", "int"), ("at", "struct"), ("at.city", "text"), ("at.zip", "unknown"), ("n", "unknown")] == [
        (column["name"], column["type"]) for column in columns
    ]


def _nested(depth: int) -> list[dict[str, Any]]:
    return [{"name": "a", "fields": _nested(depth - 1)}] if depth else []


@pytest.mark.parametrize(
    "facet",
    [
        {"fields": "abc"},
        {"fields": [{"type": "int"}]},
        {"fields": [{"name": "a\0"}]},
        {"fields": [{"name": "a" * 501}]},
        {"fields": [{"name": "a"}] * 10_001},
        {"fields": _nested(10)},
        {"fields": _nested(200)},
        5,
        [],
    ],
    ids=["text", "no name", "null character", "long name", "many", "nested", "nested far", "number", "list"],
)
def test_odd_facets_cost_nothing_else(translate_events: TranslateEvents, facet: Any) -> None:
    """A facet that can't be read is named in the metadata; the fact that carries it and other facets stay."""
    output = _dataset("b", schema=facet, documentation={"description": "kept"})
    event = _only(translate_events(_event("COMPLETE", outputs=[output])))
    assert isinstance(event.payload, Materialization)
    assert {"openlineage/unread_facets": WireValue("json", ["schema"])} == event.payload.metadata
    assert "kept" == event.payload.description


def test_deleted_and_null_facets(translate_events: TranslateEvents) -> None:
    """A facet that was taken back, or is null, says nothing and is not odd."""
    output = _dataset("b", schema={"_deleted": True}, documentation=None, dataSource={"_deleted": True, "uri": "x://"})
    event = _only(
        translate_events(
            _event("START", outputs=[_dataset("b", schema={"fields": [{"name": "a"}]})]),
            _event("COMPLETE", outputs=[output]),
        )
    )
    assert {} == _metadata(event)


def test_column_lineage(translate_events: TranslateEvents) -> None:
    """Upstream columns are listed once each, and their datasets are upstream, also those that only filter rows."""
    column = {"namespace": "mem", "name": "a", "field": "x"}
    lineage = {
        "fields": {"y": {"inputFields": [column, {**column, "transformations": [{"type": "DIRECT"}]}]}},
        "dataset": [{"namespace": "mem", "name": "c", "field": "z"}],
    }
    translations = translate_events(_event("COMPLETE", outputs=[_dataset("b", columnLineage=lineage)]))
    assert {"deps_by_column": {"y": [{"asset_key": "mem/a", "column_name": "x"}]}} == _metadata(_only(translations))[
        "dagster/column_lineage"
    ].value
    assert (("mem/a", "mem/b"), ("mem/c", "mem/b")) == translations[-1].edges


def test_no_edge_to_itself(translate_events: TranslateEvents) -> None:
    """A job that reads what it writes, as a merge does, makes no dependency of an asset on itself."""
    translations = translate_events(
        _event("COMPLETE", inputs=[_dataset("a"), _dataset("b")], outputs=[_dataset("b"), _dataset("b")])
    )
    assert (("mem/a", "mem/b"),) == translations[-1].edges
    assert [(EventKind.MATERIALIZATION, "mem/b")] == _last(translations)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("DROP", EventKind.OBSERVATION),
        ("ALTER", EventKind.OBSERVATION),
        ("OVERWRITE", EventKind.MATERIALIZATION),
        ("TRUNCATE", EventKind.MATERIALIZATION),
    ],
)
def test_life_cycle(translate_events: TranslateEvents, change: str, kind: EventKind) -> None:
    """A table that was dropped or altered was not written."""
    facet = {"lifecycleStateChange": change}
    event = _only(translate_events(_event("COMPLETE", outputs=[_dataset("b", lifecycleStateChange=facet)])))
    assert (kind, WireValue("text", change)) == (event.kind, _metadata(event)["openlineage/lifecycle_state_change"])


def test_assertions(translate_events: TranslateEvents) -> None:
    """An assertion is named by itself or by what it tests, and a warning is one; details become metadata."""
    assertions = [
        {"assertion": "not_null", "column": "id", "success": True},
        {"assertion": "sql", "name": "few", "success": False, "severity": "warn", "expected": 9, "actual": "12"},
    ]
    events = translate_events(
        _event("COMPLETE", inputs=[_dataset("a", dataQualityAssertions={"assertions": assertions})])
    )[-1].events
    payloads = [event.payload for event in events if isinstance(event.payload, CheckEvaluation)]
    assert [("not_null_id", True, "ERROR"), ("few", False, "WARN")] == [
        (payload.check_name, payload.passed, payload.severity) for payload in payloads
    ]
    assert {
        "assertion": WireValue("text", "sql"),
        "expected": WireValue("int", 9),
        "actual": WireValue("text", "12"),
        "openlineage/run_id": WireValue("text", "r1"),
        "openlineage/job": WireValue("text", "load"),
    } == payloads[1].metadata


def test_assertions_of_one_name(translate_events: TranslateEvents) -> None:
    """Assertions that share a name are one check, as bad as the worst of them, in whatever order they come."""
    assertions = [
        {"assertion": "range", "success": False, "severity": "warn"},
        {"assertion": "range", "success": False, "actual": "worst"},
        {"assertion": "range", "success": True},
    ]
    for order in (assertions, assertions[::-1]):
        facet = {"assertions": order}
        event = _only(translate_events(_event("COMPLETE", inputs=[_dataset("a", dataQualityAssertions=facet)])))
        assert isinstance(event.payload, CheckEvaluation)
        assert (False, "ERROR") == (event.payload.passed, event.payload.severity)


def test_unreadable_assertions_are_told(translate_events: TranslateEvents) -> None:
    """Test results that can't be read are an observation that says so, never silence."""
    facet = {"assertions": [{"assertion": "unique"}]}
    event = _only(translate_events(_event("COMPLETE", inputs=[_dataset("a", dataQualityAssertions=facet)])))
    assert (EventKind.OBSERVATION, "mem/a") == (event.kind, event.asset_key)
    assert WireValue("json", ["dataQualityAssertions"]) == _metadata(event)["openlineage/unread_facets"]


def test_dataset_event(translate_events: TranslateEvents) -> None:
    """A dataset event is an observation with metadata, the checks it carries, and what column lineage says."""
    facets = {
        "documentation": {"description": "what it is"},
        "columnLineage": {"fields": {"y": {"inputFields": [{"namespace": "mem", "name": "a", "field": "x"}]}}},
        "dataQualityAssertions": {"assertions": [{"assertion": "fresh", "success": True}]},
    }
    event = {"eventTime": "2026-11-23T11:26:41Z", "dataset": _dataset("b", **facets), "producer": "https://example.com"}
    translations = translate_events(event)
    assert [(EventKind.OBSERVATION, "mem/b"), (EventKind.CHECK_EVALUATION, "mem/b")] == _last(translations)
    assert (("mem/a", "mem/b"),) == translations[-1].edges
    assert ("openlineage", "https://example.com") == (
        translations[-1].reporter.via,
        translations[-1].reporter.name,
    )


def test_job_event(translate_events: TranslateEvents) -> None:
    """A job event records nothing, but tells what depends on what; one about a test not even that."""
    event = {"eventTime": "2026-11-23T11:26:41Z", "inputs": [_dataset("a")], "outputs": [_dataset("b")]}
    test = {"jobType": {"jobType": "TEST"}}
    translations = translate_events(
        {**event, "job": {"namespace": "shop", "name": "load"}},
        {**event, "job": {"namespace": "shop", "name": "test", "facets": test}},
    )
    assert [((), (("mem/a", "mem/b"),)), ((), ())] == [(item.events, item.edges) for item in translations]


def test_too_many_dependencies(translate_events: TranslateEvents) -> None:
    """An event that joins everything with everything is refused; one that only does so with earlier ones is not."""
    many = [_dataset(f"i{number}") for number in range(400)]
    with pytest.raises(ReportRefusedError, match="400 inputs and 400 outputs"):
        translate_events(_event("COMPLETE", inputs=many, outputs=[_dataset(f"o{number}") for number in range(400)]))
    translations = translate_events(
        _event("START", inputs=many, outputs=[_dataset(f"o{number}") for number in range(200)]),
        _event("COMPLETE", inputs=[_dataset("a")], outputs=[_dataset(f"p{number}") for number in range(200)]),
    )
    assert 200 == len(translations[-1].events)


def test_open_runs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that never end are dropped, the one heard of longest ago first, by count and by size."""
    monkeypatch.setattr(open_runs_module, "MOST_RUNS", 3)
    monkeypatch.setattr(open_runs_module, "MOST_BYTES", 100)
    runs = OpenRuns()
    for run_id in ("r1", "r2", "r3", "r1", "r4"):
        runs = runs.with_run(run_id, OpenRun(outputs={"x": DatasetFacets()}))
    assert (["r3", "r1", "r4"], 3) == (list(runs.runs), runs.size)
    runs = runs.with_run("r5", OpenRun(outputs={"x" * 99: DatasetFacets()}))
    assert (["r4", "r5"], 100) == (list(runs.runs), runs.size)
    assert (["r5"], 99) == (list(runs.without("r4").runs), runs.without("r4").size)
    assert {} == dict(runs.with_run("r6", OpenRun(outputs={"x" * 101: DatasetFacets()})).runs)
