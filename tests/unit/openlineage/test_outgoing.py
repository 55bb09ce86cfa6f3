"""What runs and steps come to as OpenLineage's events, held against the classes that its project publishes."""

from __future__ import annotations

import importlib
import json
import pkgutil
from typing import Any
from uuid import UUID

import msgspec
import openlineage.client.generated as published
import pytest
from openlineage.client.generated import base

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.metadata.infer import to_wire
from headwater.graph.asset_graph import build_graph
from headwater.openlineage.open_runs import OpenRuns
from headwater.openlineage.outgoing.datasets import Datasets
from headwater.openlineage.outgoing.runs import RunTeller
from headwater.openlineage.requests import parse_request
from headwater.openlineage.translate import Translation, translate
from headwater.records.log.events import (
    CheckEvaluation,
    ErrorInfo,
    Event,
    EventKind,
    Materialization,
    Payload,
    RunEvent,
    StepEvent,
)
from headwater.records.runs.runs import Cause, Run, RunStatus

NOON = 1_764_590_400_000_000
RUN = Run(
    run_id="0123456789abcdef0123456789abcdef",
    location="here",
    assets=("clean",),
    status=RunStatus.STARTED,
    cause=Cause("app"),
    created_at=NOON,
    partition="2025-11-30",
    tags={"team": "shop"},
    job_name="nightly",
)
STEP = StepEvent(step="clean", assets=("clean",))
_MODULES = [
    importlib.import_module(f"{published.__name__}.{each.name}") for each in pkgutil.iter_modules(published.__path__)
]
FACETS = {
    made._get_schema(): made
    for module in _MODULES
    for made in vars(module).values()
    if isinstance(made, type) and issubclass(made, base.BaseFacet)
}
"""The published class of each facet, by the address of its schema."""


def event(seq: int, kind: EventKind, payload: Payload, **more: Any) -> Event:
    """An event of the run."""
    fields = {"asset_key": None, "partition": "2025-11-30", "data_version": None, **more}
    return Event(
        seq=seq, kind=kind, payload=payload, run_id=RUN.run_id, timestamp=NOON + seq, recorded_at=NOON, **fields
    )


def step(seq: int, kind: EventKind, payload: StepEvent = STEP) -> Event:
    """A move of a step."""
    return event(seq, kind, payload, asset_key="clean")


BEGAN = step(7, EventKind.STEP_STARTED)


@pytest.fixture
def teller() -> RunTeller:
    """Of a project in which one asset is made from two that others make."""
    raw = hw.AssetSpec(
        "raw", metadata={"openlineage/datasets": {"namespace": "postgres://db:5432", "name": "shop.public.raw"}}
    )

    @hw.asset(
        deps=[raw, hw.AssetSpec(["s3", "lake", "rates.csv"])],
        partitions_def=hw.DailyPartitionsDefinition("2025-11-01", timezone="Europe/Berlin"),
        owners=["team:shop"],
        tags={"pii": "no"},
        description="Orders without mistakes.",
    )
    def clean() -> None: ...

    @hw.observable_source_asset
    def feed() -> hw.DataVersion:
        return hw.DataVersion("7")

    graph = build_graph([("here", build_snapshot(hw.Definitions([raw, clean, feed])))])
    return RunTeller(Datasets(graph, "headwater://prod"), "headwater://prod", "1.0")


def checked(told: dict[str, Any]) -> dict[str, Any]:
    """The event, if the published classes take it."""
    named: list[dict[str, Any]] = [told["run"], told["job"], *told["inputs"], *told["outputs"]]
    for each in named:
        for group in ("facets", "inputFacets", "outputFacets"):
            for facet in each.get(group, {}).values():
                given = {name: value for name, value in facet.items() if name not in ("_producer", "_schemaURL")}
                FACETS[facet["_schemaURL"]](producer=facet["_producer"], **given)
    base.RunEvent(
        eventTime=told["eventTime"],
        eventType=base.EventType(told["eventType"]),
        producer=told["producer"],
        run=base.Run(runId=told["run"]["runId"]),
        job=base.Job(told["job"]["namespace"], told["job"]["name"]),
    )
    return told


def read_back(told: dict[str, Any]) -> Translation:
    """What a Headwater that is told comes to."""
    (read,) = parse_request(json.dumps(told).encode(), None, max_bytes=1_000_000)
    return translate(read, OpenRuns())


def test_a_step_that_made_something(teller: RunTeller) -> None:
    """Its inputs and output go by the names of their systems; what is known of the version is told in facets."""
    schema = hw.TableSchema([hw.TableColumn("id", "int", description="Of the order")])
    lineage = hw.TableColumnLineage({"id": [hw.TableColumnDep("raw", "order_id")]})
    metadata = to_wire(
        {
            "dagster/column_schema": schema,
            "dagster/column_lineage": lineage,
            "dagster/row_count": 12,
            "dagster/uri": "postgres://me:secret@db/clean",
        }
    )
    made = event(8, EventKind.MATERIALIZATION, Materialization(metadata=metadata), asset_key="clean", data_version="v9")

    (told,) = teller.of_step(RUN, BEGAN, step(9, EventKind.STEP_SUCCEEDED), [made])

    checked(told)
    assert ("COMPLETE", "2025-12-01T12:00:00.000009+00:00") == (told["eventType"], told["eventTime"])
    assert ("headwater://prod", "clean") == (told["job"]["namespace"], told["job"]["name"])
    assert [("postgres://db:5432", "shop.public.raw"), ("s3://lake", "rates.csv")] == [
        (each["namespace"], each["name"]) for each in told["inputs"]
    ]
    (output,) = told["outputs"]
    assert ("headwater://prod", "clean") == (output["namespace"], output["name"])
    assert {"schema", "columnLineage", "dataSource", "version", "documentation", "ownership", "tags"} == set(
        output["facets"]
    )
    assert "postgres://db/clean" == output["facets"]["dataSource"]["uri"]
    assert 12 == output["outputFacets"]["outputStatistics"]["rowCount"]
    assert {"inputFields": [{"namespace": "postgres://db:5432", "name": "shop.public.raw", "field": "order_id"}]} == (
        output["facets"]["columnLineage"]["fields"]["id"]
    )
    facets = told["run"]["facets"]
    assert str(UUID(RUN.run_id)) == facets["parent"]["run"]["runId"]
    assert "nightly" == facets["parent"]["job"]["name"]
    assert "2025-11-29T23:00:00+00:00" == facets["nominalTime"]["nominalStartTime"]
    assert [("team", "shop"), ("partition", "2025-11-30")] == [
        (tag["key"], tag["value"]) for tag in facets["tags"]["tags"]
    ]


def test_another_headwater_understands_it(teller: RunTeller) -> None:
    """The version, its rows and what it was made from are the same there."""
    made = event(
        8,
        EventKind.MATERIALIZATION,
        Materialization(metadata=to_wire({"dagster/row_count": 12})),
        asset_key="clean",
        data_version="v9",
    )

    (told,) = teller.of_step(RUN, BEGAN, step(9, EventKind.STEP_SUCCEEDED), [made])
    there = read_back(told)

    (version,) = there.events
    assert ("headwater/prod/clean", "v9") == (version.asset_key, version.data_version)
    assert isinstance(version.payload, Materialization)
    assert 12 == version.payload.metadata["dagster/row_count"].value
    assert {
        ("postgres/db:5432/shop/public/raw", "headwater/prod/clean"),
        ("s3/lake/rates.csv", "headwater/prod/clean"),
    } == set(there.edges)


def test_each_try_of_a_step_is_a_run_of_its_own(teller: RunTeller) -> None:
    """It begins and ends once, under one id, the same whenever it is told; a try that failed says why."""
    again = step(12, EventKind.STEP_STARTED)
    failed = msgspec.structs.replace(STEP, error=ErrorInfo("ValueError: no rows", "ValueError", "Traceback …"))

    told = [
        checked(each)
        for began, moved in [
            (BEGAN, BEGAN),
            (BEGAN, step(10, EventKind.STEP_RETRIED, failed)),
            (again, again),
            (again, step(14, EventKind.STEP_SUCCEEDED)),
        ]
        for each in teller.of_step(RUN, began, moved)
    ]

    assert ["START", "FAIL", "START", "COMPLETE"] == [each["eventType"] for each in told]
    ids = [each["run"]["runId"] for each in told]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert told[0] == teller.of_step(RUN, BEGAN, BEGAN)[0]
    assert ("ValueError: no rows", "Traceback …") == tuple(
        told[1]["run"]["facets"]["errorMessage"][name] for name in ("message", "stackTrace")
    )


def test_checks_are_tests(teller: RunTeller) -> None:
    """Of a step that only judges, and of one that judges what it made: without outputs, so they make no lineage."""
    judged = event(
        8,
        EventKind.CHECK_EVALUATION,
        CheckEvaluation(check_name="full", passed=False, severity="WARN", description="3 rows"),
        asset_key="clean",
    )
    only = StepEvent(step="clean_full", checks=("full",))
    began = step(7, EventKind.STEP_STARTED, only)

    alone = [
        *teller.of_step(RUN, began, began),
        *teller.of_step(RUN, began, step(9, EventKind.STEP_SUCCEEDED, only), [judged]),
    ]
    made, *beside = teller.of_step(RUN, BEGAN, step(9, EventKind.STEP_SUCCEEDED), [judged])

    assert ["clean"] == [each["name"] for each in checked(made)["outputs"]]
    for told, job in ((alone, "clean_full"), (beside, "clean.checks")):
        assert ["START", "COMPLETE"] == [checked(each)["eventType"] for each in told]
        assert {job} == {each["job"]["name"] for each in told}
        assert 1 == len({each["run"]["runId"] for each in told})
        assert [] == told[1]["outputs"]
        (found,) = told[1]["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
        assert {"assertion": "full", "success": False, "severity": "warn", "description": "3 rows"} == found
        (evaluation,) = read_back(told[1]).events
        assert EventKind.CHECK_EVALUATION is evaluation.kind
    assert made["run"]["runId"] != beside[0]["run"]["runId"]


def test_what_is_only_looked_at_is_not_written(teller: RunTeller) -> None:
    """A step that observes reads the asset, whoever makes that; no version of it comes of this elsewhere."""
    look = StepEvent(step="feed", assets=("feed",))
    began = step(7, EventKind.STEP_STARTED, look)

    (told,) = teller.of_step(RUN, began, step(9, EventKind.STEP_SUCCEEDED, look))

    assert ["feed"] == [each["name"] for each in checked(told)["inputs"]]
    assert [] == told["outputs"]
    assert () == read_back(told).events


def test_a_run_that_ends_ends_its_steps(teller: RunTeller) -> None:
    """A canceled run is aborted, with what it was at; one that is begun anew ends the steps only."""
    moved = RunEvent(assets=RUN.assets, reason="a person canceled it")

    lost, canceled = teller.of_run(RUN, event(9, EventKind.RUN_CANCELED, moved), [BEGAN])
    (requeued,) = teller.of_run(RUN, event(9, EventKind.RUN_REQUEUED, moved), [BEGAN])
    (began,) = teller.of_run(RUN, event(5, EventKind.RUN_STARTED, moved))

    assert ("ABORT", "clean") == (checked(lost)["eventType"], lost["job"]["name"])
    assert ("ABORT", "nightly") == (checked(canceled)["eventType"], canceled["job"]["name"])
    assert ("ABORT", "clean") == (requeued["eventType"], requeued["job"]["name"])
    assert ("START", canceled["run"]["runId"]) == (checked(began)["eventType"], began["run"]["runId"])
    assert lost["run"]["runId"] == teller.of_step(RUN, BEGAN, BEGAN)[0]["run"]["runId"]
