"""A browser, and the demo for it to look at."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from demos import PROJECT, Demo, free_port, running_demo
from playwright.sync_api import Browser, Page, expect, sync_playwright
from servers import LIMIT

from headwater.server.static import FOLDER

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")

# The outside world's commands are the demo's own package.
sys.path.insert(0, str(PROJECT))
_LIMIT_MILLISECONDS = 1_000 * LIMIT
expect.set_options(timeout=_LIMIT_MILLISECONDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own browser, or the one that Playwright has installed.

    It ends with the module: while it runs, no other test can have an event loop.
    """
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a profile of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(_LIMIT_MILLISECONDS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, ready."""
    assert (FOLDER / "index.html").exists(), "the web app is not built: run `make ui`"
    with running_demo(tmp_path_factory.mktemp("demo") / "home", free_port()) as started:
        yield started


@pytest.fixture(scope="session")
def world(demo: Demo) -> Path:
    """Where the demo's outside world is kept."""
    return demo.home / "world"


@pytest.fixture
def app(page: Page, demo: Demo) -> Iterator[Page]:
    """A page of the app; anything that it complains of, and any request to another host, fails the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda sent: None if sent.url.startswith((demo.server.url, "data:", "blob:")) else complaints.append(sent.url),
    )
    yield page
    assert [] == complaints


@pytest.fixture(params=["light", "dark"])
def scheme_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in each colour scheme; axe comes from a file, past the page's own policy."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=request.param, reduced_motion="reduce", bypass_csp=True
    )
    context.set_default_timeout(_LIMIT_MILLISECONDS)
    yield context.new_page()
    context.close()
