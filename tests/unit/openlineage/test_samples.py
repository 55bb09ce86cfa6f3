"""What the recorded events of real producers come to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from headwater.openlineage.translate import Translation
from headwater.records.log.events import CheckEvaluation, EventKind, Materialization, NewEvent, Observation, Reporter

TranslateSample = Callable[[str], list[Translation]]

_SHOP = "duckdb/shop.duckdb/shop/main"
_ORDERS = "postgres/db:5432/shop/public/orders"
_MART = "file/srv/mart/orders.parquet"
_SAMPLES = ("airflow/dags_test.json", "client/events.json", "dbt/build_batch.json", "dbt/build_structured_logs.json")


def _events(translations: list[Translation], kind: EventKind) -> list[NewEvent]:
    return [event for translation in translations for event in translation.events if event.kind is kind]


def _written(translations: list[Translation]) -> list[str | None]:
    return [event.asset_key for event in _events(translations, EventKind.MATERIALIZATION)]


def _edges(translations: list[Translation]) -> set[tuple[str, str]]:
    return {edge for translation in translations for edge in translation.edges}


@pytest.mark.parametrize("name", _SAMPLES)
def test_no_run_stays_open(translate_sample: TranslateSample, name: str) -> None:
    """All runs of the recordings ended, so nothing of them is kept."""
    open_runs = translate_sample(name)[-1].open_runs
    assert ({}, 0) == (dict(open_runs.runs), open_runs.size)


def test_dbt_batch_models(translate_sample: TranslateSample) -> None:
    """In batch mode each model is written once, when it completes; the seed is no event."""
    translations = translate_sample("dbt/build_batch.json")
    assert [f"{_SHOP}/stg_orders", f"{_SHOP}/customer_totals"] == _written(translations)


def test_dbt_batch_edges(translate_sample: TranslateSample) -> None:
    """The seed that batch mode leaves out of the inputs is upstream all the same: column lineage names it."""
    assert {
        (f"{_SHOP}/raw_orders", f"{_SHOP}/stg_orders"),
        (f"{_SHOP}/stg_orders", f"{_SHOP}/customer_totals"),
    } == _edges(translate_sample("dbt/build_batch.json"))


def test_dbt_structured_models(translate_sample: TranslateSample) -> None:
    """With structured logs, seed and models are written once each, and neither SQL statements nor tests write."""
    translations = translate_sample("dbt/build_structured_logs.json")
    assert [f"{_SHOP}/raw_orders", f"{_SHOP}/stg_orders", f"{_SHOP}/customer_totals"] == _written(translations)


def test_dbt_modes_agree(translate_sample: TranslateSample) -> None:
    """Both modes of dbt name the same assets and the same dependencies, whatever they call their jobs."""
    batch, structured = translate_sample("dbt/build_batch.json"), translate_sample("dbt/build_structured_logs.json")
    assert _edges(batch) == _edges(structured)


@pytest.mark.parametrize("name", ["dbt/build_batch.json", "dbt/build_structured_logs.json"])
def test_dbt_checks(translate_sample: TranslateSample, name: str) -> None:
    """Each of the four tests is evaluated once, although START events and two facets carry it as well."""
    found = {
        (event.asset_key, event.payload.check_name, event.payload.passed, event.payload.severity)
        for event in _events(translate_sample(name), EventKind.CHECK_EVALUATION)
        if isinstance(event.payload, CheckEvaluation)
    }
    assert {
        (f"{_SHOP}/{model}", f"{test}_{model}_{column}", True, "ERROR")
        for model, column in (("stg_orders", "order_id"), ("customer_totals", "customer_id"))
        for test in ("unique", "not_null")
    } == found
    assert len(found) == len(_events(translate_sample(name), EventKind.CHECK_EVALUATION))


def test_dbt_description(translate_sample: TranslateSample) -> None:
    """A model's documentation, columns, column lineage and place become what the materialization says."""
    event = _events(translate_sample("dbt/build_batch.json"), EventKind.MATERIALIZATION)[1]
    assert isinstance(event.payload, Materialization)
    metadata = event.payload.metadata
    assert event.payload.description == "totals a customer"
    assert {
        "dagster/column_schema": "table_schema",
        "dagster/column_lineage": "column_lineage",
        "dagster/uri": "text",
    } == {name: value.type for name, value in metadata.items()}
    assert metadata["dagster/column_lineage"].value == {
        "deps_by_column": {
            "customer_id": [{"asset_key": f"{_SHOP}/stg_orders", "column_name": "customer_id"}],
            "total": [{"asset_key": f"{_SHOP}/stg_orders", "column_name": "amount"}],
        }
    }
    assert [("customer_id", "unknown")] == [
        (column["name"], column["type"]) for column in metadata["dagster/column_schema"].value["columns"]
    ]


def test_dbt_origin(translate_sample: TranslateSample) -> None:
    """A materialization is no run of ours: run and job stand in its tags, at the time that the producer gave."""
    event = _events(translate_sample("dbt/build_batch.json"), EventKind.MATERIALIZATION)[0]
    assert isinstance(event.payload, Materialization)
    assert event.run_id is None
    assert event.timestamp == 1_795_432_535_321_338
    assert event.payload.tags == {
        "openlineage/run_id": "01a2081e-5843-76cb-aa74-d7f19f3f2c58",
        "openlineage/job": "shop.main.shop.stg_orders.build.run",
    }
    assert event.payload.reporter == Reporter("openlineage", "shop_dbt/shop.main.shop.stg_orders.build.run")


def test_airflow(translate_sample: TranslateSample) -> None:
    """Tasks that succeed write their outputs; files and tables are joined by what tasks read and write."""
    translations = translate_sample("airflow/dags_test.json")
    assert [_ORDERS, _MART] == _written(translations)
    assert {("file/srv/raw/orders.csv", _ORDERS), (_ORDERS, _MART)} == _edges(translations)


def test_airflow_failure(translate_sample: TranslateSample) -> None:
    """The task that failed is an observation, with the reason, of what it should have written."""
    (event,) = _events(translate_sample("airflow/dags_test.json"), EventKind.OBSERVATION)
    assert isinstance(event.payload, Observation)
    assert event.asset_key == _MART
    assert event.payload.description == (
        "A run of airflow_demo/orders_daily.boom, which writes this, failed: no such column"
    )
    assert event.payload.tags["openlineage/event_type"] == "FAIL"


def test_plain_client(translate_sample: TranslateSample) -> None:
    """Of START, RUNNING, COMPLETE, a dataset event and a job event, two are events; three tell the dependency."""
    translations = translate_sample("client/events.json")
    edge = ("s3/raw/orders.csv", _ORDERS)
    assert [
        ([], (edge,)),
        ([], (edge,)),
        ([(EventKind.MATERIALIZATION, _ORDERS)], (edge,)),
        ([(EventKind.OBSERVATION, "s3/raw/orders.csv")], ()),
        ([], ()),
    ] == [([(event.kind, event.asset_key) for event in item.events], item.edges) for item in translations]
