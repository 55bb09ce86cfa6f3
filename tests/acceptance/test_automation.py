"""What ticks by itself, in a real browser: switched, tried, set back; what fails says why; code is loaded anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "operations.py"
CHECKED = """

@hw.asset_check(asset=hw.AssetSpec("partner_file"), automation_condition=hw.AutomationCondition.eager())
def is_complete() -> bool:
    return True


when_due = hw.AutomationCondition.any_job_root_assets_match(hw.AutomationCondition.missing())


@hw.observable_source_asset
def rates() -> hw.DataVersion:
    return hw.DataVersion("eur-1.08")


class Window(hw.Config):
    days: int


@hw.asset
def windowed(config: Window) -> int:
    return config.days


watched = hw.define_asset_job("watched", selection=["training"], automation_condition=when_due)
defs = hw.Definitions.merge(
    defs, hw.Definitions([hw.AssetSpec("partner_file"), rates, windowed], asset_checks=[is_complete], jobs=[watched])
)
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that a test may break."""
    copied = tmp_path_factory.mktemp("automation") / "operations.py"
    copied.write_text(PROJECT.read_text() + CHECKED)
    return copied


@pytest.fixture(scope="module")
def server(code: Path) -> Iterator[DevServer]:
    """A server with the project, each of its sensors having ticked."""
    environment = {"OPERATIONS_FOLDER": str(code.parent)}
    with dev_server(code.parent / "home", str(code), environment=environment) as server:
        server.ask_until(lambda: _last_tick(server, "inbox") and _last_tick(server, "refused"))
        yield server


def _last_tick(server: DevServer, sensor: str) -> object:
    answer = server.get(f"/api/sensors/{sensor}")
    return answer.status == 200 and answer.json["last_tick"]


def test_sensors_and_schedules_are_narrowed_and_switched(page: Page, server: DevServer) -> None:
    """What fails is found by one choice; a switch holds, and a schedule can be left to its code again."""
    page.goto(server.url + "/sensors")
    sensors = page.get_by_role("table", name="Sensors")
    expect(sensors.get_by_role("row")).to_have_count(2)
    page.get_by_role("radiogroup", name="Standing").get_by_text("Failing").click()
    expect(sensors.get_by_role("row")).to_have_count(1)
    expect(sensors).to_contain_text("the SFTP server refuses the key")
    expect(page.get_by_text("No such schedules")).to_be_visible()
    page.get_by_role("radiogroup", name="Standing").get_by_text("All").click()

    schedule = page.get_by_role("table", name="Schedules").get_by_role("row")
    schedule.get_by_role("switch", name="each_new_year is on").click(force=True)
    expect(schedule).to_contain_text("off")
    schedule.get_by_role("link", name="each_new_year").click()
    expect(page.get_by_text("Somebody switched it off; its code says on.")).to_be_visible()
    page.get_by_role("button", name="Leave it to its code").click()
    expect(page.get_by_role("switch", name="On")).to_be_checked()
    expect(page.get_by_text("Somebody switched it off")).to_be_hidden()


def test_a_schedule_fires_by_its_own_clock_and_by_the_readers(browser: Browser, server: DevServer) -> None:
    """Both are shown where they differ, and the exact time on hover; where they agree, one is enough."""
    for zone, here in (("Asia/Tokyo", "12:00:00"), ("Etc/UTC", None)):
        with browser.new_context(timezone_id=zone, locale="en-GB") as context:
            page = context.new_page()
            page.goto(server.url + "/schedules/each_new_year")
            due = page.get_by_role("time").filter(has_text="03:00:00 UTC").first
            expect(due).to_have_attribute("title", re.compile("-01-01T03:00:00.000Z$"))
            if here is None:
                expect(due).not_to_contain_text("where you are")
            else:
                expect(due).to_contain_text(re.compile(f"{here} .* where you are"))


def test_an_asset_that_others_make_is_looked_at(page: Page, server: DevServer) -> None:
    """The button asks, a run begins and ends well, and the event stands on the asset's page."""
    page.goto(server.url + "/asset?key=rates")
    page.get_by_role("button", name="Observe").click()
    question = page.get_by_role("dialog", name="Observe")
    expect(question).to_contain_text("This looks at rates in a new run")
    question.get_by_role("button", name="Observe").click()

    expect(page).to_have_url(re.compile("/runs/"))
    expect(page.get_by_role("main")).to_contain_text("Success")
    page.goto(server.url + "/asset?key=rates&tab=events")
    expect(page.get_by_role("button", name="Observed")).to_have_count(1)


def test_an_asset_that_needs_config_is_made_with_it(page: Page, server: DevServer) -> None:
    """The question lists the fields; what does not fit is refused there, and no run begins."""
    page.goto(server.url + "/asset?key=windowed&do=materialize")
    question = page.get_by_role("dialog", name="Materialize")
    expect(question).to_contain_text("Needed: days (integer)")
    question.get_by_role("button", name="Materialize").click()
    expect(question.get_by_role("alert")).to_contain_text("The config of 'windowed' does not fit: days is missing")

    config = question.get_by_role("textbox", name="Config")
    config.fill("{")
    expect(question.get_by_role("button", name="Materialize")).to_be_disabled()
    config.fill('{"days": 3}')
    question.get_by_role("button", name="Materialize").click()
    expect(page).to_have_url(re.compile("/runs/"))
    expect(page.get_by_role("main")).to_contain_text("Success")


def test_a_switch_by_another_is_seen_at_once(page: Page, server: DevServer) -> None:
    """Without a tick and without a reload."""
    page.goto(server.url + "/sensors/inbox")
    expect(page.get_by_role("switch", name="On")).to_be_checked()
    server.post("/api/sensors/inbox/stop")
    expect(page.get_by_role("switch", name="Off")).not_to_be_checked()
    server.post("/api/sensors/inbox/reset")
    expect(page.get_by_role("switch", name="On")).to_be_checked()


def test_ticks_say_what_they_came_to(page: Page, server: DevServer) -> None:
    """A failed one shows its traceback, whole on a phone too; only those that ended so are listed where asked for."""
    page.goto(server.url + "/sensors/refused")
    ticks = page.get_by_role("region", name="Ticks")
    expect(ticks).to_contain_text("RuntimeError: the SFTP server refuses the key")
    page.set_viewport_size({"width": 390, "height": 844})
    assert ticks.get_by_role("alert").first.evaluate("box => box.scrollWidth <= box.clientWidth")
    ticks.get_by_role("radiogroup", name="How they ended").get_by_text("Success").click()
    expect(ticks.get_by_text("No such ticks")).to_be_visible()
    expect(page).to_have_url(re.compile("ticks=success"))


def test_a_cursor_is_set_and_reset_and_what_is_kept_forgotten(page: Page, server: DevServer) -> None:
    """Each question says what will happen; a tick on trial goes on from the new cursor."""
    page.goto(server.url + "/sensors/inbox")
    page.get_by_role("button", name="Change…").click()
    question = page.get_by_role("dialog")
    question.get_by_label("Cursor").fill("41")
    question.get_by_role("button", name="Set it").click()
    stands = page.get_by_role("region", name="How it stands")
    expect(stands.locator("pre")).to_have_text("41")
    page.get_by_label("From the cursor").fill("41")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Cursor after it: 42")).to_be_visible()

    page.get_by_role("button", name="Reset…").click()
    expect(question).to_contain_text("may report again what it has reported before")
    question.get_by_role("button", name="Reset it").click()
    expect(stands).to_contain_text("none yet")

    page.get_by_role("button", name="Forget all of it…").click()
    expect(question).to_contain_text("1 value of inbox is deleted")
    question.get_by_role("button", name="Forget it").click()
    expect(page.get_by_role("region", name="What it keeps")).to_be_hidden()


def test_a_check_says_why_it_is_carried_out(page: Page, server: DevServer) -> None:
    """Its condition part by part, beside what it found; and the run that a report led to."""
    page.goto(server.url + "/asset?key=partner_file&tab=checks")
    check = page.get_by_role("region", name="is_complete")
    check.get_by_text("Why it is carried out, or is not").click()
    expect(check).to_contain_text("is_complete is not to be carried out now")
    expect(check.get_by_role("region", name="Condition")).to_contain_text("something upstream was updated")

    server.post("/report_asset_materialization/", {"asset_key": "partner_file"})
    asked = check.get_by_role("region", name="What it asked for")
    expect(asked.get_by_role("link", name=re.compile("run "))).to_have_count(1)
    expect(asked).to_contain_text("something upstream was updated")


def test_code_that_does_not_load_shows_why_and_is_loaded_anew(page: Page, server: DevServer, code: Path) -> None:
    """The traceback names the line; once it is mended a reload puts it into force."""
    sound = code.read_text()
    page.goto(server.url + "/sensors")
    locations = page.get_by_role("region", name="Code locations")
    expect(locations).to_contain_text("Loaded")
    code.write_text(sound + "\nraise LookupError('no such table')\n")
    page.get_by_role("button", name="Reload operations").click()
    page.get_by_role("dialog").get_by_role("button", name="Reload it").click()
    expect(locations).to_contain_text("LookupError: no such table")

    code.write_text(sound)
    page.get_by_role("button", name="Reload operations").click()
    page.get_by_role("dialog").get_by_role("button", name="Reload it").click()
    expect(locations).not_to_contain_text("LookupError")
    expect(locations).to_contain_text("Loaded")


def test_a_job_is_looked_at_and_run(page: Page, server: DevServer) -> None:
    """From the list of jobs to one of them, to a run of it that is asked for there; that leads back to the job."""
    page.goto(server.url + "/sensors")
    jobs = page.get_by_role("table", name="Jobs")
    expect(jobs.get_by_role("row").filter(has_text="nightly")).to_contain_text("2 assets")
    jobs.get_by_role("link", name="nightly").click()
    expect(page.get_by_role("heading", name="nightly", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="ledger")).to_be_visible()
    expect(page.get_by_text("team=finance")).to_be_visible()
    page.get_by_role("button", name="Run nightly").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("A new run makes ledger, report")
    question.get_by_role("button", name="Run it").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f]+"))
    page.get_by_role("link", name="nightly").click()
    runs = page.get_by_role("table", name="Runs")
    expect(runs.get_by_role("row")).to_have_count(1)


def test_the_palette_leads_to_a_job(page: Page, server: DevServer) -> None:
    """A job is found by its name, and Enter goes to its page."""
    page.goto(server.url + "/sensors")
    expect(page.get_by_role("table", name="Jobs")).to_contain_text("nightly")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog", name="Search").get_by_role("textbox", name="Search").fill("nightly")
    first = page.get_by_role("dialog", name="Search").get_by_role("button").first
    expect(first).to_have_accessible_name("nightly Job")
    page.keyboard.press("Enter")

    expect(page).to_have_url(server.url + "/jobs/nightly")
    expect(page.get_by_role("link", name="Automation")).to_have_attribute("aria-current", "page")


def test_a_jobs_condition_is_shown(page: Page, server: DevServer) -> None:
    """Whether it is to be run now, each part of the condition, and what it asked for."""
    page.goto(server.url + "/jobs/watched")
    expect(page.get_by_text("watched is not to be run now")).to_be_visible()
    expect(page.get_by_role("region", name="Condition")).to_contain_text("missing")
    expect(page.get_by_role("region", name="What it asked for").get_by_role("link").first).to_be_visible()
