"""The three snippets that users of this field know best, run as they would run them."""

from __future__ import annotations

import textwrap
from pathlib import Path

from servers import dev_server

ONE_EXTERNAL = """
    import headwater as hw

    raw_transactions = hw.AssetSpec("raw_transactions")

    @hw.asset(deps=[raw_transactions], automation_condition=hw.AutomationCondition.eager())
    def cleaned_transactions(): ...

    defs = hw.Definitions(assets=[raw_transactions, cleaned_transactions])
"""

POLLING_SENSOR = """
    import datetime
    import os

    import headwater as hw

    def utc_now_str() -> str:
        return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d, %H:%M:%S")

    @hw.sensor(minimum_interval_seconds=1)
    def raw_transactions_sensor(context: hw.SensorEvaluationContext) -> hw.SensorResult:
        modified = os.path.getmtime({path!r})
        if context.cursor is not None and float(context.cursor) >= modified:
            return hw.SensorResult()
        context.log.info(f"File was modified at {{modified}}")
        return hw.SensorResult(
            asset_events=[
                hw.AssetMaterialization(
                    asset_key="raw_transactions",
                    metadata={{"file_last_modified_at": modified, "polled_at": utc_now_str()}},
                )
            ],
            cursor=str(modified),
        )

    defs = hw.Definitions(assets=[hw.AssetSpec("raw_transactions")], sensors=[raw_transactions_sensor])
"""

CHAIN = """
    import headwater as hw

    raw_data = hw.AssetSpec("raw_data")
    stg_data = hw.AssetSpec("stg_data", deps=[raw_data])
    cleaned_data = hw.AssetSpec("cleaned_data", deps=[stg_data])

    @hw.asset(deps=[cleaned_data], automation_condition=hw.AutomationCondition.eager())
    def derived_data(): ...

    defs = hw.Definitions(assets=[raw_data, stg_data, cleaned_data, derived_data])
"""


def test_one_external_asset_with_a_native_one_below(tmp_path: Path) -> None:
    """The external one stands in the graph, cannot be made, and its report makes what is below."""
    file = tmp_path / "snippet.py"
    file.write_text(textwrap.dedent(ONE_EXTERNAL))
    with dev_server(tmp_path / "home", str(file)) as server:
        server.wait_for(lambda: len(server.get("/api/assets").json["items"]) == 2)
        assert 409 == server.post("/api/runs", {"assets": ["raw_transactions"]}).status
        server.post("/report_asset_materialization/raw_transactions")

        assert server.wait_for(lambda: server.events("cleaned_transactions"))


def test_a_sensor_that_keeps_a_modification_time_as_its_cursor(tmp_path: Path) -> None:
    """The file's state is reported once, with both metadata entries."""
    watched = tmp_path / "raw.csv"
    watched.write_text("id\n")
    file = tmp_path / "snippet.py"
    file.write_text(textwrap.dedent(POLLING_SENSOR.format(path=str(watched))))
    with dev_server(tmp_path / "home", str(file)) as server:
        first = server.wait_for(lambda: server.events("raw_transactions"))
        ticks = "/api/sensors/raw_transactions_sensor/ticks"
        server.wait_for(lambda: server.get(ticks).json["items"][0]["status"] == "skipped")

        assert {"file_last_modified_at", "polled_at"} == set(first[0]["metadata"])
        assert 1 == len(server.events("raw_transactions"))


def test_a_chain_of_external_assets_with_a_native_one_at_the_end(tmp_path: Path) -> None:
    """The whole chain is in the graph; only the report of its last link makes the native asset."""
    file = tmp_path / "snippet.py"
    file.write_text(textwrap.dedent(CHAIN))
    with dev_server(tmp_path / "home", str(file)) as server:
        graph = server.wait_for(lambda: (found := server.get("/api/graph").json)["edges"] and found)
        keys = [node["asset"]["key"] for node in graph["nodes"]]
        edges = {(keys[up], keys[down]) for up, down in graph["edges"]}
        for key in ("raw_data", "stg_data", "cleaned_data"):
            server.post(f"/report_asset_materialization/{key}")
        made = server.wait_for(lambda: server.events("derived_data"))

    assert {("raw_data", "stg_data"), ("stg_data", "cleaned_data"), ("cleaned_data", "derived_data")} == edges
    assert ["cleaned_data"] == list(made[0]["inputs"])
