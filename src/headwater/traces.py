"""Traces: to which one the work under way belongs, and how spans are sent. OpenTelemetry itself is an extra.

The standard variables apply: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and the others.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from typing import Any

import structlog

_ADDRESSES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_log = structlog.get_logger(__name__)

current_trace: ContextVar[str | None] = ContextVar("current_trace", default=None)
"""The `traceparent` (W3C) of the request under way, where it has one."""


def usable_traceparent(sent: str | None) -> str | None:
    """What a sender gave as its `traceparent`, None where it is none."""
    return sent if sent is not None and _TRACEPARENT.fullmatch(sent) else None


def open_provider() -> Any:
    """OpenTelemetry's tracer provider as the variables ask for it; None where they name no address."""
    if not any(os.environ.get(name) for name in _ADDRESSES):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # an extra
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _log.warning("traces are asked for, but their packages are not there: pip install 'headwater[otel]'")
        return None
    resource = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", "headwater")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
