"""Invited companies are imported, invited, matched, and one pair ends as a venture on a lot."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from playwright.sync_api import expect
from report.sample import sample_plan
from web.partner_server import JUDGED

from bunyad.auction.seal import Keys, make_keys
from bunyad.report.files import write_projects

pytestmark = pytest.mark.browser
COMPANIES = 35
SOLAR, LOCAL = "SolarWerk", "Günəş Dam"
PASSWORD = "five slow rivers meet here"


@pytest.fixture(autouse=True)
def plan_files(site: Any) -> None:
    """Add to the sample plan the tables that its needs are drawn from."""
    if (site.plan_folder / "projects.csv").exists():
        return
    plan = sample_plan()
    write_projects(plan, site.plan_folder)
    plan.settlements.smart_systems.to_csv(
        site.plan_folder / "tables" / "smart_systems.csv", index=False
    )


def companies_file(*, faulty: bool = False) -> bytes:
    """Return a CSV of the invited companies, each with somebody to write to."""
    rows = list(csv.DictReader(io.StringIO(JUDGED.read_text("utf-8"))))[:COMPANIES]
    out = io.StringIO()
    writer = csv.DictWriter(out, [*rows[0], "contact_name", "contact_email"])
    writer.writeheader()
    for at, row in enumerate(rows):
        country = "Atlantis" if faulty and at == 3 else row["country"]
        writer.writerow({**row, "country": country, "contact_name": f"Person {at}",
                         "contact_email": f"person-{at}@example.org"})  # fmt: skip
    return out.getvalue().encode()


def put(page: Any, name: str, content: bytes) -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def invite(page: Any, name: str) -> str:
    """Let the organiser make the link of an organisation; return it."""
    page.goto(page.url.partition("#")[0] + "#/partners")
    page.get_by_role("searchbox").first.fill(name)
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Signed link")
    expect(link).to_be_visible()
    return str(link.input_value())


def join(open_page: Any, link: str, name: str) -> Any:
    """Take over an entry by its link, with a new account."""
    page = open_page(link[link.index("#") :])
    page.get_by_label("Your name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Take over").click()
    page.wait_for_url("**/#/partners")
    return page


def plan_forum(page: Any, site: Any) -> None:
    """Keep a forum with the people and wishes that the matches give, and plan its day."""
    api, headers = f"{site.url}/api/v1", {"Origin": site.url}
    proposed = page.request.get(f"{api}/partners/meetings?plan={site.plan}").json()
    assert any(one["must"] for one in proposed["wishes"])
    slots = [
        {"id": f"s{hour}", "start": f"2030-10-05T{hour:02}:00:00+04:00",
         "end": f"2030-10-05T{hour:02}:45:00+04:00"}
        for hour in range(9, 17)
    ]  # fmt: skip
    document = {"id": "forum-2026", "title": "Technology forum", "slots": slots,
                "halls": [{"id": "h", "name": "Hall", "tables": 20}], **proposed}  # fmt: skip
    kept = page.request.post(f"{api}/forums", data={"document": document}, headers=headers)
    assert kept.ok, kept.text()
    planned = page.request.post(
        f"{api}/forums/forum-2026/timetable", data={"seconds": 3}, headers=headers
    )
    assert planned.ok, planned.text()
    assert planned.json()["result"]["share_of_bound"] >= 0.98


def sign(page: Any, keys: Keys) -> None:
    """Sign the agreement that the page shows."""
    content = json.dumps(keys.secret()).encode()
    page.locator("input[type=file]").set_input_files(
        {"name": "secret.json", "mimeType": "application/json", "buffer": content}
    )


def test_a_faulty_file_is_told_and_the_mended_one_is_imported(sign_in: Any, site: Any) -> None:
    page = sign_in("admin")
    page.get_by_role("link", name="Partners", exact=True).click()
    put(page, "companies.csv", companies_file(faulty=True))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("companies.csv:5: country")
    expect(alert).to_contain_text("'Atlantis' is no country")
    put(page, "companies.csv", companies_file())
    expect(page.get_by_text("35 organisations were imported, 0 rows left out.")).to_be_visible()
    expect(page.get_by_role("region", name="Organisations").locator("tbody tr")).to_have_count(
        COMPANIES
    )
    entries = page.request.get(f"{site.url}/api/v1/partners/entries?limit=100").json()["items"]
    for one in entries:
        path = f"{site.url}/api/v1/partners/entries/{one['id']}/invitation"
        made = page.request.post(path, data={}, headers={"Origin": site.url})
        assert made.ok, made.text()
        assert made.json()["email"].startswith("person-")


def test_a_pair_is_matched_meets_and_founds_a_joint_venture_on_a_lot(
    sign_in: Any, open_page: Any, site: Any
) -> None:
    organiser = sign_in("admin")
    solar = join(open_page, invite(organiser, SOLAR), "Anna")
    local = join(open_page, invite(organiser, LOCAL), "Elçin")

    # The company sees what suits it, and why; it asks to meet.
    solar.get_by_role("link", name=SOLAR, exact=True).click()
    solar.get_by_role("link", name="Building of a solar park").first.click()
    expect(solar.get_by_role("heading", name="Why you two")).to_be_visible()
    expect(solar.get_by_text("You share a language: English.")).to_be_visible()
    solar.get_by_role("button", name="Must meet").click()
    expect(solar.get_by_text("Somebody said that you must meet.")).to_be_visible()
    why = solar.url

    # The organiser plans the forum from the matches; the company finds the meeting among its own.
    plan_forum(organiser, site)
    solar.goto(f"{site.url}/#/forums/forum-2026")
    expect(solar.get_by_role("heading", name="Technology forum")).to_be_visible()
    text = (site.plan_folder / "projects.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    park = next(row["name"] for row in rows if row["kind"] == "solar")
    expect(solar.get_by_text(park).first).to_be_visible()

    # The organiser drafts the agreement; the project of the plan comes along.
    organiser.goto(why)
    organiser.get_by_role("link", name="Found a venture").click()
    project = organiser.get_by_label("Project of the plan").input_value()
    assert project.startswith("solar-")
    organiser.get_by_label("Branch (ISIC)").fill("3510")
    keys = {name: make_keys(name) for name in (SOLAR, LOCAL)}
    for at, (name, share) in enumerate(((SOLAR, "60"), (LOCAL, "39"))):
        organiser.locator(f"#party-{at}").select_option(label=name)
        organiser.locator(f"#share-{at}").fill(share)
        organiser.locator(f"#key-{at}").fill(keys[name].public()["signing_key"])
    organiser.get_by_label("Milestone 1").fill("Land is cleared")
    organiser.get_by_label("By", exact=True).fill("2031-05-01")
    organiser.get_by_role("button", name="Draft", exact=True).click()
    expect(organiser.get_by_role("alert")).to_contain_text("they add up to 99 %")
    organiser.locator("#share-1").fill("40")
    organiser.get_by_role("button", name="Draft", exact=True).click()
    expect(organiser.get_by_text("Version 1 waits for signatures")).to_be_visible()

    # Each party signs in its own browser; the key stays there.
    for page, name in ((solar, SOLAR), (local, LOCAL)):
        page.goto(organiser.url)
        sign(page, keys[name])
        expect(page.get_by_text("Signed.", exact=True)).to_be_visible()
    expect(local.get_by_text("running", exact=True)).to_be_visible()
    local.get_by_role("button", name="Reached").click()
    expect(local.get_by_text("reached on").first).to_be_visible()

    # What was published everybody sees, without the story of who did what.
    organiser.reload()
    organiser.get_by_role("button", name="Publish").click()
    expect(organiser.get_by_role("button", name="Withdraw")).to_be_visible()
    public = open_page("#/ventures", language="az")
    expect(public.get_by_role("region", name="Bütün birgə işlər")).to_contain_text("birgə müəssisə")
    public.goto(organiser.url)
    expect(public.get_by_text("60 %")).to_be_visible()
    assert public.get_by_role("heading", name="Nə baş verib").count() == 0
