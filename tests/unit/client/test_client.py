"""What the clients send, and what they make of the answers, over real HTTP.

Every call is made by both clients: `call` awaits where there is something to await.
"""

from __future__ import annotations

import inspect
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

import pytest

from headwater.client import AsyncHeadwaterClient, HeadwaterClient, ResponseError
from headwater.errors import ClientError, InvalidParameterError
from headwater.keys import AssetKey

Call: TypeAlias = Callable[..., Awaitable[Any]]


@dataclass
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass
class Server:
    """The server as a test sees it: set the answer, send, look at what arrived."""

    url: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Headwater-Event-Id": "17"})
    body: bytes = b"{}"
    silent: bool = False
    received: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, value: Any, status: int = 200) -> None:
        """Answer the next requests with JSON."""
        self.status, self.body = status, json.dumps(value).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.received.append(Received(self.command, self.path, headers, body))
            if state.silent:
                state.released.wait()
                self.close_connection = True
                return
            self.send_response(state.status)
            for name, value in {**state.headers, "Content-Length": str(len(state.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(state.body)

        do_GET = do_POST = handle_one  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Server(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    state.released.set()
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture(params=[HeadwaterClient, AsyncHeadwaterClient], ids=["sync", "async"])
def call(request: pytest.FixtureRequest, server: Server) -> Call:
    """Call a method of either client: `call("asset", "a", token="t")`; `options` are the client's own."""

    async def run(method: str, *args: Any, options: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        client = request.param((options or {}).pop("url", server.url), **(options or {}))
        try:
            result = getattr(client, method)(*args, **kwargs)
            return await result if inspect.isawaitable(result) else result
        finally:
            closed = client.close()
            if inspect.isawaitable(closed):
                await closed

    return run


async def test_report_materialization(call: Call, server: Server) -> None:
    """A report is a JSON body with the key as a list; what was not given is left out; the event's id comes back."""
    assert "17" == await call("report_materialization", ["lake", "a/b"], metadata={"rows": 3}, partition="2026-11-23")
    (received,) = server.received
    assert ("POST", "/report_asset_materialization/") == (received.method, received.path)
    assert "application/json" == received.headers["content-type"]
    assert "authorization" not in received.headers
    assert {"asset_key": ["lake", "a/b"], "metadata": {"rows": 3}, "partition": "2026-11-23"} == received.json


async def test_report_observation(call: Call, server: Server) -> None:
    """A string is one part of a key, slashes included; description and data version are sent."""
    assert "17" == await call("report_observation", "a/b", description="seen", data_version="v1")
    (received,) = server.received
    assert "/report_asset_observation/" == received.path
    assert {"asset_key": ["a/b"], "description": "seen", "data_version": "v1"} == received.json


async def test_report_check(call: Call, server: Server) -> None:
    """A check's result carries its severity, also when it failed."""
    assert "17" == await call("report_check", AssetKey(["lake", "a"]), "fresh", False, severity="WARN", metadata={})
    (received,) = server.received
    assert "/report_asset_check/" == received.path
    assert {
        "asset_key": ["lake", "a"],
        "check_name": "fresh",
        "passed": False,
        "severity": "WARN",
        "metadata": {},
    } == received.json


@pytest.mark.parametrize(
    ("url", "deployment", "path"),
    [
        ("", None, "/report_asset_materialization/"),
        ("/", "prod", "/prod/report_asset_materialization/"),
        ("/mounted", "a b/c", "/mounted/a%20b%2Fc/report_asset_materialization/"),
    ],
)
async def test_deployment_and_token(call: Call, server: Server, url: str, deployment: str | None, path: str) -> None:
    """The deployment is a part of the path below the server's address, and the token a header."""
    options = {"url": server.url + url, "deployment": deployment, "token": "secret"}
    await call("report_materialization", "a", options=options)
    (received,) = server.received
    assert (path, "Bearer secret") == (received.path, received.headers["authorization"])


@pytest.mark.parametrize(("method", "path"), [("assets", "/api/assets"), ("sensors", "/api/sensors")])
async def test_listings(call: Call, server: Server, method: str, path: str) -> None:
    """A whole listing comes back as a list."""
    server.answer({"items": [{"key": "a"}], "seq": 4})
    assert [{"key": "a"}] == await call(method)
    assert ("GET", path) == (server.received[0].method, server.received[0].path)


async def test_asset(call: Call, server: Server) -> None:
    """One asset is asked for by its key in the text form that tells slashes apart."""
    server.answer({"asset": {"key": "lake/a\\/b"}})
    assert {"asset": {"key": "lake/a\\/b"}} == await call("asset", ["lake", "a/b"])
    assert "/api/assets/detail?key=lake%2Fa%5C%2Fb" == server.received[0].path


async def test_runs(call: Call, server: Server) -> None:
    """A page of runs comes back with where to go on; only what was asked for is in the query."""
    server.answer({"items": [{"run_id": "r"}], "next": "c2"})
    assert {"items": [{"run_id": "r"}], "next": "c2"} == await call("runs")
    await call("runs", status="failure", asset=["lake", "a"], limit=5, cursor="c2")
    assert ["/api/runs?limit=50", "/api/runs?status=failure&asset=lake%2Fa&limit=5&cursor=c2"] == [
        received.path for received in server.received
    ]


@pytest.mark.parametrize(
    ("keys", "sent"),
    [("a/b", ["a\\/b"]), (AssetKey(["a", "b"]), ["a/b"]), (["a", ["b", "c"]], ["a", "b/c"])],
    ids=["string", "key", "several"],
)
async def test_materialize(call: Call, server: Server, keys: Any, sent: list[str]) -> None:
    """One key or several may be asked for, with a partition."""
    server.answer({"run_id": "r", "status": "queued"}, 201)
    assert {"run_id": "r", "status": "queued"} == await call("materialize", keys, "2026-11-23")
    assert ("POST", "/api/runs") == (server.received[0].method, server.received[0].path)
    assert {"assets": sent, "partition": "2026-11-23"} == server.received[0].json


@pytest.mark.parametrize("status", [400, 401, 409, 503])
async def test_refusal(call: Call, server: Server, status: int) -> None:
    """What the server says is in the error, with the status."""
    server.answer({"error": "The asset 'x' is external; report it instead."}, status)
    with pytest.raises(ResponseError, match=f"{status}: The asset 'x' is external; report it instead.") as caught:
        await call("materialize", "x")
    assert status == caught.value.status


@pytest.mark.parametrize(
    ("method", "args", "status", "body", "said"),
    [
        ("report_materialization", ("a",), 502, b"<html>Bad Gateway</html>", "502, without Headwater's own message"),
        ("report_materialization", ("a",), 307, b"", "307, without Headwater's own message"),
        ("report_materialization", ("a",), 500, b'["error"]', "500, without Headwater's own message"),
        ("assets", (), 200, b"<!doctype html>", "not a JSON object"),
        ("asset", ("a",), 200, b"[" * 100_000, "not a JSON object"),
        ("sensors", (), 200, b'{"data": []}', "it has no items"),
    ],
)
async def test_strange_answers(
    call: Call, server: Server, method: str, args: tuple[str, ...], status: int, body: bytes, said: str
) -> None:
    """An answer that does not come from Headwater is an error that says so, whatever it is."""
    server.status, server.body = status, body
    with pytest.raises(ResponseError, match=said) as caught:
        await call(method, *args)
    assert status == caught.value.status


async def test_missing_event_id(call: Call, server: Server) -> None:
    """An answer without the event's id is no proof of delivery."""
    server.headers = {}
    with pytest.raises(ResponseError, match="no header Headwater-Event-Id"):
        await call("report_materialization", "a")


async def test_connection_refused(call: Call) -> None:
    """Where nobody listens, the error says where, and how to start or name a server."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClientError, match=rf"Nothing can be reached at {url}/.*headwater dev.*HEADWATER_URL"):
            await call("assets", options={"url": url})


async def test_silence(call: Call, server: Server) -> None:
    """A server that does not answer in time may have taken the report, and the error says so."""
    server.silent = True
    with pytest.raises(ClientError, match=r"did not answer within 0.05 s. A report may have been recorded"):
        await call("report_materialization", "a", options={"timeout": 0.05})


async def test_broken_connection(call: Call, server: Server) -> None:
    """A server that closes the connection without an answer may have taken the report, and the error says so."""
    server.silent = True
    server.released.set()
    with pytest.raises(ClientError, match=r"connection to .* broke: .* may have been recorded"):
        await call("report_materialization", "a")


async def test_metadata_that_is_no_json(call: Call, server: Server) -> None:
    """What JSON can't hold is refused before anything is sent."""
    with pytest.raises(InvalidParameterError, match=r"not JSON serializable.*str\(value\)"):
        await call("report_materialization", "a", metadata={"when": {1, 2}})
    assert [] == server.received


@pytest.mark.parametrize("kind", [HeadwaterClient, AsyncHeadwaterClient])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "localhost:3000"}, "url is an address such as 'http://127.0.0.1:3000', but got 'localhost:3000'"),
        ({"url": "http://"}, "url is an address"),
        ({"url": "http://h:port"}, "url is an address"),
        ({"url": "http://h/?a=b"}, "url is an address"),
        ({"url": "http://me:secret@h"}, "url carries a user name; leave it out"),
        ({"token": "a\nb"}, "token is one line"),
        ({"token": "ключ"}, "token is one line"),
        ({"timeout": 0}, "timeout is a number of seconds above 0, but got 0"),
        ({"timeout": None}, "timeout is a number"),
        ({"deployment": ""}, "deployment is a name"),
    ],
)
def test_wrong_settings(kind: type[Any], options: dict[str, Any], said: str) -> None:
    """A client that could never work is not made; the error shows no secret."""
    with pytest.raises(InvalidParameterError, match=said) as caught:
        kind(**options)
    assert "secret" not in str(caught.value)


async def test_from_env(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and token come from the environment, and as context managers both clients close themselves."""
    monkeypatch.setenv("HEADWATER_URL", server.url)
    monkeypatch.setenv("HEADWATER_TOKEN", "secret")
    with HeadwaterClient.from_env(deployment="prod") as client:
        client.report_materialization("a")
    async with AsyncHeadwaterClient.from_env(deployment="prod") as async_client:
        await async_client.report_materialization("a")
    assert [("/prod/report_asset_materialization/", "Bearer secret")] * 2 == [
        (received.path, received.headers["authorization"]) for received in server.received
    ]


def test_same_methods() -> None:
    """Both clients have the same methods with the same parameters."""

    def signatures(kind: type) -> dict[str, list[inspect.Parameter]]:
        functions = inspect.getmembers(kind, lambda member: inspect.isfunction(member) or inspect.ismethod(member))
        return {
            name: list(inspect.signature(function).parameters.values())
            for name, function in functions
            if not name.startswith("__")
        }

    assert signatures(HeadwaterClient) == signatures(AsyncHeadwaterClient)
