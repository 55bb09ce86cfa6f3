"""What axe says of a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

AXE = Path(__file__).parents[1] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each rule, with the first places."""
    page.add_script_tag(path=str(AXE))
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(done => done.violations)", RULES
    )
    for each in found:
        # Bars of runs a moment apart stand closer than 24 pixels, but the list of runs has a full row for each:
        # the exception of WCAG 2.5.8 for equivalent controls, which axe can't see.
        close = each["id"] == "target-size"
        each["nodes"] = [node for node in each["nodes"] if not (close and "hw-bar" in node["html"])]
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:4]]} "
        f"{each['nodes'][0].get('failureSummary', '')[:200]}"
        for each in found
        if each["nodes"]
    ]


def settle(page: Page) -> None:
    """Wait until a page shows what it has."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    come_to_rest(page)


def come_to_rest(page: Page) -> None:
    """Wait until nothing moves or fades any more: what is half transparent has no contrast yet."""
    page.evaluate(
        "Promise.allSettled(document.getAnimations().filter(each => each.effect.getTiming().iterations !== Infinity)"
        ".map(each => each.finished))"
    )
