"""Take the pictures of the documentation from the running demo, light and dark: `make screenshots`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "examples" / "partner_transactions")]

from demos import free_port, running_demo  # noqa: E402 - found on the path that was just set

TARGET = ROOT / "docs" / "images"
PAGES = {
    "overview": "/",
    "catalog": "/catalog",
    "lineage": "/lineage",
    "asset": "/asset?key=cleaned_transactions",
    "external-asset": "/asset?key=raw_transactions",
    "partitions": "/asset?key=daily_sessions&tab=partitions",
    "runs": "/runs",
    "sensors": "/sensors",
}

SHOWS = {
    "overview": "text=Reported",
    "lineage": ".hw-stage .hw-card",
    "runs": "text=Success",
    "partitions": "canvas",
}
"""What a page must show before its picture is taken, where that comes later than its heading."""


def main() -> None:
    """Start the demo, look at each page, save what is seen."""
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder, "home"), free_port()) as demo:
        demo.server.wait_for(lambda: demo.server.asset("top_customers")["asset"]["status"] == "fresh")
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
            for scheme in ("light", "dark"):
                take(browser, demo.server.url, scheme)
            browser.close()


def take(browser: Browser, url: str, scheme: str) -> None:
    """Save every page in one colour scheme."""
    light = scheme == "light"
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="light" if light else "dark",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = context.new_page()
    for name, path in PAGES.items():
        page.goto(url + path)
        page.get_by_role("heading", level=1).wait_for()
        page.locator("[aria-busy=true]").first.wait_for(state="detached")
        if name in SHOWS:
            page.locator(SHOWS[name]).first.wait_for()
        page.wait_for_function("document.fonts.status === 'loaded' && document.getAnimations().length === 0")
        page.screenshot(path=TARGET / f"{name}{'' if light else '-dark'}.png")
    context.close()


if __name__ == "__main__":
    main()
