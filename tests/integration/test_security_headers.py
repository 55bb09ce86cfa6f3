"""What each answer says to browsers."""

from __future__ import annotations

import pytest
from servers import DevServer

from headwater.server.access.security_headers import with_security_headers
from headwater.server.http import Message


@pytest.mark.parametrize(
    "path", ["/", "/api/assets", "/api/nothing", "/health/ready", "/report_asset_check/a", "/nope/api/x"]
)
def test_every_answer_is_taken_for_what_it_is_and_shown_nowhere_else(server: DevServer, path: str) -> None:
    """Pages, data and refusals alike."""
    headers = {name.lower(): value for name, value in server.get(path).headers.items()}

    assert "nosniff" == headers["x-content-type-options"]
    assert "DENY" == headers["x-frame-options"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "same-origin" == headers["referrer-policy"]
    assert "same-origin" == headers["cross-origin-resource-policy"]
    assert headers["cache-control"]
    assert "server" not in headers
    assert "strict-transport-security" not in headers
    assert "access-control-allow-origin" not in headers


def test_only_pages_may_load_anything(server: DevServer) -> None:
    """The page of the API loads what it is made of from this server; what it describes is data, and loads nothing."""
    page, described = (
        server.get(path).headers["content-security-policy"] for path in ("/api/docs", "/api/docs/openapi.json")
    )

    assert "default-src 'none'; frame-ancestors 'none'" == described
    assert page.startswith("default-src 'none'; script-src 'self'; ")
    assert "frame-ancestors 'none'" in page


@pytest.mark.parametrize("path", ["/api/me", "/api/tokens", "/api/people", "/api/audit"])
def test_no_browser_keeps_what_is_secret(server: DevServer, path: str) -> None:
    """Not even to ask again whether it has changed."""
    assert "no-store" == server.get(path).headers["cache-control"]


async def test_browsers_insist_on_tls_where_there_is_tls() -> None:
    """And what an answer says by itself is left as it is."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    send = with_security_headers(keep, secure=True, secret=False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})

    headers = dict(sent[0]["headers"])
    assert b"max-age=31536000" == headers[b"strict-transport-security"]
    assert b"SAMEORIGIN" == headers[b"x-frame-options"]
