"""The Python client of the HTTP API. It needs no other part of Headwater but errors, keys and clock."""

from headwater.client.asynchronous import AsyncHeadwaterClient
from headwater.client.calls import ResponseError, RunPage, Severity
from headwater.client.synchronous import HeadwaterClient

__all__ = ["AsyncHeadwaterClient", "HeadwaterClient", "ResponseError", "RunPage", "Severity"]
