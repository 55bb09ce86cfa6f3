"""Agents over the Model Context Protocol, with its own client: reading, writing with the scope, events cited."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from servers import LIMIT, DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "native.py"
READING = {
    "find_assets",
    "get_asset",
    "get_lineage",
    "get_impact",
    "explain_asset",
    "list_events",
    "list_runs",
    "get_run",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with native and external assets, open to this machine."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        yield server


def text_of(result: Any) -> str:
    """What a tool answered, as text."""
    return str(result.content[0].text)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[DevServer, dict[str, str]]]:
    """A server that demands a token, and the headers of one that may only read."""
    with dev_server(tmp_path, str(PROJECT)) as server:
        command = [sys.executable, "-m", "headwater.cli", "token", "create", "agent", "--scope", "read"]
        made = subprocess.run([*command, "--home", str(tmp_path)], capture_output=True, text=True, check=True)
        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        server.ask_until(lambda: server.post("/mcp", {}).status == 401)
        yield server, headers


async def call(server: DevServer, tool: str, arguments: dict[str, Any] | None = None) -> Any:
    """What a tool answers."""
    async with Client(f"{server.url}/mcp") as client:
        result = await client.call_tool(tool, arguments or {})
    assert not result.is_error, result.content
    return json.loads(text_of(result))


async def refusal(server: DevServer, tool: str, arguments: dict[str, Any]) -> str:
    """What a tool says when it can't."""
    async with Client(f"{server.url}/mcp") as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    return text_of(result)


async def test_tools_say_what_they_do(server: DevServer) -> None:
    """The tools that only read are marked so, and each has a description."""
    async with Client(f"{server.url}/mcp") as client:
        tools = (await client.list_tools()).tools

    assert READING == {tool.name for tool in tools if tool.annotations and tool.annotations.read_only_hint}
    assert {"materialize", "report"} == {tool.name for tool in tools} - READING
    assert all(tool.description and len(tool.description) > 40 for tool in tools)


async def test_answers_cite_events(server: DevServer) -> None:
    """What an agent is told about an event is the event that the API has under that number."""
    seq = int(
        server.post("/report_asset_materialization/cited", {"metadata": {"rows": 3}}).headers["headwater-event-id"]
    )
    events = await call(server, "list_events", {"key": "cited", "kind": "materialization"})
    found = await call(server, "find_assets", {"selection": "cited"})

    assert [seq] == [event["seq"] for event in events["items"]]
    assert seq == found["assets"][0]["latest_materialization"]["seq"]
    assert found["as_of"]["seq"] >= seq
    assert (1, "default") == (found["found"], found["deployment"])


async def test_questions_and_answers(server: DevServer) -> None:
    """Lineage, impact, explanation and runs answer for a native asset."""
    items = server.get("/api/assets").json["items"]
    key = next(item["key"] for item in items if item["kind"] == "native" and not item["partitioned"])
    run = (await call(server, "materialize", {"keys": [key]}))["run"]
    server.wait_for(lambda: server.get(f"/api/runs/{run['run_id']}").json["run"]["ended_at"])
    told = await call(server, "get_run", {"run_id": run["run_id"]})

    assert key in json.dumps(await call(server, "get_lineage", {"key": key}))
    assert "as_of" in await call(server, "get_impact", {"key": key})
    assert key == (await call(server, "explain_asset", {"key": key}))["asset"]["key"]
    assert key == (await call(server, "get_asset", {"key": key}))["asset"]["key"]
    assert run["run_id"] in [each["run_id"] for each in (await call(server, "list_runs", {"asset": key}))["items"]]
    assert "mcp" == told["run"]["cause"]["kind"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_asset", {"key": "no/such"}, "There is no asset 'no/such'"),
        ("find_assets", {"selection": "group:"}, "group"),
        ("list_runs", {"status": "odd"}, "'odd' is not a valid RunStatus"),
        ("materialize", {"keys": ["cited_external"]}, "cited_external"),
    ],
)
async def test_wrong_questions(server: DevServer, tool: str, arguments: dict[str, Any], said: str) -> None:
    """An agent that asks for what is not there is told so in a sentence."""
    server.post("/report_asset_materialization/cited_external")

    assert said in await refusal(server, tool, arguments)


async def test_writing_needs_the_scope(guarded: tuple[DevServer, dict[str, str]]) -> None:
    """With a token that may only read, reading tools answer and writing ones refuse; nothing is written."""
    server, headers = guarded
    async with (
        httpx2.AsyncClient(headers=headers, timeout=LIMIT) as http,
        Client(streamable_http_client(f"{server.url}/mcp", http_client=http)) as client,
    ):
        read = await client.call_tool("find_assets", {})
        refused = [
            await client.call_tool("materialize", {"keys": ["made"]}),
            await client.call_tool("report", {"key": "raw"}),
        ]

    assert not read.is_error
    assert all(result.is_error and "needs the scope" in text_of(result) for result in refused)
    assert server.get("/health/ready").json["seq"] == json.loads(text_of(read))["as_of"]["seq"]
