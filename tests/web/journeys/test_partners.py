"""Invited companies are imported, invited, matched, and one pair ends as a venture on a lot."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from report.sample import sample_plan
from web.journeys.test_barriers import barriers
from web.partner_server import JUDGED

from bunyad.auction.seal import Keys, make_keys
from bunyad.partner.courses import check_certificate
from bunyad.partner.signing import public_key
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


def entry_named(page: Any, site: Any, name: str) -> str:
    """Return the identifier of an entry."""
    path = f"{site.url}/api/v1/partners/entries?limit=100&text={name}"
    return str(page.request.get(path).json()["items"][0]["id"])


def test_a_page_does_not_wait_for_what_takes_longer(sign_in: Any, site: Any) -> None:
    page = sign_in("admin")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route(re.compile("/partners/(needs|matches)"), hold)
    page.goto(f"{site.url}/#/partners")
    page.get_by_role("searchbox").first.fill(SOLAR)
    page.get_by_role("link", name=SOLAR, exact=True).click()
    expect(page.get_by_role("heading", name=SOLAR)).to_be_visible()

    # What belongs to one entry is never shown under the address of another.
    other = entry_named(page, site, "AirSense")
    page.route(f"**/partners/entries/{other}", hold)
    page.goto(f"{site.url}/#/partners/{other}")
    expect(page.get_by_role("status").filter(has_text="One moment")).to_be_visible()
    expect(page.get_by_role("heading", name=SOLAR)).to_have_count(0)
    page.unroute_all()  # what was held goes on
    expect(page.get_by_role("heading", name="AirSense")).to_be_visible()
    expect(page.get_by_role("heading", name="What suits it")).to_be_visible()


def test_two_entries_become_one_and_two_again_and_a_person_agrees(sign_in: Any, site: Any) -> None:
    page = sign_in("admin")
    page.goto(f"{site.url}/#/partners")
    rows = list(csv.DictReader(io.StringIO(companies_file().decode())))
    row = next(one for one in rows if one["name"] == SOLAR)
    out = io.StringIO()
    writer = csv.DictWriter(out, row)
    writer.writeheader()
    writer.writerow({**row, "id": "twin", "name": f"{SOLAR} GmbH"})
    put(page, "one.csv", out.getvalue().encode())
    twins = page.get_by_role("region", name="Likely the same organisation")
    twins.get_by_role("button", name=f"Keep {SOLAR}", exact=True).click()
    expect(twins).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(twins.get_by_role("link", name=f"{SOLAR} GmbH")).to_be_visible()
    twins.get_by_role("button", name=f"Keep {SOLAR}", exact=True).click()
    expect(twins).to_have_count(0)

    page.get_by_role("searchbox").first.fill(SOLAR)
    page.get_by_role("link", name=SOLAR, exact=True).click()
    page.get_by_label("meetings").first.check()
    expect(page.get_by_text("since", exact=False).first).to_be_visible()
    page.reload()
    expect(page.get_by_label("meetings").first).to_be_checked()
    assert barriers(page) == []


SCHOOL = {
    "id": "aghali-school", "title": "Coding in Aghali",
    "courses": [{"id": "coding", "title": "Coding", "first_grade": 5, "last_grade": 9,
                 "lessons": 2, "lessons_per_week": 1, "group_size": 15, "uptake": 0.5}],
    "rooms": [{"id": "r", "settlement": "aghali", "seats": 16, "devices": 16}],
    "teachers": [{"id": "t", "courses": ["coding"], "settlements": ["aghali"],
                  "lessons_per_week": 20}],
}  # fmt: skip


def test_a_register_ends_in_certificates_that_anybody_can_check(sign_in: Any, site: Any) -> None:
    page = sign_in("admin")
    kept = page.request.post(f"{site.url}/api/v1/schools", data={"document": SCHOOL},
                             headers={"Origin": site.url})  # fmt: skip
    assert kept.ok, kept.text()
    page.goto(f"{site.url}/#/schools/aghali-school")
    put(page, "register.csv", b"pupil,lesson,there,mark\nAy,0,yes,\n")
    expect(page.get_by_role("alert")).to_contain_text("nothing was kept: 2")
    register = "pupil;lesson;there;mark\nAygün;1;bəli;90\nAygün;2;bəli;70,5\nRəşad;1;xeyr;\n"
    put(page, "register.csv", register.encode())
    progress = page.get_by_role("region", name="Progress of the pupils")
    expect(progress.get_by_role("row", name="Aygün")).to_contain_text("80.3")
    expect(progress.get_by_role("row", name="Rəşad")).to_contain_text("not yet")
    assert barriers(page) == []

    with page.expect_download() as keyed:
        page.get_by_role("button", name="Make a key and keep it").click()
    secret = json.loads(Path(keyed.value.path()).read_text("utf-8"))["secret"]
    page.get_by_label("Name of the issuer").fill("School of Aghali")
    made: list[Any] = []
    page.on("download", lambda one: made.append(one))  # noqa: PLW0108  (it marks what it is given)
    page.get_by_role("button", name="Issue 1 certificates").click()
    expect(page.get_by_text("Certificates issued: 1.")).to_be_visible()
    files = {one.suggested_filename: Path(one.path()).read_bytes() for one in made}
    assert files["certificates-coding.pdf"].startswith(b"%PDF-")
    text = files["certificates-coding.jsonl"].decode().strip()
    checked = check_certificate(text, issuers={public_key(secret): "School of Aghali"})
    assert (checked.verdict, checked.content["holder"]) == ("list unknown", "Aygün")


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
    organiser.get_by_label("By", exact=True).first.fill("2031-05-01")
    organiser.get_by_role("button", name="Add a contribution").click()
    gift = organiser.get_by_role("group", name="Contribution 1")
    gift.get_by_label("From").select_option(label=SOLAR)
    gift.get_by_label("What it is").fill("Equity")
    gift.get_by_label("Worth, US$").fill("1000000")
    gift.get_by_label("By").fill("2031-04-01")
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

    # The organiser confirms what came of a contribution.
    organiser.reload()
    organiser.get_by_role("button", name="Confirm what came").click()
    organiser.get_by_label("Came, US$").fill("250000")
    organiser.get_by_role("button", name="Confirm what came").last.click()
    expect(organiser.get_by_text("250 thousand US$ of 1 million US$ came")).to_be_visible()
    assert barriers(organiser) == []

    # What was published everybody sees, without the story of who did what.
    organiser.get_by_role("button", name="Publish").click()
    expect(organiser.get_by_role("button", name="Withdraw")).to_be_visible()
    public = open_page("#/ventures", language="az")
    expect(public.get_by_role("region", name="Bütün birgə işlər")).to_contain_text("birgə müəssisə")
    public.goto(organiser.url)
    expect(public.get_by_text("60 %")).to_be_visible()
    assert public.get_by_role("heading", name="Nə baş verib").count() == 0
