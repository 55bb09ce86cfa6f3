"""Where the server is and how to speak to it: the part of a client that does not depend on how it waits."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from headwater.client.calls import Answer, Call
from headwater.errors import ClientError, InvalidParameterError

DEFAULT_URL = "http://127.0.0.1:3000"


def from_environment() -> tuple[str, str | None]:
    """The address in `HEADWATER_URL` and the token in `HEADWATER_TOKEN`; an empty variable counts as unset."""
    return os.environ.get("HEADWATER_URL") or DEFAULT_URL, os.environ.get("HEADWATER_TOKEN") or None


@dataclass(frozen=True, slots=True)
class Connection:
    """The checked settings of a client.

    Args:
        url: Of the server, with the path that it is mounted at, if any.
        token: Where the deployment demands one.
        timeout: The most that connecting, sending and each wait for more of the answer may take, in seconds.
        deployment: None for the server's own.
        retries: How often a call that can be repeated is sent again after a failure that may pass.

    Raises:
        InvalidParameterError: one of them can't be used.
    """

    url: str
    token: str | None = field(repr=False)
    timeout: float
    deployment: str | None
    retries: int

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            if parts.username is not None:
                raise InvalidParameterError("url carries a user name; leave it out and pass the deployment's token=.")
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
            httpx2.URL(self.url)
        except (ValueError, httpx2.InvalidURL):
            usable = False
        if not usable:
            raise InvalidParameterError(f"url is an address such as {DEFAULT_URL!r}, but got {self.url!r}.")
        if self.token is not None and not (self.token.isascii() and self.token.isprintable() and self.token.strip()):
            raise InvalidParameterError(
                "token is one line of plain ASCII characters, but got something else; copy it again, without a line "
                "break."
            )
        if isinstance(self.timeout, bool) or not isinstance(self.timeout, (int, float)) or not self.timeout > 0:
            raise InvalidParameterError(f"timeout is a number of seconds above 0, but got {self.timeout!r}.")
        if isinstance(self.retries, bool) or not isinstance(self.retries, int) or self.retries < 0:
            raise InvalidParameterError(f"retries is a number from 0 on, but got {self.retries!r}.")
        if self.deployment == "":
            raise InvalidParameterError("deployment is a name, or None for the server's own, but got ''.")

    @property
    def base(self) -> str:
        """The address that the paths of calls are below."""
        base = self.url.rstrip("/") + "/"
        return base if self.deployment is None else f"{base}{quote(self.deployment, safe='')}/"

    def options(self) -> dict[str, Any]:
        """What an HTTP client is built with."""
        headers = {"Accept": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token.strip()}"
        return {"headers": headers, "timeout": float(self.timeout)}

    def request(self, call: Call[Any]) -> dict[str, Any]:
        """What an HTTP client is asked to send."""
        request: dict[str, Any] = {"method": call.method, "url": self.base + call.path, "params": call.query}
        if call.body is not None:
            request["content"] = call.body
            request["headers"] = {"Content-Type": "application/json", **call.headers}
        return request

    def explain(self, error: httpx2.HTTPError, call: Call[Any]) -> ClientError:
        """Say what a failure to get an answer means, and what to do."""
        key = call.headers.get("Idempotency-Key")
        doubt = (
            f"The report may have been recorded; under its idempotency key {key!r} it can be sent again without harm."
            if key is not None
            else "The request may have been carried out; look before sending it again."
            if call.method == "POST"
            else "Ask again."
        )
        if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout)):
            return ClientError(
                f"Nothing can be reached at {self.base}: {error}. Start the server with `headwater dev`, or set the "
                "url, for instance by HEADWATER_URL."
            )
        if isinstance(error, httpx2.TimeoutException):
            return ClientError(
                f"{self.base} did not answer within {self.timeout:g} s; allow more time with timeout=. {doubt}"
            )
        return ClientError(f"The connection to {self.base} broke: {error or type(error).__name__}. {doubt}")


def read_answer(response: httpx2.Response) -> Answer:
    """The response in the terms of calls."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.content)
