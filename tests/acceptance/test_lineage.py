"""The lineage from near: columns inside cards, what brings assets about, and wide inputs as one card."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demos import Demo
from playwright.sync_api import Page, expect
from servers import dev_server

WIDE = Path(__file__).parents[1] / "projects" / "wide_inputs.py"


@pytest.fixture
def made(demo: Demo) -> Demo:
    """The demo, once its assets are made and so tell their columns."""
    demo.server.wait_for(lambda: demo.server.status("top_customers") == "fresh")
    return demo


def test_a_card_opens_to_its_columns(app: Page, made: Demo) -> None:
    """The columns stand inside the card, which stays where it is; the address keeps them."""
    app.goto(made.server.url + "/lineage")
    lineage = app.get_by_test_id("lineage")
    card = lineage.locator("[data-key=daily_revenue]")
    card.hover()
    before = card.bounding_box()

    lineage.get_by_role("button", name="Columns of daily_revenue").click()

    columns = lineage.get_by_role("group", name="Columns of daily_revenue")
    expect(columns.get_by_role("button")).to_have_text(
        [re.compile(f"^{name}") for name in ("day", "transactions", "customers", "revenue_eur", "refunds_eur")]
    )
    assert before == card.bounding_box()
    app.reload()
    expect(columns.get_by_role("button")).to_have_count(5)


def test_a_column_is_followed_through_the_assets(app: Page, made: Demo) -> None:
    """Those that it is made from open and stand out, in every asset on the way; all else steps back."""
    app.goto(made.server.url + "/lineage?columns=daily_revenue")
    lineage = app.get_by_test_id("lineage")
    lineage.get_by_role("group", name="Columns of daily_revenue").get_by_role("button", name="revenue_eur").click()

    lit = lineage.locator(".hw-card-column[data-lit=true]")
    expect(lit).to_have_count(8)
    for key, names in {"raw_transactions": 3, "cleaned_transactions": 3, "finance/fx_rates": 1}.items():
        expect(lineage.get_by_role("group", name=f"Columns of {key}").locator("[data-lit=true]")).to_have_count(names)
    expect(lineage.locator(".hw-card[data-dim=false]")).to_have_count(4)
    expect(app).to_have_url(
        re.compile("asset=daily_revenue.*column=revenue_eur|column=revenue_eur.*asset=daily_revenue")
    )


def test_cards_say_what_brings_them_about(app: Page, made: Demo) -> None:
    """A sensor's badge and the system that an asset comes from; the panel leads to the sensor."""
    app.goto(made.server.url + "/lineage")
    card = app.get_by_test_id("lineage").locator("[data-key='warehouse/customers']")
    expect(card.get_by_role("img", name="Sensor warehouse_tables")).to_be_visible()
    expect(card).to_contain_text("sqlite")
    card.click()

    app.get_by_role("complementary", name="Chosen asset").get_by_role("link", name="warehouse_tables").click()

    expect(app.get_by_role("heading", name="warehouse_tables")).to_be_visible()


def test_wide_inputs_are_one_card_until_they_are_opened(page: Page, tmp_path: Path) -> None:
    """Thirty-six inputs of one asset are a card that says so; a click shows them, a button gathers them again."""
    with dev_server(tmp_path / "home", str(WIDE)) as server:
        server.wait_for(lambda: len(server.get("/api/assets").json["items"]) == 38)
        page.goto(server.url + "/lineage")
        lineage = page.get_by_test_id("lineage")
        inputs = lineage.get_by_role("button", name="Inputs of merged 36 assets, unfold")
        expect(lineage.locator(".hw-card")).to_have_count(3)
        inputs.click()
        expect(lineage.locator(".hw-card")).to_have_count(38)
        expect(page).to_have_url(re.compile("open=feed_00"))

        page.get_by_role("button", name="Fold inputs").click()

        expect(inputs).to_be_visible()
        expect(lineage.locator(".hw-card")).to_have_count(3)


def test_hundreds_of_inputs_are_laid_out_however_quickly_that_is(page: Page, tmp_path: Path) -> None:
    """A worker lays them out, and may be done before the page looks for its answer: they are drawn all the same."""
    definitions = tmp_path / "definitions.py"
    definitions.write_text(
        "import headwater as hw\n"
        "feeds = [hw.AssetSpec(f'feed_{number:03}') for number in range(400)]\n"
        "defs = hw.Definitions(assets=[*feeds, hw.AssetSpec('merged', deps=feeds)])\n"
    )
    with dev_server(tmp_path / "home", str(definitions)) as server:
        server.wait_for(lambda: len(server.get("/api/assets").json["items"]) == 401)
        page.goto(server.url + "/lineage?focus=merged")
        page.get_by_role("button", name="Inputs of merged").click()
        expect(page.get_by_role("button", name="Fold inputs")).to_be_visible()
        expect(page.get_by_test_id("lineage")).to_have_attribute("data-detail", "dots")
        page.reload()
        expect(page.get_by_test_id("lineage")).to_have_attribute("data-detail", "dots")
