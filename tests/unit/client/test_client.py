"""What the clients send, and what they make of the answers, over real HTTP.

Every call is made by both clients: `call` awaits where there is something to await.
"""

from __future__ import annotations

import inspect
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest
from stand_in import StandIn

from headwater.client import AsyncHeadwaterClient, HeadwaterClient, ResponseError
from headwater.errors import ClientError, InvalidParameterError
from headwater.keys import AssetKey

Call: TypeAlias = Callable[..., Awaitable[Any]]


@pytest.fixture(params=[HeadwaterClient, AsyncHeadwaterClient], ids=["sync", "async"])
def call(request: pytest.FixtureRequest, server: StandIn) -> Call:
    """Call a method of either client: `call("asset", "a", token="t")`; `options` are the client's own."""

    async def run(method: str, *args: Any, options: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        chosen = {"url": server.url, "retries": 0, **(options or {})}
        client = request.param(chosen.pop("url"), **chosen)
        try:
            result = getattr(client, method)(*args, **kwargs)
            return await result if inspect.isawaitable(result) else result
        finally:
            closed = client.close()
            if inspect.isawaitable(closed):
                await closed

    return run


async def test_report_materialization(call: Call, server: StandIn) -> None:
    """A report is a JSON body with the key as a list; what was not given is left out; the event's id comes back."""
    assert "17" == await call("report_materialization", ["lake", "a/b"], metadata={"rows": 3}, partition="2026-11-23")
    (received,) = server.received
    assert ("POST", "/report_asset_materialization/") == (received.method, received.path)
    assert "application/json" == received.headers["content-type"]
    assert "authorization" not in received.headers
    assert {"asset_key": ["lake", "a/b"], "metadata": {"rows": 3}, "partition": "2026-11-23"} == received.json


async def test_report_observation(call: Call, server: StandIn) -> None:
    """A string is one part of a key, slashes included; description and data version are sent."""
    assert "17" == await call("report_observation", "a/b", description="seen", data_version="v1")
    (received,) = server.received
    assert "/report_asset_observation/" == received.path
    assert {"asset_key": ["a/b"], "description": "seen", "data_version": "v1"} == received.json


async def test_report_check(call: Call, server: StandIn) -> None:
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
async def test_deployment_and_token(call: Call, server: StandIn, url: str, deployment: str | None, path: str) -> None:
    """The deployment is a part of the path below the server's address, and the token a header."""
    options = {"url": server.url + url, "deployment": deployment, "token": "secret"}
    await call("report_materialization", "a", options=options)
    (received,) = server.received
    assert (path, "Bearer secret") == (received.path, received.headers["authorization"])


@pytest.mark.parametrize(("method", "path"), [("assets", "/api/assets"), ("sensors", "/api/sensors")])
async def test_listings(call: Call, server: StandIn, method: str, path: str) -> None:
    """A whole listing comes back as a list."""
    server.answer({"items": [{"key": "a"}], "seq": 4})
    assert [{"key": "a"}] == await call(method)
    assert ("GET", path) == (server.received[0].method, server.received[0].path)


async def test_asset(call: Call, server: StandIn) -> None:
    """One asset is asked for by its key in the text form that tells slashes apart."""
    server.answer({"asset": {"key": "lake/a\\/b"}})
    assert {"asset": {"key": "lake/a\\/b"}} == await call("asset", ["lake", "a/b"])
    assert "/api/assets/detail?key=lake%2Fa%5C%2Fb" == server.received[0].path


async def test_runs(call: Call, server: StandIn) -> None:
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
async def test_materialize(call: Call, server: StandIn, keys: Any, sent: list[str]) -> None:
    """One key or several may be asked for, with a partition."""
    server.answer({"run_id": "r", "status": "queued"}, 201)
    assert {"run_id": "r", "status": "queued"} == await call("materialize", keys, "2026-11-23")
    assert ("POST", "/api/runs") == (server.received[0].method, server.received[0].path)
    assert {"assets": sent, "partition": "2026-11-23"} == server.received[0].json


@pytest.mark.parametrize("status", [400, 401, 409, 503])
async def test_refusal(call: Call, server: StandIn, status: int) -> None:
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
    call: Call, server: StandIn, method: str, args: tuple[str, ...], status: int, body: bytes, said: str
) -> None:
    """An answer that does not come from Headwater is an error that says so, whatever it is."""
    server.status, server.body = status, body
    with pytest.raises(ResponseError, match=said) as caught:
        await call(method, *args)
    assert status == caught.value.status


async def test_missing_event_id(call: Call, server: StandIn) -> None:
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


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
async def test_what_may_pass_is_sent_again(call: Call, server: StandIn, status: int) -> None:
    """After a failure that may pass, the same report is sent again under the same idempotency key."""
    server.failures = [status, status]

    assert "17" == await call("report_materialization", "a", options={"retries": 2})
    keys = {received.headers["idempotency-key"] for received in server.received}
    assert (3, 1) == (len(server.received), len(keys))


async def test_retries_end(call: Call, server: StandIn) -> None:
    """When every try failed, the last answer is the error."""
    server.answer({"error": "The disk is full."}, 503)

    with pytest.raises(ResponseError, match=r"503: The disk is full\."):
        await call("report_materialization", "a", options={"retries": 1})
    assert 2 == len(server.received)


async def test_a_requested_run_is_not_repeated(call: Call, server: StandIn) -> None:
    """What would be carried out twice is sent once, and what is wrong is not sent again either."""
    server.failures = [503, 400]

    with pytest.raises(ResponseError, match="503"):
        await call("materialize", "a", options={"retries": 3})
    with pytest.raises(ResponseError, match="400"):
        await call("report_observation", "a", options={"retries": 3})
    assert 2 == len(server.received)


async def test_own_key_and_moment(call: Call, server: StandIn) -> None:
    """An idempotency key and a timestamp of one's own travel as headers."""
    moment = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    await call("report_materialization", "a", idempotency_key="file 7", timestamp=moment)
    await call("report_check", "a", "rows", True, timestamp=1_700_000_000.5)

    sent = [received.headers for received in server.received]
    assert "file 7" == sent[0]["idempotency-key"]
    assert ["2026-11-23T14:05:00+00:00", "1700000000.5"] == [headers["headwater-timestamp"] for headers in sent]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("timestamp", datetime(2026, 11, 23), "give a datetime its zone"),
        ("timestamp", "yesterday", "timestamp is an aware datetime or seconds"),
        ("idempotency_key", "two\nlines", "idempotency_key is a line of plain ASCII"),
        ("idempotency_key", "", "idempotency_key is a line of plain ASCII"),
    ],
)
async def test_wrong_headers(call: Call, server: StandIn, field: str, value: Any, said: str) -> None:
    """What a header can't carry is refused before anything is sent."""
    with pytest.raises(InvalidParameterError, match=said):
        await call("report_materialization", "a", **{field: value})
    assert [] == server.received


async def test_silence(call: Call, server: StandIn) -> None:
    """A server that does not answer in time may have taken the report, and the error says so."""
    server.silent = True
    with pytest.raises(
        ClientError, match=r"did not answer within 0.05 s; .* The report may have been recorded; under its"
    ):
        await call("report_materialization", "a", options={"timeout": 0.05})


async def test_broken_connection(call: Call, server: StandIn) -> None:
    """A server that closes the connection without an answer may have taken the report, and the error says so."""
    server.silent = True
    server.released.set()
    with pytest.raises(ClientError, match=r"connection to .* broke: .* can be sent again without harm"):
        await call("report_materialization", "a")


async def test_metadata_that_is_no_json(call: Call, server: StandIn) -> None:
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
        ({"retries": -1}, "retries is a number from 0 on, but got -1"),
    ],
)
def test_wrong_settings(kind: type[Any], options: dict[str, Any], said: str) -> None:
    """A client that could never work is not made; the error shows no secret."""
    with pytest.raises(InvalidParameterError, match=said) as caught:
        kind(**options)
    assert "secret" not in str(caught.value)


async def test_from_env(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
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
