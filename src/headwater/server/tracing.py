"""Requests as OpenTelemetry spans, where its packages are installed and an address to send them to is set.

The standard variables apply: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and the others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import structlog

from headwater.server.http import Scope
from headwater.server.version import package_version

_ADDRESSES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_log = structlog.get_logger(__name__)


class RequestSpan(Protocol):
    """The span of one request."""

    def answered(self, method: str, route: str, status: int) -> None:
        """Say how the request was answered."""
        ...


class Tracing:
    """Starts a span for each request, as a child of the sender's where it sent one."""

    def __init__(self, tracer: Any = None, *, shut_down: Any = None) -> None:
        """Use `tracing_from_environment` instead, unless for a tracer of one's own.

        Args:
            tracer: OpenTelemetry's; None traces nothing.
            shut_down: Sends what is left.
        """
        self._tracer = tracer
        self._shut_down = shut_down

    @contextmanager
    def request(self, scope: Scope) -> Iterator[RequestSpan]:
        """A span around a request."""
        if self._tracer is None:
            yield _NoSpan()
            return
        from opentelemetry import trace  # an extra
        from opentelemetry.propagate import extract

        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self._tracer.start_as_current_span(
            scope["method"], context=extract(sent), kind=trace.SpanKind.SERVER
        ) as span:
            yield _Span(span)

    def close(self) -> None:
        """Send the spans that were not sent yet."""
        if self._shut_down is not None:
            self._shut_down()


class _NoSpan:
    def answered(self, method: str, route: str, status: int) -> None:
        pass


class _Span:
    """Names follow OpenTelemetry's semantic conventions for HTTP servers."""

    def __init__(self, span: Any) -> None:
        self._span = span

    def answered(self, method: str, route: str, status: int) -> None:
        self._span.update_name(f"{method} {route}")
        self._span.set_attribute("http.request.method", method)
        self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.response.status_code", status)


def tracing_from_environment() -> Tracing:
    """Tracing as the standard variables ask for it; none where they name no address."""
    if not any(os.environ.get(name) for name in _ADDRESSES):
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # an extra
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _log.warning("traces are asked for, but their packages are not there: pip install 'headwater[otel]'")
        return Tracing()
    resource = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", "headwater")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider.get_tracer("headwater", package_version()), shut_down=provider.shutdown)
