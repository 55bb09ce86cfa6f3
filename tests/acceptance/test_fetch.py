"""A browser's `fetch`: from a page of ours it reports and reads; from a foreign page it can do neither."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from demos import Demo
from playwright.sync_api import Page

REPORT = """async (url) => {
  const answer = await fetch(url + "/api/report", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key: "crm/accounts_clean", kind: "observation" }),
  });
  return [answer.status, await answer.json()];
}"""
READ = """async (url) => {
  const answer = await fetch(url + "/api/assets/events?key=crm%2Faccounts_clean&kind=observation");
  return (await answer.json()).items.length;
}"""


def test_from_a_page_of_ours(app: Page, demo: Demo) -> None:
    """A report of one of the demo's assets (others count them) is recorded, and read back."""
    app.goto(demo.server.url + "/")
    status, body = app.evaluate(REPORT, demo.server.url)

    assert (200, "recorded") == (status, body["items"][0]["status"])
    assert 1 <= app.evaluate(READ, demo.server.url)


def test_from_a_foreign_page(page: Page, demo: Demo) -> None:
    """The browser lets such a page see nothing, and a report that it sends without asking first is not taken."""

    class Foreign(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, *_arguments: object) -> None:
            pass

    blind = """async (url) => {
      await fetch(url + "/report_asset_materialization/by_foreign", {
        method: "POST", mode: "no-cors", body: JSON.stringify({}),
      }).catch(() => null);
    }"""
    with ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as elsewhere:
        thread = threading.Thread(target=elsewhere.serve_forever, daemon=True)
        thread.start()
        page.goto(f"http://127.0.0.1:{elsewhere.server_port}/")
        for script in (REPORT, READ):
            with pytest.raises(Exception, match="Failed to fetch"):
                page.evaluate(script, demo.server.url)
        page.evaluate(blind, demo.server.url)
        elsewhere.shutdown()
        thread.join()

    assert [] == demo.server.events("by_foreign")
