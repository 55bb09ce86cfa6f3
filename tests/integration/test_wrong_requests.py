"""More than sixty wrong requests: each is refused with its status and a message, and writes nothing."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import LIMIT, DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "reported.py"
DROP_IN = "/report_asset_materialization/"
CHECK = "/report_asset_check/"
STRICT = "/api/report"
LINEAGE = "/api/v1/lineage"
JSON = "application/json"
LINES = "application/x-ndjson"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server that knows two assets, their partitions, their check and their metadata."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as started:
        started.wait_for(lambda: len(started.get("/api/assets").json["items"]) == 2)
        rules = {"undefined": {"closed/": "reject"}}
        assert (
            200
            == started.request("PUT", "/api/report-rules", json.dumps(rules).encode(), {"Content-Type": JSON}).status
        )
        # The rules are read again within a second.
        while started.post(f"{STRICT}?dry_run=true", {"key": "closed/a"}).status == 200:
            pass
        yield started


class Wrong(NamedTuple):
    """A request, and what it is answered with."""

    name: str
    path: str
    body: Any
    status: int
    says: str
    content_type: str | None = JSON
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()


DEEP = "[" * 5_000 + "]" * 5_000
WRONG = [
    Wrong("no JSON", DROP_IN, b"{", 400, "Error parsing the body as JSON"),
    Wrong("a trailing comma", DROP_IN, b'{"asset_key": "a",}', 400, "trailing comma"),
    Wrong("an empty body", DROP_IN, b"", 400, "Error parsing the body as JSON"),
    Wrong("no UTF-8", DROP_IN, b'{"asset_key": "\xff\xfe"}', 400, "Error parsing the body as JSON"),
    Wrong("half a pair in a key", DROP_IN, b'{"asset_key": "\\ud800"}', 400, "asset_key"),
    Wrong("half a pair in a text", DROP_IN, b'{"asset_key": "a", "description": "\\ud800"}', 400, "description"),
    Wrong("a null character in a partition", DROP_IN, {"asset_key": "a", "partition": "p\0"}, 400, "null character"),
    Wrong("a null character in a key", DROP_IN, {"asset_key": "a\0b"}, 400, "asset_key"),
    Wrong("a body that is null", DROP_IN, b"null", 400, "JSON null"),
    Wrong("a body that is a number", DROP_IN, b"5", 400, "JSON number"),
    Wrong("a list of names", DROP_IN, b'["asset_key"]', 400, "JSON list"),
    Wrong("nesting", DROP_IN, ('{"asset_key": "a", "metadata": {"x": ' + DEEP + "}}").encode(), 400, "nested"),
    Wrong(
        "a number of 5,000 digits",
        DROP_IN,
        b'{"asset_key": "a", "metadata": {"x": ' + b"9" * 5_000 + b"}}",
        400,
        "digits",
    ),
    Wrong("no key", DROP_IN, {}, 400, "Empty asset key"),
    Wrong("a key that is null", DROP_IN, {"asset_key": None}, 400, '"asset_key" is not a string'),
    Wrong("a key that is a number", DROP_IN, {"asset_key": 5}, 400, '"asset_key" is not a string'),
    Wrong("a key with a part that is a number", DROP_IN, {"asset_key": ["a", 5]}, 400, '"asset_key" is not a string'),
    Wrong(
        "metadata that is a number",
        DROP_IN,
        {"asset_key": "a", "metadata": 5},
        400,
        "\"metadata\" is not one of ['Mapping']",
    ),
    Wrong(
        "metadata that is a list",
        DROP_IN,
        {"asset_key": "a", "metadata": []},
        400,
        "\"metadata\" is not one of ['Mapping']",
    ),
    Wrong("metadata that is no JSON", f"{DROP_IN}a?metadata=x", None, 400, "Error parsing metadata json", None),
    Wrong("a partition that is a number", DROP_IN, {"asset_key": "a", "partition": 5}, 400, '"partition" is not a str'),
    Wrong(
        "a description that is a list",
        DROP_IN,
        {"asset_key": "a", "description": []},
        400,
        '"description" is not a str',
    ),
    Wrong(
        "a data version that is a list",
        DROP_IN,
        {"asset_key": "a", "data_version": []},
        400,
        '"data_version" is not a str',
    ),
    Wrong("a form", DROP_IN, b"asset_key=a", 400, "Unhandled content type", "application/x-www-form-urlencoded"),
    Wrong("text", DROP_IN, b"{}", 400, "Unhandled content type text/plain", "text/plain"),
    Wrong("no passed", CHECK, {"asset_key": "a", "check_name": "c"}, 400, "Missing required parameter 'passed'"),
    Wrong(
        "passed as text", CHECK, {"asset_key": "a", "check_name": "c", "passed": "true"}, 400, '"passed" is not a bool'
    ),
    Wrong("no check name", CHECK, {"asset_key": "a", "passed": True}, 400, '"check_name" is not a str'),
    Wrong(
        "an unknown severity",
        CHECK,
        {"asset_key": "a", "check_name": "c", "passed": True, "severity": "warn"},
        400,
        "'warn' is not a valid",
    ),
    Wrong("a moment that is none", f"{DROP_IN}a", None, 400, "soon", None, headers=(("Headwater-Timestamp", "soon"),)),
    Wrong(
        "a moment that is not finite", f"{DROP_IN}a", None, 400, "nan", None, headers=(("Headwater-Timestamp", "nan"),)
    ),
    Wrong(
        "an empty idempotency key",
        f"{DROP_IN}a",
        None,
        400,
        "idempotency key",
        None,
        headers=(("Idempotency-Key", ""),),
    ),
    Wrong(
        "a long idempotency key",
        f"{DROP_IN}a",
        None,
        400,
        "idempotency key",
        None,
        headers=(("Idempotency-Key", "k" * 300),),
    ),
    Wrong("a closed key at the drop-in door", DROP_IN, {"asset_key": ["closed", "a"]}, 400, "unknown_asset"),
    Wrong("another method", f"{DROP_IN}a", None, 405, "POST", None, "PUT"),
    Wrong("a path that there is not", "/report_something/a", None, 405, "POST to /api/report", None),
    Wrong("a deployment that there is not", f"/nowhere{DROP_IN}a", None, 404, "no deployment 'nowhere'", None),
    Wrong("strict: no JSON", STRICT, b"{", 400, "truncated"),
    Wrong("strict: an empty body", STRICT, b"", 400, "no event"),
    Wrong("strict: an empty list", STRICT, [], 400, "no event"),
    Wrong("strict: a key twice", STRICT, b'{"key": "a", "key": "b"}', 400, "'key' twice"),
    Wrong(
        "strict: a key twice in metadata",
        STRICT,
        b'{"key": "a", "metadata": {"x": {"y": 1, "y": 2}}}',
        400,
        "'y' twice",
    ),
    Wrong("strict: an unknown field", STRICT, {"key": "a", "colour": 1}, 400, "`colour`. There are asset_key, key"),
    Wrong("strict: no key", STRICT, {}, 400, "Name the asset"),
    Wrong("strict: two keys", STRICT, {"key": "a", "asset_key": "b"}, 400, "Name the asset"),
    Wrong("strict: an unknown kind", STRICT, {"key": "a", "kind": "rumour"}, 400, "Choose from check_evaluation, ext"),
    Wrong("strict: nearly a field", STRICT, {"key": "a", "sverity": "WARN"}, 400, "Did you mean severity?"),
    Wrong(
        "strict: a moment without zone", STRICT, {"key": "a", "timestamp": "2026-01-31T07:30:00"}, 400, "with its zone"
    ),
    Wrong("strict: a moment in the future", STRICT, {"key": "a", "timestamp": 99_999_999_999}, 400, "odd_timestamp"),
    Wrong("strict: a moment without end", STRICT, b'{"key": "a", "timestamp": 1e999}', 400, "timestamp"),
    Wrong(
        "strict: a check without name",
        STRICT,
        {"key": "table", "kind": "check_evaluation", "passed": True},
        400,
        "check_name",
    ),
    Wrong(
        "strict: an unknown check",
        STRICT,
        {"key": "table", "kind": "check_evaluation", "check_name": "c", "passed": True},
        400,
        "unknown_check",
    ),
    Wrong("strict: passed where there is no check", STRICT, {"key": "table", "passed": True}, 400, "takes no passed"),
    Wrong("strict: an unknown partition", STRICT, {"key": "daily", "partition": "sun"}, 400, "unknown_partition"),
    Wrong("strict: no partition", STRICT, {"key": "daily"}, 400, "missing_partition"),
    Wrong(
        "strict: a partition where there is none",
        STRICT,
        {"key": "table", "partition": "mon"},
        400,
        "unknown_partition",
    ),
    Wrong(
        "strict: another kind of metadata", STRICT, {"key": "table", "metadata": {"rows": "many"}}, 400, "metadata_kind"
    ),
    Wrong("strict: a closed key", STRICT, {"key": "closed/a"}, 400, "unknown_asset"),
    Wrong("strict: a null character", STRICT, {"key": "a", "partition": "\0"}, 400, "null character"),
    Wrong("strict: nesting", STRICT, ('{"key": "a", "metadata": {"x": ' + DEEP + "}}").encode(), 400, "nested"),
    Wrong("strict: another content type", STRICT, b"key: a", 400, "text/yaml", "text/yaml"),
    Wrong("strict: an unknown mode", f"{STRICT}?mode=some", {"key": "a"}, 400, "mode=some"),
    Wrong("strict: an unknown parameter", f"{STRICT}?colour=1", {"key": "a"}, 400, "colour"),
    Wrong("strict: a wrong line among right ones", STRICT, b'{"key": "a"}\n{', 400, "1 of 2 events are wrong", LINES),
    Wrong("strict: too many events", STRICT, b"{}\n" * 10_001, 400, "10,001 events", LINES),
    Wrong("strict: another method", STRICT, None, 405, "POST", None, "GET"),
    Wrong("lineage: no JSON", LINEAGE, b"{", 400, "JSON"),
    Wrong("lineage: no run", LINEAGE, {"eventType": "COMPLETE"}, 400, "Event"),
    Wrong("lineage: gzip that is none", LINEAGE, b"x", 400, "gzip", headers=(("Content-Encoding", "gzip"),)),
    Wrong("API: no JSON", "/api/runs", b"{", 400, "truncated"),
    Wrong("API: an unknown field", "/api/corrections/wipe", {"key": "a", "colour": 1}, 400, "colour"),
    Wrong("API: a number below all", "/api/corrections/withdraw", {"seq": -(10**30)}, 400, "seq"),
    Wrong("API: a number above all", f"/api/events/{10**30}", None, 400, "", None, "GET"),
    Wrong("API: nesting", "/api/runs", DEEP.encode(), 400, "nested"),
    Wrong("API: an asset that there is not", "/api/assets/detail?key=nothing", None, 404, "nothing", None, "GET"),
    Wrong("API: a selection that is none", "/api/assets?selection=a+and", None, 400, "", None, "GET"),
    Wrong("API: a limit that is none", "/api/events?limit=0", None, 400, "limit", None, "GET"),
    Wrong("API: a parameter that there is not", "/api/events?lmit=1", None, 400, "Did you mean limit?", None, "GET"),
    Wrong("API: a parameter where there is none", "/api/sensors?x=1", None, 400, "There are none.", None, "GET"),
    Wrong("API: a status that there is not", "/api/runs?status=over", None, 400, "Choose from canceled,", None, "GET"),
    Wrong(
        "API: a cause that there is not",
        "/api/alert-rules/a",
        {"causes": ["rain"], "channels": []},
        400,
        "Choose from backfill_failure,",
        method="PUT",
    ),
    Wrong("API: a field that there is not", "/api/runs", {"assets": ["table"], "tag": {}}, 400, "Did you mean tags?"),
    Wrong("API: a path that there is not", "/api/asset", None, 404, "/api/docs describes all", None, "GET"),
    Wrong("API: another method", "/api/assets", {}, 405, "POST is not possible here, but"),
    Wrong("API: a run that there is not", "/api/runs/nothing/cancel", None, 404, "nothing", None),
    Wrong("API: an external asset", "/api/runs", {"assets": ["table"]}, 409, "table"),
    Wrong(
        "a foreign origin",
        f"{DROP_IN}a",
        None,
        403,
        "evil.example",
        None,
        headers=(("Origin", "https://evil.example"),),
    ),
    Wrong("an origin that is none", f"{DROP_IN}a", None, 403, "null", None, headers=(("Origin", "null"),)),
]


@pytest.mark.parametrize("wrong", WRONG, ids=[wrong.name for wrong in WRONG])
def test_a_wrong_request_says_what_is_wrong_and_writes_nothing(server: DevServer, wrong: Wrong) -> None:
    """Never a traceback, never an empty answer, never half of something."""
    body = wrong.body if wrong.body is None or isinstance(wrong.body, bytes) else json.dumps(wrong.body).encode()
    headers = {**({} if wrong.content_type is None else {"Content-Type": wrong.content_type}), **dict(wrong.headers)}
    before = head(server)

    answer = server.request(wrong.method, wrong.path, body, headers)

    text = answer.body.decode()
    assert (wrong.status, before) == (answer.status, head(server)), text
    assert wrong.says in (answer.json if text.startswith("{") else {"error": text}).get("error", "") + text.replace(
        '\\"', '"'
    )
    assert "Traceback" not in text


RAW = {
    "no HTTP": (b"\x16\x03\x01\x02\x00", 400),
    "a line that is none": (b"HELLO\r\n\r\n", 400),
    "a header without a colon": (b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n", 400),
    "a null character in a header": (b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n", 400),
    "two lengths": (
        b"POST /api/report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        400,
    ),
    "a length and chunks": (
        b"POST /api/report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a length that is none": (b"POST /api/report HTTP/1.1\r\nHost: localhost\r\nContent-Length: ten\r\n\r\n", 400),
    "a negative length": (b"POST /api/report HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
    "no host": (b"POST /api/report HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 403),
    "another host": (b"GET /api/assets HTTP/1.1\r\nHost: rebound.example\r\n\r\n", 403),
    "one huge header": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", 431),
    "a thousand headers": (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: x\r\n" * 1_000 + b"\r\n", 431),
    "a huge path": (b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
    "a body that is too large": (
        b"POST /api/report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
        413,
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_what_is_hardly_http_is_refused(server: DevServer, name: str) -> None:
    """Before any door is reached, with a 4xx; and nothing is written."""
    sent, status = RAW[name]
    before = head(server)

    answer = exchange(server, sent)

    assert f"HTTP/1.1 {status} ".encode() == answer[:13]
    assert before == head(server)


@settings(max_examples=int(os.environ.get("HEADWATER_MALFORMED_REQUESTS", "1000")))
@given(
    st.sampled_from([DROP_IN, CHECK, STRICT, LINEAGE, "/api/runs", "/api/corrections/wipe"]),
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["key", "asset_key", "metadata", "partition", "kind", "tags", "passed", "assets", "x"]
                    ),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=8,
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_whatever_is_sent_is_answered(server: DevServer, path: str, body: bytes) -> None:
    """Never with a 5xx, and each answer is JSON."""
    answer = server.request("POST", path, body, {"Content-Type": JSON})

    assert answer.status < 500
    assert isinstance(answer.json, dict)


def head(server: DevServer) -> int:
    """How far the log reaches."""
    seq: int = server.get("/health/ready").json["seq"]
    return seq


def exchange(server: DevServer, sent: bytes) -> bytes:
    """Send bytes and read what comes back until the server closes, or an answer is there."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=LIMIT) as connection:
        # It may refuse before it has heard everything.
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = connection.recv(65_536)
            if not chunk:
                break
            received += chunk
    return received
