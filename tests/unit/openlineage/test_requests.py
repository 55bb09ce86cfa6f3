"""Reading a request's body: packed or not, one event or many, and everything that can be wrong with it."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest

from headwater.errors import ReportRefusedError
from headwater.openlineage.events import DatasetEvent, EventType, JobEvent, RunEvent
from headwater.openlineage.requests import parse_request

_LIMIT = 1_000_000
_RUN = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-23T11:26:41Z",
    "run": {"runId": "r1"},
    "job": {"namespace": "shop", "name": "load"},
}


def _parse(value: Any, content_encoding: str | None = None) -> list[Any]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(parse_request(body, content_encoding, max_bytes=_LIMIT))


def _refusal(value: Any, content_encoding: str | None = None) -> str:
    with pytest.raises(ReportRefusedError) as caught:
        _parse(value, content_encoding)
    assert len(str(caught.value)) < 800
    return str(caught.value)


def test_kinds(samples: dict[str, list[dict[str, Any]]]) -> None:
    """Events without a run are dataset or job events; the recorded client sent all three kinds."""
    assert [RunEvent, RunEvent, RunEvent, DatasetEvent, JobEvent] == [
        type(event) for event in _parse(samples["client/events.json"])
    ]


def test_nulls_are_absent() -> None:
    """A producer that writes null for what it leaves out is understood."""
    (event,) = _parse({**_RUN, "run": None, "dataset": None, "inputs": None, "outputs": None})
    assert isinstance(event, JobEvent)


@pytest.mark.parametrize("content_encoding", ["gzip", "GZIP", "x-gzip"])
def test_gzip(content_encoding: str) -> None:
    """A packed body reads as if it were not."""
    assert _parse(_RUN) == _parse(gzip.compress(json.dumps(_RUN).encode()), content_encoding)


@pytest.mark.parametrize("content_encoding", [None, "", "identity"])
def test_one_event_or_a_list(content_encoding: str | None) -> None:
    """One event and a list of that event are the same; an empty list is no events."""
    assert _parse(_RUN, content_encoding) == _parse([_RUN], content_encoding)
    assert [] == _parse(b" []", content_encoding)


@pytest.mark.parametrize(
    "text", ["2026-11-23T12:26:41+01:00", "2026-11-23T11:26:41.000000999Z", "2026-11-23t11:26:41z"]
)
def test_event_time(text: str) -> None:
    """Offsets, nanoseconds and small letters are read."""
    (event,) = _parse({**_RUN, "eventTime": text})
    assert 1_795_433_201_000_000 == event.event_time


def test_event_type() -> None:
    """The event type may be missing, and is read in small letters."""
    assert [EventType.FAIL] == [event.event_type for event in _parse({**_RUN, "eventType": "fail"})]
    assert [None] == [event.event_type for event in _parse({key: _RUN[key] for key in _RUN if key != "eventType"})]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"job": {"namespace": "shop"}}, "`name` - at `$.job`"),
        ({"job": {"namespace": "shop", "name": ""}}, "length >= 1 - at `$.job.name`"),
        ({"job": {"namespace": "shop", "name": "a\0"}}, "`$.job.name`"),
        ({"job": {"namespace": "shop", "name": "a" * 1_001}}, "length <= 1000 - at `$.job.name`"),
        ({"eventTime": "yesterday"}, "such as `2026-11-23T11:26:41Z`, got 'yesterday' - at `$.eventTime`"),
        ({"eventTime": "2026-11-23T11:26:41"}, "with its offset from UTC, such as `2026-11-23T11:26:41Z`"),
        ({"eventTime": "0001-01-01T00:00:00+23:59"}, "between 1970 and 9999"),
        ({"eventTime": 5}, "got int - at `$.eventTime`"),
        (
            {"eventType": "DONE"},
            "Invalid enum value 'DONE' - at `$.eventType`",
        ),
        ({"eventType": "x" * 5_000}, "`$.eventType`"),
        ({"outputs": [{"namespace": "file"}]}, "`name` - at `$.outputs[0]`"),
        ({"outputs": {}}, "Expected `array | null`, got `object` - at `$.outputs`"),
        ({"run": {}}, "`runId` - at `$.run`"),
    ],
)
def test_wrong_fields_are_named(change: dict[str, Any], named: str) -> None:
    """A wrong event is refused with its place in the list, the field and what to send."""
    message = _refusal([_RUN, {**_RUN, **change}])
    assert message.startswith("Event [1] of the list is not an OpenLineage event: ")
    assert named in message
    assert "Send a RunEvent, DatasetEvent or JobEvent" in message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[{}", "truncated"),
        (b"5", "Expected `object`, got `int`"),
        (b"{}", "missing required field"),
        (b'{"job": {"namespace": "\xff"}}', "not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"run": ' * 100_000, "nested too deeply"),
    ],
)
def test_wrong_json(body: bytes, said: str) -> None:
    """What is no JSON, or no object, is refused with the reason."""
    assert said in _refusal(body)


def test_wrong_gzip() -> None:
    """Bodies that are packed otherwise, not at all, or not to the end are refused, each with its mend."""
    packed = gzip.compress(json.dumps(_RUN).encode())
    assert "not gzip" in _refusal(b"{}", "gzip")
    assert "ends in the middle" in _refusal(packed[:-9], "gzip")
    assert "ends in the middle" in _refusal(b"", "gzip")
    assert "goes on after" in _refusal(packed + b"x", "gzip")
    assert "Content-Encoding 'br'" in _refusal(packed, "br")


def test_gzip_bomb() -> None:
    """A small body that unpacks to more than allowed is refused without being unpacked whole."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(500)) + packer.flush()
    tracemalloc.start()
    try:
        assert "over 1000000 bytes" in _refusal(bomb, "gzip")
        assert tracemalloc.get_traced_memory()[1] < 10 * _LIMIT
    finally:
        tracemalloc.stop()


def test_too_large() -> None:
    """Bodies and lists beyond the limits are refused."""
    assert "over 1000000 bytes" in _refusal(b" " * (_LIMIT + 1))
    assert "more than 10000; send it in parts" in _refusal(b"[" + b"{}," * 10_000 + b"{}]")
