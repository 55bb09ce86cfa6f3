"""The built web app: its files, and `index.html` for every page of it."""

from __future__ import annotations

import gzip
import json
import mimetypes
from pathlib import Path

from headwater.server.http import Scope, Send, header, send_bytes

FOLDER = Path(__file__).parent / "webapp"
_NOT_BUILT = (
    b"<!doctype html><title>Headwater</title><h1>The web app is not built</h1>"
    b"<p>Run <code>make ui</code> in the checkout, then reload. The API works without it.</p>"
)
_PAGE_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data: blob:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'",
    ),
]


_BUILT = "/assets/"
"""Where the files of a build are, each with a hash of its content in its name; no page of the app has such a path."""


class WebApp:
    """Serves a folder of built files, kept in memory until the app is built anew."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder.resolve()
        self._files: dict[str, bytes] = {}
        self._built_at = 0

    async def serve(self, scope: Scope, send: Send, path: str, base: str) -> None:
        """Answer a GET: a file of the build, or the page, with `base` (such as `/prod/`) as its base address."""
        self._forget_former_build()
        body = self._read(path.lstrip("/"))
        if body is None:
            if path.startswith(_BUILT):
                # A page of a former build asks for its script: to get a page for that would be an error in disguise.
                await send_bytes(send, 404, b"This file is of a former build: reload.", b"text/plain; charset=utf-8")
                return
            await self._serve_page(send, path, base)
            return
        name = path.rsplit("/", 1)[-1]
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        kept = b"public, max-age=31536000, immutable" if path.startswith(_BUILT) else b"no-cache"
        fields = [(b"cache-control", kept), (b"x-content-type-options", b"nosniff")]
        if "gzip" in (header(scope, b"accept-encoding") or "") and len(body) > 1_000:
            body = self._compressed(path, body)
            fields += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
        await send_bytes(send, 200, body, kind.encode(), fields)

    async def _serve_page(self, send: Send, path: str, base: str) -> None:
        page = self._read("index.html")
        if page is None:
            await send_bytes(send, 503, _NOT_BUILT, b"text/html; charset=utf-8")
            return
        hints = self._hints(path)
        page = page.replace(b'<base href="/" />', f'<base href="{base}" />{hints.get("asks", "")}'.encode(), 1)
        page = page.replace(b"</head>", hints.get("code", "").encode() + b"</head>", 1)
        await send_bytes(send, 200, page, b"text/html; charset=utf-8", _PAGE_HEADERS)

    def _hints(self, path: str) -> dict[str, str]:
        """Links by which a browser asks for a page's first answers and own code before the app runs."""
        hints: dict[str, dict[str, str]] = json.loads(self._read("pages.json") or b"{}")
        first, slash, _ = path.strip("/").partition("/")
        return hints.get(f"{first}/*" if slash else first, {})

    def _forget_former_build(self) -> None:
        try:
            built_at = (self._folder / "index.html").stat().st_mtime_ns
        except FileNotFoundError:
            # It is being built, or never was: what is kept still fits together.
            return
        if built_at != self._built_at:
            self._files.clear()
            self._built_at = built_at

    def _read(self, name: str) -> bytes | None:
        if name not in self._files:
            path = (self._folder / name).resolve()
            if not path.is_relative_to(self._folder) or not path.is_file():
                return None
            self._files[name] = path.read_bytes()
        return self._files[name]

    def _compressed(self, path: str, body: bytes) -> bytes:
        name = f"gzip:{path}"
        if name not in self._files:
            self._files[name] = gzip.compress(body, 6)
        return self._files[name]
