"""The Python client of the HTTP API. It needs no other part of Headwater but errors, keys and clock."""

from headwater.client.async_buffered import AsyncReportBuffer
from headwater.client.asynchronous import AsyncHeadwaterClient
from headwater.client.buffered import Delivery, ReportBuffer, deliver
from headwater.client.calls import CheckFields, EventFields, ResponseError, RunPage, Severity
from headwater.client.spool import Spool, SpooledReport, SpoolFullError
from headwater.client.synchronous import HeadwaterClient

__all__ = [
    "AsyncHeadwaterClient",
    "AsyncReportBuffer",
    "CheckFields",
    "Delivery",
    "EventFields",
    "HeadwaterClient",
    "ReportBuffer",
    "ResponseError",
    "RunPage",
    "Severity",
    "Spool",
    "SpoolFullError",
    "SpooledReport",
    "deliver",
]
