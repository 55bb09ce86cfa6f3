"""What somebody on call does in the morning: is anything wrong, what does it affect, why, mend it."""

from __future__ import annotations

import re

import pytest
from demos import Demo
from playwright.sync_api import Page, expect


@pytest.fixture
def failing(demo: Demo) -> str:
    """An outside asset with a check that does not hold, as its owner reported it."""
    check = {"asset_key": ["finance", "fx_rates"], "check_name": "rates_are_positive", "passed": False}
    demo.server.post("/report_asset_check/", {**check, "severity": "ERROR", "metadata": {"below_zero": 3}})
    return "finance/fx_rates"


def test_from_what_is_wrong_to_whom_it_affects(app: Page, demo: Demo, failing: str) -> None:
    """The overview names it and how many assets it affects; one click shows which, and whom to tell."""
    app.goto(demo.server.url + "/")
    trouble = app.get_by_role("region", name="Needs a look")
    line = trouble.locator(".hw-line").filter(has_text="fx_rates")
    expect(line).to_contain_text("Check fails")
    line.get_by_role("link", name="affects 2 assets").click()

    panel = app.get_by_role("complementary", name="Chosen asset")
    expect(panel).to_contain_text("Affects 2 assets")
    expect(panel).to_contain_text("cfo@headwater.example")
    panel.get_by_role("link", name="Open").click()
    app.get_by_role("tab", name="Checks").click()
    expect(app.get_by_role("region", name="rates_are_positive")).to_contain_text("below_zero")


def test_every_number_leads_to_its_list(app: Page, demo: Demo, failing: str) -> None:
    """The count of assets with failing checks is the length of the list behind it."""
    app.goto(demo.server.url + "/")
    box = app.get_by_role("link", name=re.compile("Checks failing"))
    expect(box).not_to_contain_text("0")
    count = int(re.sub(r"\D", "", box.inner_text()))
    box.click()

    expect(app.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")).to_have_count(count)


def test_a_run_is_done_again_and_compared(app: Page, demo: Demo) -> None:
    """From an asset's runs to one of them, once more, and side by side with the one before."""
    app.goto(demo.server.url + "/runs?asset=daily_revenue")
    app.get_by_role("table", name="Runs").get_by_role("link").first.click()
    expect(app.get_by_text("Success", exact=True).first).to_be_visible()
    before = app.url
    app.get_by_role("button", name="Run again").click()
    app.get_by_role("menuitem", name=re.compile("All of it")).click()
    app.get_by_role("dialog").get_by_role("button", name="Run it").click()

    expect(app).not_to_have_url(before)
    expect(app).to_have_url(re.compile("/runs/"))
    expect(app.get_by_role("button", name="Run again")).to_be_visible()
    app.get_by_role("combobox", name="With another run").click()
    app.get_by_role("option").first.click()
    expect(app.get_by_role("columnheader", name="Difference")).to_be_visible()


def test_two_events_are_compared(app: Page, demo: Demo) -> None:
    """What changed in the metadata between two reports, and by how much."""
    for rows in (100, 70):
        demo.server.post(
            "/report_asset_materialization/", {"asset_key": ["crm", "accounts_clean"], "metadata": {"rows": rows}}
        )
    app.goto(demo.server.url + "/asset?key=crm%2Faccounts_clean&tab=events")
    app.get_by_label("Compare two").check()

    expect(app.get_by_role("region", name="What changed")).to_contain_text("-30")


def test_an_update_is_reported_by_hand(app: Page, demo: Demo) -> None:
    """The question says what will happen; bad metadata is not sent; the event then stands in the history."""
    app.goto(demo.server.url + "/asset?key=crm%2Faccounts_export&tab=events")
    reported = app.get_by_role("button", name="Reported", exact=True)
    expect(reported.first).to_be_visible()
    before = reported.count()
    app.get_by_role("button", name="Report an update").click()
    question = app.get_by_role("dialog")
    expect(question).to_contain_text("records that crm/accounts_export was updated")
    question.get_by_label("Metadata").fill("{rows}")
    expect(question.get_by_role("button", name="Report it")).to_be_disabled()
    question.get_by_label("Metadata").fill('{"rows": 4321}')
    question.get_by_label("Note").fill("The nightly job forgot to")
    question.get_by_role("button", name="Report it").click()

    expect(question).to_be_hidden()
    # Under the pointer the list would hold still.
    app.get_by_role("heading", level=1).hover()
    expect(reported).to_have_count(before + 1)
    reported.first.click()
    expect(app.get_by_text("The nightly job forgot to")).to_be_visible()
    expect(app.get_by_text("4 321", exact=True)).to_be_visible()


def test_runs_stand_on_a_timeline(app: Page, demo: Demo) -> None:
    """A line for each asset, and each bar leads to its run."""
    app.goto(demo.server.url + "/runs?view=asset")
    timeline = app.get_by_role("group", name="Runs by asset")
    expect(timeline).to_contain_text("daily_sessions")
    timeline.get_by_role("link").last.focus()
    app.keyboard.press("Enter")

    expect(app.get_by_role("heading", name=re.compile("^Run "))).to_be_visible()


def test_why_an_asset_was_not_made(app: Page, demo: Demo) -> None:
    """From the palette to its automation: one sentence says why not, and the condition says which part of it."""
    demo.server.wait_for(lambda: demo.server.status("daily_revenue") == "fresh")
    app.goto(demo.server.url + "/")
    expect(app.get_by_role("heading", name="Overview")).to_be_visible()
    app.keyboard.press("Control+k")
    app.get_by_role("textbox", name="Search", exact=True).fill("daily_revenue")
    expect(app.get_by_role("button", name=re.compile("^daily_revenue"))).to_be_visible()
    app.keyboard.press("Enter")
    app.get_by_role("tab", name="Automation").click()

    expect(app.get_by_text("daily_revenue is not to be made now")).to_be_visible()
    expect(app.get_by_role("region", name="Condition")).to_contain_text("nothing upstream was updated")
    app.get_by_role("link", name=re.compile("^run ")).first.click()
    expect(app.get_by_role("region", name=re.compile("^Why"))).to_contain_text("updated")


def test_what_changed_since_yesterday(app: Page, demo: Demo) -> None:
    """The overview counts what was updated, and the list behind the number is as long and begins with the newest."""
    demo.wait_for_days(7)
    demo.server.wait_for(lambda: {demo.server.status(key) for key in ("daily_revenue", "top_customers")} == {"fresh"})
    demo.server.post("/report_asset_materialization/", {"asset_key": ["crm", "accounts_export"]})
    app.goto(demo.server.url + "/")
    news = app.get_by_role("region", name="Since yesterday").get_by_role("link", name=re.compile("updated$"))
    count = int(re.sub(r"\D", "", news.inner_text()))
    news.click()

    rows = app.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")
    expect(rows).to_have_count(count)
    expect(rows.filter(has_text="accounts_export")).to_contain_text(re.compile("just now|ago"))


def test_what_breaks_if_a_column_changes(app: Page, demo: Demo) -> None:
    """From the column's name to the columns made from it, and from there to the lineage of one of them."""
    app.goto(demo.server.url + "/catalog")
    expect(app.get_by_role("heading", name="Catalog")).to_be_visible()
    app.keyboard.press("Control+k")
    app.get_by_role("textbox", name="Search", exact=True).fill("amount")
    app.get_by_role("button", name=re.compile("^amount.*Column of cleaned_transactions")).click()

    lineage = app.get_by_role("region", name="Lineage of amount")
    expect(lineage).to_contain_text("3 columns made from it")
    expect(lineage).to_contain_text("revenue_eur")
    lineage.get_by_role("link", name="top_customers").click()
    expect(app.get_by_role("heading", name="top_customers")).to_be_visible()
    app.get_by_role("tab", name="Definition").click()
    expect(app.get_by_role("region", name="Definition", exact=True)).to_contain_text("team:")


def test_whose_assets_are_they_and_how_do_they_stand(app: Page, demo: Demo) -> None:
    """An owner's name leads to the list of what is theirs, and its address shows the same to whom it is sent."""
    owned = [row["key"] for row in demo.server.get("/api/assets").json["items"] if "team:finance" in row["owners"]]
    app.goto(demo.server.url + "/")
    expect(app.get_by_role("heading", name="Overview")).to_be_visible()
    app.keyboard.press("Control+k")
    app.get_by_role("textbox", name="Search", exact=True).fill("team:finance")
    expect(app.get_by_role("button", name=re.compile("^team:finance"))).to_be_visible()
    app.keyboard.press("Enter")
    rows = app.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")
    expect(rows).to_have_count(len(owned))

    colleague = app.context.new_page()
    colleague.goto(app.url)
    theirs = colleague.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")
    expect(theirs).to_contain_text([each.rpartition("/")[2] for each in sorted(owned)])
