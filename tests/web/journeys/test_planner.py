"""A planner changes an assumption, runs the plan and holds it against the base."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from web.plan_folder import copy_plan

from bunyad.options import resolve_options
from bunyad.store.models import Job, PlanRecord
from bunyad.web.jobs.claims import claim_job, end_job, note_stages

pytestmark = pytest.mark.browser

SLOPE = "Steepest ground that solar plants may stand on"
OWNER = "test"


def finish(site: Any) -> None:
    """Do what the worker does, without the planner."""
    job = claim_job(site.services.database, owner=OWNER)
    assert job is not None
    note_stages(site.services.database, job, owner=OWNER, stages={"region": {"state": "done"}})
    with site.services.database.read() as session:
        plan = session.get_one(PlanRecord, session.get_one(Job, job).plan_id)
    options = resolve_options(("options", plan.changes["options"]))
    copy_plan(site.plan_folder, site.services.settings.data / "plans" / plan.id, options=options)
    end_job(site.services.database, job, owner=OWNER, state="done")


def draft(page: Any, name: str) -> None:
    """Change the slope of the open plan and run it."""
    page.get_by_role("link", name="Change and compare").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Why").fill("the minister asked")
    page.get_by_role("searchbox", name="Find an assumption").fill("steepest")
    page.get_by_label(SLOPE).fill("15")
    page.get_by_label(SLOPE).press("Tab")
    expect(page.get_by_role("region", name="What is different")).to_contain_text(SLOPE)
    page.get_by_role("button", name="Run the plan").click()
    expect(page.get_by_role("heading", name="The plan waits for its turn")).to_be_visible()


def test_a_planner_changes_an_option_runs_it_and_compares(sign_in: Any, site: Any) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="Open: Two valleys").click()
    draft(page, "Steeper sun")

    finish(site)
    page.get_by_role("link", name="Beside its base").click()

    table = page.get_by_role("table", name="At a glance")
    expect(table).to_contain_text("+100 %")
    expect(page.get_by_role("table", name="Assumptions that differ")).to_contain_text("15")
    with site.services.database.read() as session:
        plan = session.scalars(select(PlanRecord).where(PlanRecord.name == "Steeper sun")).one()
    assert plan.changes == {"options": {"potential.solar_max_slope_percent": 15}}
    assert plan.base_id == site.plan


def test_a_run_is_cancelled_and_started_again(sign_in: Any, site: Any) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="Open: Two valleys").click()
    draft(page, "Stopped")

    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="The run was cancelled")).to_be_visible()
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("heading", name="The plan waits for its turn")).to_be_visible()

    finish(site)
    expect(page.get_by_role("link", name="Map")).to_be_visible()


def test_a_run_that_failed_says_why_and_what_to_do(sign_in: Any, site: Any) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="Open: Two valleys").click()
    draft(page, "Poor")
    job = claim_job(site.services.database, owner=OWNER)
    assert job is not None
    error = {"title": "The budget is too small.", "mend": "Raise programme.public_budget."}
    end_job(site.services.database, job, owner=OWNER, state="failed", error=error)

    expect(page.get_by_role("alert")).to_contain_text("Raise programme.public_budget")
    page.get_by_role("link", name="Change the assumptions").click()
    expect(page.get_by_role("region", name="What is different")).to_contain_text("15")


def test_a_wrong_value_is_said_beside_the_form(sign_in: Any) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="New plan").first.click()
    page.get_by_label("Name", exact=True).fill("Too steep")
    page.get_by_role("searchbox", name="Find an assumption").fill("steepest")
    page.evaluate("document.querySelector('form').noValidate = true")
    page.get_by_label(SLOPE).fill("1500")
    page.get_by_label(SLOPE).press("Tab")
    page.get_by_role("button", name="Run the plan").click()

    expect(page.get_by_role("alert")).to_contain_text("solar_max_slope_percent")


def test_a_plan_is_put_aside_and_taken_back_by_undo(sign_in: Any, site: Any) -> None:
    page = sign_in("planner")
    page.goto(f"{site.url}/#/plans/{site.plan}/files")
    page.get_by_role("button", name="Put aside").click()
    expect(page.get_by_text("Two valleys was put aside.")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The plan is back.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two valleys")


def test_a_shared_link_opens_a_plan_that_is_not_public(
    sign_in: Any, open_page: Any, site: Any
) -> None:
    page = sign_in("planner")
    page.goto(f"{site.url}/#/plans/{site.plan}/files")
    page.get_by_role("button", name="Show only to us").click()
    expect(page.get_by_text("Only your organisation can see the plan now.")).to_be_visible()
    expect(page.get_by_role("button", name="Show to everybody")).to_be_visible()
    page.get_by_role("button", name="Make a link to share").click()
    link = page.get_by_label("Link").input_value()

    reader = open_page(link.removeprefix(f"{site.url}/"))
    expect(reader.get_by_role("heading", level=1)).to_have_text("Two valleys")
    stranger = open_page(f"#/plans/{site.plan}")
    expect(stranger.get_by_role("alert")).to_contain_text("There is no such plan")
    page.get_by_role("button", name="Show to everybody").click()
    expect(page.get_by_text("Everybody can see the plan now.")).to_be_visible()


def test_files_come_with_the_plan(open_page: Any, site: Any) -> None:
    page = open_page(f"#/plans/{site.plan}/files")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="report.json").click()
    assert waiting.value.suggested_filename == "report.json"
