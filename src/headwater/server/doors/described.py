"""What the doors take and answer, for the API's description: they stand in front of the framework that makes it."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater.records.log.events import EventKind
from headwater.server.doors.openlineage import Kept
from headwater.server.doors.strict import ReportAnswer
from headwater.server.doors.strict_parsing import MOST_ITEMS, ReportItem
from headwater.server.problems import MEDIA_TYPE

_JSON = "application/json"
_REF = "#/components/schemas/{name}"
_REFUSAL = "Refusal"
_KEY_IN_PATH = "The key, its parts with slashes between."


def schemas() -> dict[str, Any]:
    """The shapes of what the doors take and answer, by name."""
    _, found = msgspec.json.schema_components([ReportItem, ReportAnswer, Kept], ref_template=_REF)
    refusal = {
        "title": _REFUSAL,
        "type": "object",
        "properties": {"error": {"type": "string"}, "status": {"type": "integer"}},
        "required": ["error"],
    }
    return {**found, _REFUSAL: refusal}


def paths() -> dict[str, Any]:
    """The doors by path, each with its operation."""
    return {
        "/api/report": {"post": _strict()},
        **_drop_in("materialization", "materialization", "was written", {"data_version": _TEXT}),
        **_drop_in("observation", "observation", "was seen", {"data_version": _TEXT}),
        **_drop_in("check", "check evaluation", "was checked", _CHECK_FIELDS),
        "/api/v1/lineage": {"post": _openlineage("one event", {"type": "object"})},
        "/api/v1/lineage/batch": {"post": _openlineage("events", {"type": "array", "items": {"type": "object"}})},
        "/hooks/{name}": {"post": _webhook()},
        "/api/live": {"get": _live()},
        "/health/live": {"get": _plain("health", "Whether the process lives", {"type": "object"})},
        "/health/ready": {
            "get": _plain("health", "Whether the deployment can serve, and if not, why", {"type": "object"})
        },
        "/metrics": {"get": _metrics()},
    }


_TEXT = {"type": ["string", "null"]}
_CHECK_FIELDS = {
    "check_name": {"type": "string"},
    "passed": {"type": "boolean"},
    "severity": {"enum": ["WARN", "ERROR"]},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Sent again with the same key within seven days, the request is answered as before and kept once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def _operation(
    group: str, name: str, summary: str, description: str, answers: dict[str, Any], **further: Any
) -> dict[str, Any]:
    """An operation; whatever it refuses, it answers with an error or, before the door, with a problem."""
    refusal = {
        "description": "What is wrong, and what to do. Nothing was kept.",
        "content": {
            _JSON: {"schema": {"anyOf": [_ref(_REFUSAL), _ref("ReportAnswer")]}},
            MEDIA_TYPE: {"schema": _ref("Problem")},
        },
    }
    return {
        "tags": [group],
        "operationId": name,
        "summary": summary,
        "description": description,
        "deprecated": False,
        **further,
        "responses": {**answers, "4XX": refusal, "503": refusal},
    }


def _strict() -> dict[str, Any]:
    one = {"key": "sales/orders", "partition": "2026-01-31", "metadata": {"rows": 120}}
    many = [one, {"key": "sales/orders", "kind": "check_evaluation", "check_name": "has_rows", "passed": True}]
    item = _ref("ReportItem")
    items = {"type": "array", "items": item, "minItems": 1, "maxItems": MOST_ITEMS}
    return _operation(
        "report",
        "ReportEvents",
        "Report events, one or thousands",
        "What is refused is named item by item. Whatever is accepted is on disk when the answer comes.",
        {
            "200": _answer("All were taken.", _ref("ReportAnswer")),
            "207": _answer("Some were taken; each item says what became of it.", _ref("ReportAnswer")),
        },
        parameters=[
            {
                "name": "mode",
                "in": "query",
                "description": "`all` takes all events or none, `each` takes each by itself.",
                "schema": {"enum": ["all", "each"], "default": "all"},
            },
            {
                "name": "dry_run",
                "in": "query",
                "description": "Only judge them.",
                "schema": {"type": "boolean", "default": False},
            },
            _IDEMPOTENCY_KEY,
        ],
        requestBody={
            "required": True,
            "content": {
                _JSON: {
                    "schema": {"anyOf": [item, items]},
                    "examples": {"one": {"value": one}, "several": {"value": many}},
                },
                "application/x-ndjson": {"schema": {"type": "string", "description": "An event a line."}},
            },
        },
    )


def _drop_in(door: str, kind: str, happened: str, own: dict[str, Any]) -> dict[str, Any]:
    """A door that takes what published clients send, with and without the key in its path."""
    key = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    fields = {"asset_key": key, "metadata": {"type": "object"}, "description": _TEXT, "partition": _TEXT, **own}
    example: dict[str, Any] = {"asset_key": "raw_transactions", "metadata": {"rows": 120}}
    if door == "check":
        example |= {"check_name": "has_rows", "passed": True, "severity": "WARN"}
    headers = [
        {
            "name": "Headwater-Timestamp",
            "in": "header",
            "description": "When it happened: seconds since the epoch, or ISO 8601 with its zone. Now if left out.",
            "schema": {"type": "string"},
        },
        _IDEMPOTENCY_KEY,
    ]
    kept = {
        **_answer("It is on disk.", {"type": "object"}),
        "headers": {
            "Headwater-Event-Id": {"description": "Its place in the log.", "schema": {"type": "integer"}},
            "Headwater-Held-Id": {"description": "Or its place among what waits.", "schema": {"type": "integer"}},
        },
    }
    path = f"/report_asset_{door}/"
    in_path = {"name": "asset_key", "in": "path", "required": True, "description": _KEY_IN_PATH}
    found = {}
    for where, name, parameters in (
        (path, "", headers),
        (path + "{asset_key}", "ByPath", [{**in_path, "schema": {"type": "string", "minLength": 1}}, *headers]),
    ):
        operation = _operation(
            "report",
            f"Report{door.title()}{name}",
            f"Report that an asset {happened}",
            f"One {kind}. The fields may stand in the query as well; the body comes first.",
            {"200": kept},
            parameters=parameters,
            requestBody={"content": {_JSON: {"schema": {"type": "object", "properties": fields}, "example": example}}},
        )
        found[where] = {"post": operation}
    return found


def _openlineage(what: str, schema: dict[str, Any]) -> dict[str, Any]:
    return _operation(
        "report",
        f"ReportOpenLineage{'Batch' if schema['type'] == 'array' else ''}",
        f"Report {what} of OpenLineage",
        "As Airflow, dbt, Spark and others send them; gzip is taken too. See https://openlineage.io.",
        {"201": _answer("What became of it.", _ref("Kept"))},
        requestBody={"required": True, "content": {_JSON: {"schema": schema}}},
    )


def _webhook() -> dict[str, Any]:
    return _operation(
        "report",
        "TakeWebhook",
        "Take what another system sends in a form of its own",
        "The rule of that name turns it into reports.",
        {"200": _answer("What became of each report.", _ref("ReportAnswer"))},
        parameters=[{"name": "name", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}],
        requestBody={"required": True, "content": {_JSON: {"schema": {}}}},
    )


def _live() -> dict[str, Any]:
    kinds = {"type": "array", "items": {"enum": sorted(kind.value for kind in EventKind)}}
    texts = {
        "asset": ({"type": "array", "items": {"type": "string"}}, "Of this asset; may be repeated."),
        "selection": ({"type": "string"}, "Of these assets, in the selection language."),
        "kind": (kinds, "Of this kind; may be repeated."),
        "run": ({"type": "string"}, "Of this run."),
        "after": (
            {"type": "integer", "minimum": 0},
            "All beyond this place in the log; else what comes from now on.",
        ),
    }
    return _operation(
        "live",
        "FollowLog",
        "Follow the log",
        "Server-sent events that go on until the reader leaves. `Last-Event-ID` resumes where it was left.",
        {"200": {"description": "Events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
        parameters=[
            {"name": name, "in": "query", "description": said, "schema": schema}
            for name, (schema, said) in texts.items()
        ],
    )


def _plain(group: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    operation = _operation(group, summary.title().replace(" ", "").replace(",", ""), summary, "", {})
    answer = _answer("It does.", schema)
    return {**operation, "responses": {**operation["responses"], "200": answer, "503": _answer("Why not.", schema)}}


def _metrics() -> dict[str, Any]:
    text = {"description": "Metrics.", "content": {"application/openmetrics-text": {"schema": {"type": "string"}}}}
    return _operation("health", "ReadMetrics", "Metrics as Prometheus reads them", "", {"200": text})


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {_JSON: {"schema": schema}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(name=name)}
