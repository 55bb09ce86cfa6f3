"""What whoever runs Headwater does with the app: conditions, ticks that are tried, cursors, tokens, earlier moments."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demos import Demo
from playwright.sync_api import Page, expect
from servers import dev_server

PARTS = Path(__file__).parents[1] / "projects" / "parts.py"


@pytest.fixture
def made(demo: Demo) -> Demo:
    """The demo, once its assets are made."""
    demo.server.wait_for(lambda: demo.server.status("top_customers") == "fresh")
    return demo


def test_a_condition_says_why_not(app: Page, made: Demo) -> None:
    """Whether the asset would be made now, each part of its condition, and the run that it asked for."""
    app.goto(made.server.url + "/asset?key=daily_revenue&tab=automation")

    expect(app.get_by_role("alert")).to_contain_text("is not to be made now")
    expect(app.get_by_role("region", name="Condition")).to_contain_text("eager")
    app.get_by_role("region", name="What it asked for").get_by_role("link", name=re.compile("^run ")).first.click()
    expect(app.get_by_role("heading", name=re.compile("^Run "))).to_be_visible()


def test_a_tick_is_tried_without_keeping_anything(app: Page, made: Demo) -> None:
    """From no cursor the sensor would report every file again; the log stays as it is."""
    before = len(made.server.events("raw_transactions"))
    app.goto(made.server.url + "/sensors/partner_files")
    app.get_by_label("From the cursor").fill("")
    app.get_by_role("button", name="Try it").click()

    tried = app.get_by_role("region", name="Try a tick").get_by_role("status")
    expect(tried).to_contain_text(re.compile(r"would record \d+ events"))
    assert before == len(made.server.events("raw_transactions"))


def test_ticks_stand_on_one_timeline(app: Page, made: Demo) -> None:
    """A line for each sensor, which leads to its page."""
    app.goto(made.server.url + "/sensors")
    timeline = app.get_by_role("group", name="Ticks of all sensors and schedules")
    # What brought news may be longer ago than the timeline reaches; whoever found nothing has just said so.
    expect(timeline.get_by_role("img", name=re.compile("^(Success|Skipped)")).first).to_be_visible()
    timeline.get_by_role("link", name="warehouse_tables").click()

    expect(app.get_by_role("heading", name="warehouse_tables")).to_be_visible()


def test_the_lineage_is_shown_as_of_an_earlier_moment(app: Page, made: Demo) -> None:
    """Before anything was loaded there was nothing; the address keeps the moment, a button leads back to now."""
    app.goto(made.server.url + "/lineage?at=1000000000")
    expect(app.get_by_text("There were no assets then")).to_be_visible()

    app.get_by_role("button", name="Now").click()

    expect(app.get_by_test_id("lineage").locator(".hw-card")).to_have_count(10)


def test_a_token_is_made_shown_once_and_demanded(page: Page, tmp_path: Path) -> None:
    """From the first token on the app asks for one; with it, everything is there again."""
    with dev_server(tmp_path / "home", str(PARTS)) as server:
        page.goto(server.url + "/settings?tab=tokens")
        page.get_by_role("button", name="New token").click()
        form = page.get_by_role("dialog")
        expect(form).to_contain_text("From then on everybody needs one")
        form.get_by_label("Name").fill("me")
        form.get_by_role("button", name="Make it").click()
        secret = page.get_by_role("dialog").locator("pre").inner_text()
        page.get_by_role("button", name="I have kept it").click()

        expect(page.get_by_role("heading", name="Sign in to Headwater")).to_be_visible()
        page.get_by_label("Token", exact=True).fill(secret)
        page.get_by_role("button", name="Sign in").click()

        expect(page.get_by_role("cell", name=re.compile("^me"))).to_be_visible()
        page.get_by_role("tab", name="Audit").click()
        expect(page.get_by_text("token created")).to_be_visible()
