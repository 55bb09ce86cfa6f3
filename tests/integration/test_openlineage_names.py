"""A dbt project known by its manifest, and reported by the real events of dbt-ol: one asset, two names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import DevServer, dev_server

TESTS = Path(__file__).parents[1]
EVENTS = TESTS / "data" / "openlineage" / "dbt" / "build_batch.json"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DevServer]:
    """A server that knows the project."""
    with dev_server(tmp_path / "home", str(TESTS / "projects" / "dbt_reported.py")) as started:
        started.ask_until(lambda: len(started.get("/api/assets").json["items"]) == 5)
        yield started


def test_what_dbt_reports_is_news_of_what_its_manifest_defines(server: DevServer) -> None:
    """Tables that definitions claim are no other assets; what is made from them is made at once; tests are checks."""
    answer = server.request("POST", "/api/v1/lineage/batch", EVENTS.read_bytes(), {"Content-Type": "application/json"})
    server.wait_for(lambda: server.get("/api/assets/events?key=newsletter&kind=materialization").json["items"])
    assets = {item["key"]: item for item in server.get("/api/assets").json["items"]}
    graph = server.get("/api/graph/neighbourhood?key=shop/customer_totals&up=9&down=9").json

    assert 201 == answer.status, answer.body
    assert {"newsletter", "shop/broken", "shop/customer_totals", "shop/raw_orders", "shop/stg_orders"} == set(assets)
    assert (1, 1, 0) == tuple(
        assets[f"shop/{name}"]["materializations"] for name in ("customer_totals", "stg_orders", "broken")
    )
    assert {"passed": 2, "warned": 0, "failed": 0, "missing": 0} == assets["shop/stg_orders"]["checks"]
    assert {"newsletter", "shop/customer_totals", "shop/raw_orders", "shop/stg_orders"} == {
        node["asset"]["key"] for node in graph["nodes"]
    }
