"""The body of an OpenLineage request: unpacked within bounds, and read as a list of events."""

from __future__ import annotations

import zlib

import msgspec
from msgspec import Raw

from headwater.errors import ReportRefusedError
from headwater.openlineage.events import OpenLineageEvent, decode_event

MOST_EVENTS = 10_000
_LONGEST_REASON = 400
_GZIP = 16 + zlib.MAX_WBITS
_batches = msgspec.json.Decoder(list[Raw])


def parse_request(body: bytes, content_encoding: str | None, *, max_bytes: int) -> list[OpenLineageEvent]:
    """The events of a request: one event, or a list of them.

    Args:
        body: The bytes as sent.
        content_encoding: The header of that name: `gzip`, `identity` or None.
        max_bytes: The most that the body may take, both as sent and unpacked.

    Raises:
        ReportRefusedError: it is too large, or not what it should be; the message names the field, and the event
            by its place in the list.
    """
    text = _unpack(body, content_encoding, max_bytes)
    if text.lstrip(b" \t\r\n")[:1] != b"[":
        return [_parse_event(text, "The body")]
    try:
        items = _batches.decode(text)
    except (ValueError, RecursionError) as error:
        raise _refused("The body", error) from error
    if len(items) > MOST_EVENTS:
        raise ReportRefusedError(f"The body holds {len(items)} events, more than {MOST_EVENTS}; send it in parts.")
    return [_parse_event(item, f"Event [{number}] of the list") for number, item in enumerate(items)]


def _parse_event(text: bytes | Raw, where: str) -> OpenLineageEvent:
    try:
        return decode_event(text)
    except (ValueError, RecursionError) as error:
        raise _refused(where, error) from error


def _refused(where: str, error: Exception) -> ReportRefusedError:
    reason = str(error)
    if isinstance(error, UnicodeDecodeError):
        reason = "it is not UTF-8"
    elif isinstance(error, RecursionError):
        reason = "it is nested too deeply"
    elif len(reason) > _LONGEST_REASON:
        reason = f"{reason[: _LONGEST_REASON // 2]} … {reason[-_LONGEST_REASON // 2 :]}"
    return ReportRefusedError(
        f"{where} is not an OpenLineage event: {reason}. Send a RunEvent, DatasetEvent or JobEvent as JSON, as "
        "https://openlineage.io/spec/2-0-2/OpenLineage.json describes them."
    )


def _unpack(body: bytes, content_encoding: str | None, max_bytes: int) -> bytes:
    encoding = (content_encoding or "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise ReportRefusedError(
            f"The body comes with Content-Encoding {content_encoding[:80] if content_encoding else ''!r}; "
            "send it with gzip, or unpacked."
        )
    unpacked = _gunzip(body, max_bytes) if encoding.endswith("gzip") else body
    if len(unpacked) > max_bytes:
        raise ReportRefusedError(f"The body is over {max_bytes} bytes when unpacked; send its events in parts.")
    return unpacked


def _gunzip(body: bytes, max_bytes: int) -> bytes:
    """Unpack gzip up to one byte over the limit."""
    packed = zlib.decompressobj(_GZIP)
    try:
        text = packed.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise ReportRefusedError(
            f"The body is not gzip, although its Content-Encoding says so: {error}. Leave that header out for a "
            "body that is not packed."
        ) from error
    if len(text) <= max_bytes and (not packed.eof or packed.unused_data):
        fault = "goes on after" if packed.eof else "ends in the middle of"
        raise ReportRefusedError(f"The body {fault} its gzip data; send exactly one gzip file.")
    return text
