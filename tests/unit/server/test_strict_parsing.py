"""The strict door reads what is defined, and names what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import ReportRefusedError
from headwater.records.log.events import CheckEvaluation, EventKind, ExternalRun, NewEvent, Reporter
from headwater.server.doors.strict_parsing import parse_item, read_timestamp, split_body

ME = Reporter("rest")


def parse(**fields: Any) -> NewEvent:
    """One event as the door reads it."""
    return parse_item(json.dumps(fields).encode(), ME).event


def test_an_event_is_read_whole() -> None:
    """Every field finds its place."""
    event = parse(
        key="db/orders",
        partition="2026-01-01",
        timestamp="2026-01-02T00:00:00+00:00",
        data_version="v1",
        metadata={"rows": 3},
        run_id="r",
    )

    assert ("db/orders", "2026-01-01", 1_767_312_000_000_000) == (event.asset_key, event.partition, event.timestamp)
    assert ("v1", "r", EventKind.MATERIALIZATION) == (event.data_version, event.run_id, event.kind)


def test_a_string_is_one_part_of_a_key() -> None:
    """`asset_key` reads as at the drop-in doors; `key` splits at slashes."""
    assert ["a\\/b", "a/b", "a/b"] == [
        parse(asset_key="a/b").asset_key,
        parse(asset_key=["a", "b"]).asset_key,
        parse(key="a/b").asset_key,
    ]


def test_checks_and_runs_elsewhere() -> None:
    """A check has its outcome; a run elsewhere has its state as kind."""
    check = parse(key="a", kind="check_evaluation", check_name="c", passed=False)
    run = parse(key="a", kind="external_failed", description="disk full")

    assert isinstance(check.payload, CheckEvaluation)
    assert isinstance(run.payload, ExternalRun)
    assert ("c", False, "ERROR") == (check.payload.check_name, check.payload.passed, check.payload.severity)
    assert (EventKind.EXTERNAL_FAILED, "disk full") == (run.kind, run.payload.description)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Name the asset by `key`"),
        ({"key": "a", "asset_key": "a"}, "Name the asset by `key`"),
        ({"key": "a", "colour": 1}, "unknown field `colour`"),
        ({"key": "a", "kind": "made"}, "kind"),
        ({"key": "a", "kind": "check_evaluation"}, "needs `check_name` and `passed`"),
        ({"key": "a", "passed": True}, "materialization takes no passed"),
        ({"key": "a", "timestamp": "2026-01-01"}, "ISO 8601 with its zone"),
        ({"key": "a", "timestamp": -1}, "not seconds since the epoch"),
        ({"key": "a", "idempotency_key": ""}, "1 to 255 printable"),
        ({"key": "a", "partition": "a\0b"}, "null character"),
        ({"key": "a", "metadata": [1]}, r"\$.metadata"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], message: str) -> None:
    """A refusal says which field and why."""
    with pytest.raises(ReportRefusedError, match=message):
        parse(**fields)


def test_bodies_split_into_items() -> None:
    """One object, an array, or a line each."""
    array, many = split_body("application/json", b' [{"key": "a"}, {"key": "b"}]')
    lines, _ = split_body("application/x-ndjson; charset=utf-8", b'{"key": "a"}\n\n{"key": "b"}\n')
    single, one = split_body(None, b'{"key": "a"}')

    assert (2, 2, 1, True, False) == (len(array), len(lines), len(single), many, one)


def test_a_key_of_content_ignores_when_it_came() -> None:
    """The same bytes have the same fingerprint, others another."""
    first, again, other = (parse_item(body, ME, "k").key for body in (b'{"key":"a"}', b'{"key": "a"}', b'{"key":"b"}'))

    assert first == again
    assert first is not None
    assert first != other


def test_moments_are_microseconds() -> None:
    """Seconds and ISO 8601 come to the same."""
    assert read_timestamp(1.5) == read_timestamp("1970-01-01T02:00:01.5+02:00") == 1_500_000


_texts = st.sampled_from(["a", "a/b", "é", 'a"b', "a\\b", '":', "a :", "kind", "tags", "\0", ""])
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), _texts),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(_texts, inner, max_size=2)),
    max_leaves=4,
)
_items = st.fixed_dictionaries(
    {},
    optional={
        "key": _texts,
        "asset_key": st.one_of(_texts, st.lists(_texts, max_size=2)),
        "kind": st.sampled_from(["materialization", "observation", "check_evaluation", "external_failed", "made"]),
        "partition": st.one_of(st.none(), _texts),
        "metadata": st.one_of(st.none(), st.dictionaries(_texts, _values, max_size=2)),
        "tags": st.dictionaries(_texts, _texts, max_size=2),
        "check_name": _texts,
        "passed": st.booleans(),
        "timestamp": st.sampled_from([0, 1.5, -1, "2026-01-02T00:00:00+00:00", "soon"]),
        "colour": _texts,
    },
)


@settings(deadline=None)
@given(
    items=st.lists(_items, min_size=1, max_size=3),
    ascii_only=st.booleans(),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (",", " :")]),
    repeated=st.sampled_from([None, "partition", "kind", "tags", "metadata", "x"]),
    lines=st.booleans(),
)
def test_a_batch_is_read_as_each_of_its_events_would_be(
    items: list[dict[str, Any]], ascii_only: bool, separators: tuple[str, str], repeated: str | None, lines: bool
) -> None:
    """What is decoded together comes to the same event or refusal as alone, names that stand twice included."""
    texts = [json.dumps(item, ensure_ascii=ascii_only, separators=separators) for item in items]
    if repeated is not None:
        # The last event again says something that it may have said already, at its top or inside its metadata.
        told = f'"{repeated}"{separators[1]}' + (
            '{"n":1,"n":2}' if repeated in ("tags", "metadata") else '"observation"'
        )
        texts[-1] = texts[-1][:-1] + (separators[0] if items[-1] else "") + told + "}"
    kind, body = ("application/x-ndjson", "\n".join(texts)) if lines else ("application/json", f"[{','.join(texts)}]")

    split, many = split_body(kind, body.encode())

    assert many
    assert [_outcome(text.encode()) for text in texts] == [_outcome(item) for item in split]


def _outcome(sent: Any) -> Any:
    try:
        return parse_item(sent, ME).event
    except ReportRefusedError as error:
        return str(error)
