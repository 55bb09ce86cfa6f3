"""The drop-in doors read requests as the field's clients send them, and refuse what is wrong by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.definitions.snapshot import WireValue
from headwater.errors import ReportRefusedError
from headwater.records.log.events import CheckEvaluation, EventKind, Materialization, NewEvent, Reporter
from headwater.server.doors.report_parsing import parse_report

MADE, SEEN, CHECKED = EventKind.MATERIALIZATION, EventKind.OBSERVATION, EventKind.CHECK_EVALUATION
JSON = "application/json"


def parse(
    kind: EventKind = MADE,
    *,
    path: str = "",
    body: Any = None,
    query: str = "",
    content_type: str | None = JSON,
) -> NewEvent:
    """A request as the doors get it."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return parse_report(kind, path, None if body is None else content_type, raw, query, Reporter("rest"))


@pytest.mark.parametrize(
    ("request_parts", "key"),
    [
        ({"path": "foo/bar/baz"}, "foo/bar/baz"),
        ({"path": "a/b/"}, "a/b/"),
        ({"path": "/"}, "/"),
        ({"path": '["p","q"]'}, '["p","q"]'),
        ({"path": "a\\/b"}, "a\\\\/b"),
        ({"body": {"asset_key": "raw_transactions"}}, "raw_transactions"),
        ({"body": {"asset_key": "s/t"}}, "s\\/t"),
        ({"body": {"asset_key": ["a/b", "c"]}}, "a\\/b/c"),
        ({"body": {"asset_key": []}}, "\\"),
        ({"query": "asset_key=q1/q2"}, "q1/q2"),
        ({"query": "asset_key=a.b-c"}, "a/b/c"),
        ({"query": "asset_key=%5B%22slash/key%22%5D"}, "slash\\/key"),
        ({"query": "asset_key=%5B%22q1%22"}, "q1"),
        ({"path": "p", "body": {"asset_key": "b"}, "query": "asset_key=q"}, "p"),
        ({"body": {"asset_key": "b"}, "query": "asset_key=q"}, "b"),
        ({"query": "asset_key=first&asset_key=last"}, "last"),
    ],
)
def test_the_key_is_read_by_the_rules_of_its_place(request_parts: dict[str, Any], key: str) -> None:
    """Path, body and query each have a grammar of their own; the first that is present wins."""
    assert key == parse(**request_parts).asset_key


def test_metadata_keeps_its_kinds() -> None:
    """Each JSON value becomes the kind of metadata that it is; what looks like a class stays plain JSON."""
    metadata = {
        "text": "x",
        "int": 1724614700266,
        "float": 1.5,
        "bool": True,
        "null": None,
        "list": [1, 2],
        "trap": {"__class__": "IntMetadataValue", "value": 3},
        "huge": 10**30,
    }

    payload = parse(path="a", body={"metadata": metadata}).payload

    assert isinstance(payload, Materialization)
    assert {
        "text": WireValue("text", "x"),
        "int": WireValue("int", 1724614700266),
        "float": WireValue("float", 1.5),
        "bool": WireValue("bool", True),
        "null": WireValue("null"),
        "list": WireValue("json", [1, 2]),
        "trap": WireValue("json", {"__class__": "IntMetadataValue", "value": 3}),
        "huge": WireValue("int", str(10**30)),
    } == payload.metadata


def test_everything_may_stand_in_the_query() -> None:
    """Without a body the parameters come from the query, metadata as JSON."""
    event = parse(path="a", query="metadata=%7B%22n%22%3A1%7D&partition=x&description=d&data_version=v")

    assert isinstance(event.payload, Materialization)
    assert ({"n": WireValue("int", 1)}, "d") == (event.payload.metadata, event.payload.description)
    assert ("x", "v") == (event.partition, event.data_version)


@pytest.mark.parametrize("content_type", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken_with_any_parameters(content_type: str) -> None:
    """A content type says JSON in whichever way clients write it."""
    assert "b" == parse(body={"asset_key": "b"}, content_type=content_type).asset_key


def test_what_is_present_hides_what_is_not() -> None:
    """A null in the body hides the query; unknown names are ignored."""
    event = parse(path="a", body={"description": None, "timestamp": 5}, query="description=x")

    assert isinstance(event.payload, Materialization)
    assert event.payload.description is None


def test_a_body_without_a_content_type_is_not_read() -> None:
    """Clients that send no content type are taken at their path and query."""
    assert "a" == parse(path="a", body=b"not json", content_type=None).asset_key


def test_a_check_is_read() -> None:
    """A check has a name, an outcome and a severity, ERROR unless it is said otherwise."""
    body = {"check_name": "c", "passed": False, "severity": "WARN", "metadata": {"n": 1}}

    first = parse(CHECKED, path="a", body=body).payload
    second = parse(CHECKED, path="a", query="check_name=c&passed=true").payload

    assert isinstance(first, CheckEvaluation)
    assert isinstance(second, CheckEvaluation)
    assert ("c", False, "WARN") == (first.check_name, first.passed, first.severity)
    assert (True, "ERROR") == (second.passed, second.severity)


WRONG: list[tuple[EventKind, dict[str, Any], str]] = [
    (MADE, {}, "Empty asset key, must provide asset key as url path after /report_asset_materialization/"),
    (SEEN, {"query": "asset_key="}, "Empty asset key"),
    (CHECKED, {}, "after /report_asset_check_evaluation/"),
    (MADE, {"query": "asset_key=..."}, "Empty asset key"),
    (MADE, {"body": b"{", "path": "a"}, "Error parsing the body as JSON"),
    (MADE, {"body": b'{"asset_key": "a",}'}, "Error parsing the body as JSON"),
    (MADE, {"body": b"", "path": "a"}, "Error parsing the body as JSON"),
    (MADE, {"body": b"\xff\xfe\xfd", "path": "a"}, "Error parsing the body as JSON"),
    (MADE, {"body": b"[" * 100_000, "path": "a"}, "nested too deeply"),
    (MADE, {"body": b"null", "path": "a"}, "The body is a JSON null"),
    (MADE, {"body": b"5", "path": "a"}, "The body is a JSON number"),
    (MADE, {"body": b'["asset_key"]', "path": "a"}, "The body is a JSON list"),
    (MADE, {"body": {"asset_key": "a"}, "content_type": "text/plain"}, "Unhandled content type text/plain"),
    (MADE, {"body": {"asset_key": "a"}, "content_type": ""}, "Unhandled content type"),
    (MADE, {"body": {"asset_key": None}, "query": "asset_key=q"}, 'Param "asset_key" is not'),
    (MADE, {"body": {"asset_key": 5}}, 'Param "asset_key" is not'),
    (MADE, {"body": {"asset_key": {"a": 1}}}, 'Param "asset_key" is not'),
    (MADE, {"body": {"asset_key": ["a", 1]}}, 'Param "asset_key" is not'),
    (MADE, {"body": {"asset_key": "a\0b"}}, 'Param "asset_key": The part '),
    (MADE, {"body": b'{"asset_key": "\\ud800"}'}, 'Param "asset_key": The part '),
    (MADE, {"path": "a", "body": {"metadata": "x"}}, "Param \"metadata\" is not one of ['Mapping']. Got 'x'"),
    (MADE, {"path": "a", "body": {"metadata": [1]}}, 'Error constructing AssetMaterialization: Param "metadata"'),
    (SEEN, {"path": "a", "body": {"metadata": 5}}, 'Error constructing AssetMaterialization: Param "metadata"'),
    (MADE, {"path": "a", "query": "metadata=%7B"}, "Error parsing metadata json: "),
    (MADE, {"path": "a", "query": "metadata="}, "Error parsing metadata json: "),
    (MADE, {"path": "a", "query": "metadata=5"}, 'Param "metadata" is not'),
    (MADE, {"path": "a", "body": b'{"metadata": {"x": "\\ud800"}}'}, "Error constructing AssetMaterialization"),
    (MADE, {"path": "a", "body": {"description": 5}}, 'Param "description" is not a str. Got 5'),
    (MADE, {"path": "a", "body": {"partition": 5}}, 'Param "partition" is not a str'),
    (MADE, {"path": "a", "body": {"partition": ["x"]}}, 'Param "partition" is not a str'),
    (MADE, {"path": "a", "body": {"partition": True}}, 'Param "partition" is not a str'),
    (MADE, {"path": "a", "body": {"data_version": ["x"]}}, 'Param "data_version" is not a str'),
    (MADE, {"path": "a", "body": {"data_version": {}}}, 'Param "data_version" is not a str'),
    (CHECKED, {"path": "a", "body": {"check_name": "c"}}, "Missing required parameter 'passed'."),
    (CHECKED, {"path": "a", "body": {"passed": True}}, 'Param "check_name" is not a str. Got None'),
    (
        CHECKED,
        {"path": "a", "body": {"check_name": "c", "passed": "true"}},
        "Param \"passed\" is not a bool. Got 'true'",
    ),
    (CHECKED, {"path": "a", "body": {"check_name": "c", "passed": 1}}, 'Param "passed" is not a bool'),
    (CHECKED, {"path": "a", "body": {"check_name": "c", "passed": None}}, 'Param "passed" is not a bool'),
    (CHECKED, {"path": "a", "query": "check_name=c&passed=True"}, "Error parsing 'passed': Expecting value"),
    (CHECKED, {"path": "a", "query": "check_name=c&passed=1"}, 'Param "passed" is not a bool'),
    (CHECKED, {"path": "a", "body": {"check_name": "c", "passed": True, "severity": "warn"}}, "'warn' is not a valid"),
    (CHECKED, {"path": "a", "body": {"check_name": "c", "passed": True, "severity": []}}, "is not a valid AssetCheck"),
    (CHECKED, {"path": "a", "body": {"check_name": "c", "passed": True, "metadata": []}}, 'Param "metadata" is not'),
]


@pytest.mark.parametrize(("kind", "request_parts", "message"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_request_is_refused_by_name(kind: EventKind, request_parts: dict[str, Any], message: str) -> None:
    """Each mistake has a sentence that names the field and what was sent."""
    with pytest.raises(ReportRefusedError) as refused:
        parse(kind, **request_parts)

    assert message in str(refused.value)


@given(
    kind=st.sampled_from([MADE, SEEN, CHECKED]),
    path=st.text(max_size=20),
    body=st.one_of(
        st.binary(max_size=40),
        st.dictionaries(
            st.sampled_from(["asset_key", "metadata", "passed", "check_name", "partition", "x"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=8,
            ),
        ),
    ),
    query=st.text(max_size=40),
)
def test_any_request_is_an_event_or_a_refusal(kind: EventKind, path: str, body: Any, query: str) -> None:
    """Whatever is sent ends as an event that can be kept, or as a sentence; never as another error."""
    try:
        event = parse(kind, path=path, body=body, query=query)
    except ReportRefusedError:
        return

    assert event.asset_key is not None
    assert event.asset_key == event.asset_key.encode().decode()
