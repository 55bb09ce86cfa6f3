"""What the server gives a browser of the web app, before and after it is built anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.server.http import Message
from headwater.server.static import WebApp


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A build."""
    build(tmp_path, "first")
    return tmp_path


def build(folder: Path, name: str) -> None:
    """Write a page and its script in place of what was there."""
    (folder / "assets").mkdir(exist_ok=True)
    for former in (folder / "assets").iterdir():
        former.unlink()
    (folder / "assets" / f"{name}.js").write_text(f"// {name}")
    page = folder / "index.html"
    before = page.stat().st_mtime_ns if page.exists() else 0
    page.write_text(f'<base href="/" /><script src="./assets/{name}.js"></script>')
    while page.stat().st_mtime_ns == before:
        page.touch()


async def get(app: WebApp, path: str, base: str = "/") -> tuple[int, str, str]:
    """The status, the type and the text of an answer."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    await app.serve({"headers": []}, keep, path, base)
    start, body = sent
    return start["status"], dict(start["headers"])[b"content-type"].decode(), body["body"].decode()


async def test_every_address_of_the_app_is_its_page(folder: Path) -> None:
    """With the deployment's base address in it."""
    status, kind, text = await get(WebApp(folder), "/asset", "/prod/")

    assert (200, "text/html; charset=utf-8") == (status, kind)
    assert '<base href="/prod/"' in text


async def test_a_page_names_what_it_needs_first(folder: Path) -> None:
    """So that a browser asks before the app runs, for answers first; only whose page it is matters."""
    (folder / "index.html").write_text('<head><base href="/" /><script/></head>')
    names = {"": "overview", "runs": "runs", "runs/*": "run"}
    hints = {path: {"asks": f"<!--asks {name}-->", "code": f"<!--{name}-->"} for path, name in names.items()}
    (folder / "pages.json").write_text(json.dumps(hints))
    app = WebApp(folder)

    found = [(await get(app, path, "/prod/"))[2] for path in ("/", "/runs", "/runs/", "/runs/0abc", "/other")]

    base = '<head><base href="/prod/" />'
    hinted = [f"{base}<!--asks {name}--><script/><!--{name}--></head>" for name in ("overview", "runs", "runs", "run")]
    assert [*hinted, f"{base}<script/></head>"] == found


async def test_a_script_that_is_not_there_is_no_page(folder: Path) -> None:
    """A page of a former build is told so, instead of getting HTML for a script."""
    status, kind, _ = await get(WebApp(folder), "/assets/former.js")

    assert (404, "text/plain; charset=utf-8") == (status, kind)


async def test_an_app_that_is_built_anew_is_served_at_once(folder: Path) -> None:
    """Page and scripts are those of one build, also while the server goes on."""
    app = WebApp(folder)
    before = await get(app, "/")
    script = await get(app, "/assets/first.js")

    build(folder, "second")

    assert "first.js" in before[2]
    assert 200 == script[0]
    assert "second.js" in (await get(app, "/"))[2]
    assert 200 == (await get(app, "/assets/second.js"))[0]
    assert 404 == (await get(app, "/assets/first.js"))[0]


async def test_no_file_outside_the_folder_is_served(folder: Path) -> None:
    """Whatever a path goes up to."""
    (folder / "secret.txt").write_text("secret")
    app = WebApp(folder / "assets")

    assert "secret" not in (await get(app, "/../secret.txt"))[2]
