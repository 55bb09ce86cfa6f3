"""What every answer says to browsers: take it for what it is, keep it to yourself, and show it in no foreign page."""

from __future__ import annotations

from headwater.server.http import Message, Send

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    # The pages bring their own; nothing else is to be run or shown by a browser.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_NO_STORE = (b"cache-control", b"no-store")
_NAMES = frozenset(name for name, _ in ALWAYS)


def with_security_headers(send: Send, *, secure: bool, secret: bool) -> Send:
    """Adds to an answer what it does not say by itself.

    Args:
        send: Sends it.
        secure: Whether people reach the server by TLS, which browsers should then insist on.
        secret: Whether no browser may keep the answer, whatever it says by itself.
    """

    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            if secret:
                headers = [each for each in headers if each[0] != b"cache-control"]
                headers.append(_NO_STORE)
            # Names are in lower case, as ASGI demands.
            given = {name for name, _ in headers if name in _NAMES}
            headers += [each for each in ALWAYS if each[0] not in given] if given else ALWAYS
            if secure:
                headers.append(_HSTS)
            message["headers"] = headers
        await send(message)

    return send_secured
