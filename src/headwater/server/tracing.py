"""Requests as OpenTelemetry spans, where its packages are installed and an address to send them to is set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from headwater.server.http import Scope, header
from headwater.traces import current_trace, open_provider, usable_traceparent
from headwater.version import package_version


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

    def request(self, scope: Scope) -> AbstractContextManager[RequestSpan]:
        """A span around a request; what the request causes belongs to its trace, or without spans to the sender's."""
        if self._tracer is not None:
            return self._span(scope)
        trace = usable_traceparent(header(scope, b"traceparent"))
        return _NO_SPAN if trace is None else _of_trace(trace)

    @contextmanager
    def _span(self, scope: Scope) -> Iterator[RequestSpan]:
        from opentelemetry import trace  # an extra
        from opentelemetry.propagate import extract, inject

        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self._tracer.start_as_current_span(
            scope["method"], context=extract(sent), kind=trace.SpanKind.SERVER
        ) as span:
            carried: dict[str, str] = {}
            inject(carried)
            belongs = current_trace.set(carried.get("traceparent"))
            try:
                yield _Span(span)
            finally:
                current_trace.reset(belongs)

    def close(self) -> None:
        """Send the spans that were not sent yet."""
        if self._shut_down is not None:
            self._shut_down()


class _NoSpan:
    def answered(self, method: str, route: str, status: int) -> None:
        pass


_NO_SPAN: AbstractContextManager[RequestSpan] = nullcontext(_NoSpan())


@contextmanager
def _of_trace(trace: str) -> Iterator[RequestSpan]:
    """What is done belongs to the sender's trace, without a span of its own."""
    belongs = current_trace.set(trace)
    try:
        yield _NoSpan()
    finally:
        current_trace.reset(belongs)


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
    provider = open_provider()
    if provider is None:
        return Tracing()
    return Tracing(provider.get_tracer("headwater", package_version()), shut_down=provider.shutdown)
