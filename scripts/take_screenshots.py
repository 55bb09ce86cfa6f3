"""Take the pictures of the documentation from running servers, light and dark: `make screenshots`."""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "examples" / "partner_transactions")]

from demos import Demo, free_port, running_demo  # noqa: E402 - found on the path that was just set
from servers import DevServer, dev_server  # noqa: E402

from benchmarks.estates import estate  # noqa: E402

TARGET = ROOT / "docs" / "images"
DESK: ViewportSize = {"width": 1440, "height": 900}
QUALITY = 80
PHONE: ViewportSize = {"width": 390, "height": 844}
DEMO = {
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
    "runs-by-asset": "/runs?view=asset",
    "backfills": "/backfills",
    "sensor": "/sensors/partner_files",
    "storage": "/settings?tab=storage",
    "deployment": "/settings",
    "server": "/settings?tab=server",
}
OPERATIONS = {
    "sensors": "/sensors",
    "failing-sensor": "/sensors/refused",
    "schedule": "/schedules/each_new_year",
    "alerts": "/settings?tab=alerts",
    "deployments": "/settings?tab=deployments",
    "tokens": "/settings?tab=tokens",
    "people": "/settings?tab=people",
    "audit": "/settings?tab=audit",
}
"""Pages of a server whose days are not all good ones."""
GRID = {"grid": "/asset?key=shipments&tab=partitions"}
ESTATE = {"map": "/lineage", "large-catalog": "/catalog"}
"""Pages of a generated company of ten thousand assets."""
ON_PHONES = {"phone-overview": "/", "phone-asset": "/asset?key=cleaned_transactions", "phone-lineage": "/lineage"}

WHOLE = {"storage"}
"""Pages that tell more below what is seen first."""
SHOWS = {
    "overview": "section[aria-label='What came in'] .hw-line",
    "lineage": ".hw-stage .hw-card",
    "impact": ".hw-stage .hw-card",
    "column-lineage": ".hw-card-column[data-lit=true]",
    "as-of": ".hw-stage .hw-card",
    "asset-lineage": ".hw-stage .hw-card",
    "phone-lineage": ".hw-stage[data-detail]",
    "external-asset": ".hw-md strong",
    "plots": "canvas",
    "runs": "text=Success",
    "partitions": "canvas",
    "grid": "canvas",
    "map": ".hw-stage[data-detail]",
    "large-catalog": "[role=row][aria-rowindex]",
}
"""What a page must show before its picture is taken, where that comes later than its heading."""

SHIPMENTS = """
import headwater as hw

days = hw.DailyPartitionsDefinition("2026-01-01", end_date="2026-03-04")
regions = hw.StaticPartitionsDefinition(["africa", "americas", "asia", "europe", "oceania"])
by_day_and_region = hw.MultiPartitionsDefinition({"day": days, "region": regions})
defs = hw.Definitions(assets=[hw.AssetSpec("shipments", partitions_def=by_day_and_region)])
"""
_HIDE_FOLDERS = """
folders => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    for (const [folder, name] of folders)
      if (node.data.includes(folder)) node.data = node.data.replaceAll(folder, name);
  }
}
"""


class Photographer:
    """Takes pictures of pages; where this machine keeps its files is no part of them."""

    def __init__(self, browser: Browser, folder: Path, target: Path = TARGET) -> None:
        self._browser = browser
        self._folders = [[str(ROOT), "/home/ada/headwater"], [str(folder), "/home/ada"]]
        self._target = target

    def take(self, url: str, pages: Mapping[str, str], size: ViewportSize = DESK, token: str | None = None) -> None:
        """Save some pages of a server, light and dark."""
        for scheme in ("light", "dark"):
            context = self._browser.new_context(
                viewport=size,
                color_scheme="light" if scheme == "light" else "dark",
                reduced_motion="reduce",
                bypass_csp=True,
                extra_http_headers={} if token is None else {"Authorization": f"Bearer {token}"},
            )
            page = context.new_page()
            for name, path in pages.items():
                page.goto(url + path)
                page.get_by_role("heading", level=1).wait_for()
                page.locator("[aria-busy=true]").first.wait_for(state="detached")
                if name in SHOWS:
                    page.locator(SHOWS[name]).first.wait_for()
                page.wait_for_function("document.fonts.status === 'loaded' && document.getAnimations().length === 0")
                page.evaluate(_HIDE_FOLDERS, self._folders)
                height = page.evaluate("document.documentElement.scrollHeight") if name in WHOLE else size["height"]
                page.set_viewport_size({"width": size["width"], "height": height})
                self._save(page, f"{name}{'' if scheme == 'light' else '-dark'}")
                page.set_viewport_size(size)
            context.close()

    def _save(self, page: Page, name: str) -> None:
        """As WebP, which takes less than half of the room that PNG does."""
        browser = page.context.new_cdp_session(page)
        picture = browser.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        (self._target / f"{name}.webp").write_bytes(base64.b64decode(picture["data"]))
        browser.detach()


def main() -> None:
    """Start each server, look at its pages, save what is seen."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        photographer = Photographer(browser, folder)
        with running_demo(folder / "home", free_port()) as demo:
            demo.server.wait_for(lambda: demo.server.status("top_customers") == "fresh")
            backfill = made_backfill(demo)
            run = demo.server.get("/api/runs?asset=top_customers").json["items"][0]["run_id"]
            make_trouble(demo.server)
            photographer.take(demo.server.url, {**DEMO, "run": f"/runs/{run}", "backfill": f"/backfills/{backfill}"})
            photographer.take(demo.server.url, ON_PHONES, PHONE)
        with running_operations(folder) as (server, run, token):
            photographer.take(server.url, {**OPERATIONS, "failed-run": f"/runs/{run}"}, token=token)
        with running_shipments(folder) as server:
            photographer.take(server.url, GRID)
        with running_estate(folder) as server:
            photographer.take(server.url, ESTATE)
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


def make_trouble(server: DevServer) -> None:
    """A check that does not hold, a rule for what is kept."""
    report(server, ["crm", "accounts_export"], passed=False)
    server.put("/api/retention", {"sort": "run", "days": 90})
    server.wait_for(lambda: any(row["checks"]["failed"] for row in server.get("/api/assets").json["items"]))


@contextmanager
def running_operations(folder: Path) -> Iterator[tuple[DevServer, str, str]]:
    """A server where ticks and a run failed and somebody is told; gives it, that run, and a token for it."""
    project = ROOT / "tests" / "projects" / "operations.py"
    with dev_server(folder / "operations", str(project), environment={"OPERATIONS_FOLDER": name_of(folder)}) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        told = {
            "channels": [{"kind": "email", "to": ["on-call@example.com"]}],
            "causes": ["run_failure", "tick_failure"],
        }
        server.put("/api/alert-rules/on-call", told)
        run: str = server.post("/api/runs", {"assets": ["orders", "ledger", "report"]}).json["run_id"]
        server.wait_for(lambda: server.get(f"/api/runs/{run}").json["run"]["ended_at"])
        server.wait_for(lambda: server.get("/api/alerts").json["items"])
        server.post("/api/deployments", {"name": "staging"})
        secret: str = server.post("/api/tokens", {"name": "laptop of Ada", "scopes": ["read", "admin"]}).json["secret"]
        yield server, run, secret


def name_of(folder: Path) -> str:
    """A folder of the project's own, made."""
    own = folder / "operations-files"
    own.mkdir()
    return str(own)


@contextmanager
def running_shipments(folder: Path) -> Iterator[DevServer]:
    """A server with an asset of two dimensions, most of which was reported."""
    project = folder / "shipments.py"
    project.write_text(SHIPMENTS)
    with dev_server(folder / "shipments", str(project)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        keys = [each["key"] for each in server.get("/api/assets/partitions?key=shipments").json["items"]]
        for place, key in enumerate(keys[:300]):
            if place % 23:
                server.post("/report_asset_materialization/", {"asset_key": "shipments", "partition": key})
        yield server


@contextmanager
def running_estate(folder: Path) -> Iterator[DevServer]:
    """A server with the generated company, some of whose assets were reported."""
    project = folder / "estate.py"
    project.write_text(estate("headwater", 10_000))
    with dev_server(folder / "estate", str(project)) as server:
        server.wait_for(lambda: len(server.get("/api/assets").json["items"]) == 10_000)
        keys = [asset["key"] for asset in server.get("/api/assets").json["items"]]
        for place in range(0, len(keys), 4):
            report(server, keys[place], passed=place % 600 != 0)
        yield server


def report(server: DevServer, key: str | list[str], *, passed: bool) -> None:
    """Tell of an asset, and of a check of it that does not hold."""
    server.post("/report_asset_materialization/", {"asset_key": key, "metadata": {"rows": len(key)}})
    if not passed:
        server.post("/report_asset_check/", {"asset_key": key, "check_name": "not_empty", "passed": False})


if __name__ == "__main__":
    main()
