"""How long events are kept, and what takes the room, asked of and told to a running server."""

from __future__ import annotations

from pathlib import Path

from servers import dev_server

PROJECT = """
import headwater as hw

defs = hw.Definitions(assets=[
    hw.AssetSpec("short", metadata={"headwater/retention": {"observation": {"days": 3}}}),
    hw.AssetSpec("usual"),
])
"""


def test_rules_are_read_set_and_taken_away(tmp_path: Path) -> None:
    """Each rule says where it comes from; a person's goes before the definition's, until taken away."""
    project = tmp_path / "project.py"
    project.write_text(PROJECT)
    with dev_server(tmp_path / "home", str(project)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])

        def told() -> dict[tuple[str | None, str], tuple[float | None, int | None, str]]:
            items = server.get("/api/retention").json["items"]
            return {(each["asset"], each["sort"]): (each["days"], each["count"], each["source"]) for each in items}

        before = told()
        server.put("/api/retention", {"sort": "observation", "asset": "short", "count": 5})
        server.put("/api/retention", {"sort": "definition", "days": 30})
        changed = told()
        server.delete("/api/retention?sort=observation&asset=short")
        after = told()
        wrong = [
            server.put("/api/retention", {"sort": "run", "asset": "short", "days": 1}),
            server.put("/api/retention", {"sort": "correction", "count": 1}),
            server.put("/api/retention", {"sort": "observation", "days": 0}),
            server.put("/api/retention", {"sort": "everything"}),
        ]

    assert (90, 10_000, "default") == before[(None, "observation")]
    assert (3, None, "definition") == before[("short", "observation")] == after[("short", "observation")]
    assert (None, 5, "setting") == changed[("short", "observation")]
    assert (30, None, "setting") == changed[(None, "definition")] == after[(None, "definition")]
    assert [400] * 4 == [answer.status for answer in wrong]
    assert "is not of single assets" in wrong[0].json["error"]


def test_what_takes_the_room(tmp_path: Path) -> None:
    """By table and by asset, the one with most events first."""
    project = tmp_path / "project.py"
    project.write_text(PROJECT)
    with dev_server(tmp_path / "home", str(project)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        body = [{"key": key, "metadata": {"rows": 1}} for key in ("usual", "short", "usual")]
        assert 200 == server.post("/api/report", body).status
        size = server.get("/api/storage").json
        exact = server.get("/api/storage?exact=true").json

    assert [("usual", 2), ("short", 1)] == [(each["asset"], each["events"]) for each in size["assets"]]
    rows = {each["table"]: each["rows"] for each in size["tables"]}
    assert rows["events"] >= 3
    assert size["bytes_on_disk"] > 0
    assert not any(each["is_estimate"] for each in (*size["tables"], *exact["tables"]))
