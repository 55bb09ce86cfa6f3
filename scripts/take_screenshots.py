"""Take the pictures of the documentation from the running demo, light and dark: `make screenshots`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "examples" / "partner_transactions")]

from demos import Demo, free_port, running_demo  # noqa: E402 - found on the path that was just set
from servers import DevServer, dev_server  # noqa: E402

from benchmarks.estates import estate  # noqa: E402

TARGET = ROOT / "docs" / "images"
PAGES = {
    "overview": "/",
    "catalog": "/catalog",
    "lineage": "/lineage",
    "impact": "/lineage?asset=raw_transactions&mode=impact",
    "column-lineage": "/lineage?asset=daily_revenue&column=revenue_eur",
    "as-of": "/lineage?time=on",
    "asset": "/asset?key=cleaned_transactions",
    "external-asset": "/asset?key=raw_transactions",
    "partitions": "/asset?key=daily_sessions&tab=partitions",
    "checks": "/asset?key=cleaned_transactions&tab=checks",
    "columns": "/asset?key=cleaned_transactions&tab=columns&column=amount",
    "automation": "/asset?key=daily_revenue&tab=automation",
    "plots": "/asset?key=raw_transactions&tab=plots",
    "events": "/asset?key=raw_transactions&tab=events",
    "asset-lineage": "/asset?key=daily_revenue&tab=lineage",
    "definition": "/asset?key=daily_revenue&tab=definition",
    "runs": "/runs",
    "backfills": "/backfills",
    "sensors": "/sensors",
    "sensor": "/sensors/partner_files",
    "deployment": "/settings",
    "server": "/settings?tab=server",
    "tokens": "/settings?tab=tokens",
    "people": "/settings?tab=people",
    "audit": "/settings?tab=audit",
}
ESTATE = {"map": "/lineage", "large-catalog": "/catalog"}
"""Pages of a generated company of ten thousand assets."""


SHOWS = {
    "overview": "section[aria-label='What came in'] .hw-line",
    "lineage": ".hw-stage .hw-card",
    "column-lineage": ".hw-card-column[data-lit=true]",
    "as-of": ".hw-stage .hw-card",
    "plots": "canvas",
    "runs": "text=Success",
    "partitions": "canvas",
    "map": ".hw-stage[data-detail]",
    "large-catalog": "[role=row][aria-rowindex]",
}
"""What a page must show before its picture is taken, where that comes later than its heading."""


def main() -> None:
    """Start the demo, look at each page, save what is seen."""
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder, "home"), free_port()) as demo:
        demo.server.wait_for(lambda: demo.server.status("top_customers") == "fresh")
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
            run = demo.server.get("/api/runs?asset=top_customers").json["items"][0]["run_id"]
            backfill = made_backfill(demo)
            for scheme in ("light", "dark"):
                pages = {**PAGES, "run": f"/runs/{run}", "backfill": f"/backfills/{backfill}"}
                take(browser, demo.server.url, scheme, pages)
            with running_estate(Path(folder)) as estate_url:
                for scheme in ("light", "dark"):
                    take(browser, estate_url, scheme, ESTATE)
            browser.close()


def made_backfill(demo: Demo) -> str:
    """The id of a backfill that is over; of the days before the first delivery there is nothing to make."""
    demo.wait_for_days(7)
    items = demo.server.get("/api/assets/partitions?key=daily_sessions").json["items"]
    first = next(place for place, item in enumerate(items) if item["status"] == "materialized")
    days = f"{items[first - 2]['key']}...{items[first + 6]['key']}"
    asked = demo.server.post("/api/backfills", {"assets": ["daily_sessions"], "partitions": [days]})
    found: str = asked.json["backfill"]["backfill_id"]
    demo.server.wait_for(lambda: demo.server.get(f"/api/backfills/{found}").json["backfill"]["ended_at"] is not None)
    return found


@contextmanager
def running_estate(folder: Path) -> Iterator[str]:
    """A server with the generated company, some of whose assets were reported; gives its address."""
    project = folder / "estate.py"
    project.write_text(estate("headwater", 10_000))
    with dev_server(folder / "estate", str(project)) as server:
        server.wait_for(lambda: len(server.get("/api/assets").json["items"]) == 10_000)
        keys = [asset["key"] for asset in server.get("/api/assets").json["items"]]
        for place in range(0, len(keys), 4):
            report(server, keys[place], passed=place % 600 != 0)
        yield server.url


def report(server: DevServer, key: str, *, passed: bool) -> None:
    """Tell of an asset, and of a check of it that does not hold."""
    server.post("/report_asset_materialization/", {"asset_key": key, "metadata": {"rows": len(key)}})
    if not passed:
        server.post("/report_asset_check/", {"asset_key": key, "check_name": "not_empty", "passed": False})


def take(browser: Browser, url: str, scheme: str, pages: Mapping[str, str]) -> None:
    """Save some pages in one colour scheme."""
    light = scheme == "light"
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="light" if light else "dark",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = context.new_page()
    for name, path in pages.items():
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
