"""The names under which this server may be asked, so that no foreign name can be pointed at it (DNS rebinding)."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

_MOST_KNOWN = 100
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Hosts:
    """Names, addresses, and whether anybody but this machine can reach the server."""

    def __init__(self, *, loopback: bool = True, allowed: Iterable[str] = (), public_url: str | None = None) -> None:
        """Collect the names.

        Args:
            loopback: Whether the server listens on loopback only. Else it also answers to plain addresses, which can't
                be pointed elsewhere, and to the machine's own name.
            allowed: Further names; `*` in one stands for anything.
            public_url: Where people and other systems reach the server, behind a proxy for example.
        """
        self.public_url = None if public_url is None else public_url.rstrip("/")
        public = urlsplit(public_url or "")
        own = (public.hostname,) if public.hostname else ()
        self._further = frozenset(name.lower() for name in (*allowed, *own))
        self._names = _LOOPBACK | self._further
        self._addresses = not loopback
        if not loopback:
            self._names |= {socket.gethostname().lower()}
        self._patterns = [name for name in self._further if "*" in name]
        self.exposed = not loopback or not self._further <= _LOOPBACK
        """Whether others can reach the server. One that answers to a public name has a proxy before it."""
        self.secure = public.scheme == "https"
        """Whether people reach it by TLS."""
        self._origin = f"{public.scheme}://{public.netloc}"
        self._known_headers: set[str] = set()

    @property
    def mend(self) -> str:
        """How a refusal goes on."""
        if not self.exposed:
            return (
                "this server only answers on localhost. Open it there, or name the host with --allowed-host, which "
                "makes tokens needed."
            )
        return "this server does not answer to that name. Name it with --allowed-host or in HEADWATER_ALLOWED_HOSTS."

    def allows_header(self, host: str) -> bool:
        """Whether a request may have that Host header."""
        if host not in self._known_headers:
            if not self.allows(hostname(host)):
                return False
            if len(self._known_headers) >= _MOST_KNOWN:
                self._known_headers.clear()
            self._known_headers.add(host)
        return True

    def allows(self, name: str) -> bool:
        """Whether a request may name that host."""
        if name in self._names:
            return True
        if self._addresses and _is_address(name):
            return True
        return any(fnmatchcase(name, pattern) for pattern in self._patterns)

    def is_own_origin(self, origin: str) -> bool:
        """Whether a page of that origin is ours though a proxy gave the request another Host."""
        return self.public_url is not None and origin == self._origin


def hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server there."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
