"""Whatever comes in, the answer is events or a refusal."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import json_values

from headwater.errors import ReportRefusedError
from headwater.keys import AssetKey
from headwater.openlineage.open_runs import OpenRuns
from headwater.openlineage.requests import parse_request
from headwater.openlineage.translate import translate
from headwater.records.log.events import decode_payload, encode_payload

_NAMES = [
    "eventType",
    "eventTime",
    "run",
    "runId",
    "job",
    "namespace",
    "name",
    "inputs",
    "outputs",
    "dataset",
    "facets",
    "inputFacets",
    "outputFacets",
    "schema",
    "fields",
    "type",
    "columnLineage",
    "inputFields",
    "field",
    "documentation",
    "description",
    "dataSource",
    "uri",
    "outputStatistics",
    "rowCount",
    "size",
    "dataQualityAssertions",
    "assertions",
    "assertion",
    "success",
    "column",
    "severity",
    "params",
    "jobType",
    "dbt_node",
    "unique_id",
    "version",
    "datasetVersion",
    "lifecycleStateChange",
    "errorMessage",
    "message",
    "_deleted",
]
_odd_texts = st.sampled_from(
    ["", "\0", "://", "a://b@c:d@", "s3://", "2026-11-23T11:26:41Z", "COMPLETE", "TEST", "/./"]
)
_values = st.recursive(
    json_values | _odd_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=20,
)


def _take(body: bytes, content_encoding: str | None = None) -> None:
    """Translate a body, and check that the log can take what comes of it."""
    open_runs = OpenRuns()
    with suppress(ReportRefusedError):
        for event in parse_request(body, content_encoding, max_bytes=1_000_000):
            translation = translate(event, open_runs)
            open_runs = translation.open_runs
            for new in translation.events:
                assert new.payload == decode_payload(encode_payload(new.payload))
                assert "\\u0000" not in encode_payload(new.payload)
                key = new.asset_key or ""
                assert key == AssetKey.from_escaped_user_string(key).to_escaped_user_string()


@given(_values)
def test_any_json(value: Any) -> None:
    """Arbitrary JSON is translated or refused."""
    _take(json.dumps(value).encode())


@given(st.binary(max_size=200), st.sampled_from([None, "gzip", "br"]))
def test_any_bytes(body: bytes, content_encoding: str | None) -> None:
    """Arbitrary bytes are translated or refused, packed or not."""
    _take(body, content_encoding)
    _take(gzip.compress(body), "gzip")


@given(data=st.data())
@settings(max_examples=300)
def test_damaged_samples(samples: dict[str, list[dict[str, Any]]], data: st.DataObject) -> None:
    """A real event with any one of its values replaced by another is translated or refused."""
    events = samples[data.draw(st.sampled_from(sorted(samples)))]
    event = json.loads(json.dumps(data.draw(st.sampled_from(events))))
    place: Any = event
    while True:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[step], (dict, list)) or not place[step] or data.draw(st.integers(0, 4)) == 0:
            break
        place = place[step]
    place[step] = data.draw(_values)
    _take(json.dumps([event, event]).encode())
