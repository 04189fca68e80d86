"""An auction from draft to award, by a commission of three and bidders from four countries."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from auctions import RULES
from playwright.sync_api import expect
from web.journeys.halls import BIDDERS, COMMISSION, Hall, make_keys, seat_everybody

from bunyad.auction.rules import load_rules

pytestmark = pytest.mark.browser
AZERBAIJAN = load_rules("azerbaijan-2024").title
EXAMPLE = Path(__file__).resolve().parents[2] / "auction/seal/example.json"


@pytest.fixture(scope="module")
def record() -> bytes:
    """Return a whole record, from call to award."""
    return json.loads(EXAMPLE.read_text("utf-8"))["record"].encode()


def drop(page: Any, *files: tuple[str, bytes]) -> None:
    """Give files to a page as if they were chosen."""
    given = [{"name": name, "mimeType": "application/json", "buffer": data} for name, data in files]
    page.locator("input[type=file]").set_input_files(given)


def keep_bond_and_milestone(planner: Any) -> None:
    """Have the agency write down a bond, a milestone and a payment of the contract."""
    said = planner.locator("section", has_text="Bonds, milestones, payments")
    for summary, button, fields in (
        ("Write down a bond", "Keep the bond",
         {"Number of the bond": "B-1", "Amount, USD": "250000", "Reason": "second security"}),
        ("Write down a milestone", "Keep the milestone",
         {"Milestone": "grid agreement", "Reason": "signed in time"}),
        ("Write down a payment", "Keep the payment",
         {"Period": "2030-01", "Amount, USD": "-1200,50"}),
    ):  # fmt: skip
        part = said.locator("details", has=planner.get_by_text(summary, exact=True))
        part.locator("summary").click()
        for select in part.locator("select").all():
            if not select.input_value():
                select.select_option(index=0)
        for label, value in fields.items():
            part.get_by_label(label, exact=True).fill(value)
        part.get_by_role("button", name=button).click()
        text = next(iter(fields.values())) if "bond" not in summary else "250000 USD"
        expect(said.get_by_role("list")).to_contain_text(text)


def test_a_commission_of_three_and_four_bidders_go_from_draft_to_award(
    site: Any, sign_in: Any, open_page: Any
) -> None:
    seat_everybody(site)
    hall = Hall(site=site, sign_in=sign_in)
    hall.draft()
    hall.invite()
    hall.publish()
    for name in COMMISSION[:2]:
        page = hall.go(name, "auction-room")
        page.get_by_role("button", name="Bind my seed").click()
        expect(page.get_by_role("button", name="Bind my seed")).to_have_count(0)

    for who, price in zip(BIDDERS, ("51.00", "47.50", "46.00", "30.00"), strict=True):
        page = hall.go(who, "auction-desk")
        page.get_by_label("Country, two letters").fill(BIDDERS[who])
        page.get_by_role("button", name="Ask to be found fit").click()
        expect(page.get_by_role("button", name="Change", exact=True)).to_be_visible()
        make_keys(page)
        hall.bid(who, price, "wind-1" if who == "mazdar" else "sun-1")

    araz = hall.page("araz")
    araz.get_by_role("button", name="Replace").click()
    expect(araz.get_by_role("heading", name="Replace bid")).to_be_visible()
    araz.get_by_label("Price, USD/MWh").fill("44,00")
    araz.get_by_role("button", name="Seal and hand in").click()
    expect(araz.locator("[data-status=replaced]")).to_have_count(1)
    mazdar = hall.page("mazdar")
    mazdar.get_by_role("button", name="Take back").click()
    expect(mazdar.locator("[data-status=withdrawn]")).to_have_count(1)

    asking = hall.page("sunfield")
    asking.get_by_label("Ask; everybody reads").fill("Who pays the line?")
    asking.get_by_role("button", name="Ask", exact=True).click()
    expect(asking.locator("strong", has_text="Who pays the line?")).to_be_visible()
    planner = hall.go("planner", "auction-room")
    planner.get_by_label("Answer: Who pays the line?").fill("The state.")
    planner.get_by_role("button", name="Answer", exact=True).click()
    planner.get_by_role("button", name="Find unfit: sunfield").click()
    expect(planner.locator("[data-bidder=sunfield]").get_by_text("Found unfit")).to_be_visible()

    stranger = open_page(f"#/auctions/{hall.auction}")
    expect(stranger.get_by_text("told at the close")).to_be_visible()
    expect(stranger.get_by_text("more events are told by their hash only")).to_be_visible()
    assert "sunfield" not in stranger.content()

    hall.open("Leyla", "Rauf")
    result = hall.page("Rauf").get_by_role("table", name="What the rules gave")
    expect(result.get_by_role("row", name="araz")).to_contain_text("Awarded")
    planner = hall.go("planner", "auction-room")
    planner.get_by_role("button", name="Award", exact=True).click()
    planner.get_by_role("button", name="Contract signed: araz").click()
    expect(planner.locator("main").get_by_text("Contracts signed")).to_be_visible()
    keep_bond_and_milestone(planner)

    stranger.goto(f"{site.url}/#/verify?auction={hall.auction}")
    expect(stranger.get_by_role("heading", name="Nothing is wrong", exact=True)).to_be_visible()
    stranger.get_by_role("button", name="Send and replay").click()
    awards = stranger.get_by_role("list", name="Order of acts").locator("[data-check=awards]")
    expect(awards).to_contain_text("holds")


def test_a_record_is_verified_in_the_browser_and_one_changed_byte_is_found(
    open_page: Any, record: bytes
) -> None:
    page = open_page("#/verify")
    drop(page, ("record.json", record))
    expect(page.locator("[data-verdict=good]")).to_be_visible()

    drop(page, ("record.json", record.replace(b'"4.25"', b'"4.24"', 1)))
    expect(page.locator("[data-verdict=wrong]")).to_be_visible()
    expect(page.locator("[data-check=log]")).to_contain_text("an event was changed")


def test_a_receipt_of_another_auction_does_not_hold(open_page: Any, record: bytes) -> None:
    page = open_page("#/verify")
    forged = json.dumps({"auction": "x", "leaf": "00", "head": {}}).encode()
    drop(page, ("record.json", record), ("receipt.json", forged))
    expect(page.locator("[data-check=receipts]")).to_contain_text("not the server's")


def test_rules_are_told_in_plain_words_in_the_readers_language(
    open_page: Any, record: bytes
) -> None:
    page = open_page("#/auction-rules", language="az")
    drop(page, ("record.json", record))
    expect(page.get_by_role("heading", name="Kim udur")).to_be_visible()
    expect(page.get_by_text("Hər qalibə öz təklif etdiyi ödənilir.")).to_be_visible()


def test_keys_come_back_from_their_file(open_page: Any) -> None:
    page = open_page("#/auction-keys")
    page.get_by_label("Name that the auction knows you by").fill("Leyla")
    page.get_by_role("button", name="Make keys").click()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Keep the secret half").click()
    secret = Path(kept.value.path()).read_bytes()
    recipient = page.locator("code").first.inner_text()
    page.get_by_role("button", name="Take the keys off this page").click()

    drop(page, ("secret.json", secret))
    expect(page.locator("code").first).to_have_text(recipient)
    drop_wrong = page.get_by_role("button", name="Take the keys off this page")
    drop_wrong.click()
    drop(page, ("notes.json", b"{}"))
    expect(page.get_by_role("alert")).to_contain_text("This file holds no keys.")


def test_a_draft_takes_ready_made_rules_and_the_projects_of_a_plan(
    site: Any, sign_in: Any, plan_folder: Path
) -> None:
    shutil.copytree(plan_folder, site.plan_folder, dirs_exist_ok=True)
    page = sign_in("planner")
    page.goto(f"{site.url}/#/auction-new")
    page.get_by_label("Title", exact=True).fill("From the plan")
    page.get_by_label("Ready-made rules").select_option(label=AZERBAIJAN)
    expect(page.get_by_text("What they leave out of the published rules")).to_be_visible()
    page.get_by_role("button", name="Take the plan's projects as lots").click()
    expect(page.get_by_role("listitem").filter(has_text="solar").first).to_be_visible()
    page.get_by_role("button", name="Keep the draft").click()
    page.wait_for_url("**/#/auction-room/**")
    expect(page.get_by_role("heading", name="From the plan")).to_be_visible()


def test_lots_of_a_plan_lie_on_its_map_and_on_paper_too(
    sign_in: Any, site: Any, tmp_path: Path
) -> None:
    page = sign_in("planner")
    data = json.loads((site.plan_folder / "report.json").read_text("utf-8"))
    south, west = (min(one["geometry"]["coordinates"][at] for one in
                       data["map"]["layers"]["settlements"]) for at in (1, 0))  # fmt: skip
    lots = [
        {"id": f"lot-{at}", "title": f"Lot {at}", "kind": "solar", "capacity_mw": "50",
         "ceiling_price": "60", "place": {"lon": f"{west + at / 50:.4f}", "lat": f"{south:.4f}"}}
        for at in (0, 1)
    ]  # fmt: skip
    body = {"title": "Sun of the valleys", "rules": RULES, "lots": lots, "plan": site.plan}
    kept = page.request.post(f"{site.url}/api/v1/auctions", data=body, headers={"Origin": site.url})
    assert kept.ok, kept.text()
    page.goto(f"{site.url}/#/auctions/{kept.json()['id']}")
    drawn = page.locator("figure .box[data-idle=yes]")
    drawn.wait_for()
    first, second = (page.get_by_role("link", name=f"Lot {at}, 50 MW").first for at in (0, 1))
    expect(second).to_be_visible()
    assert first.bounding_box()["x"] < second.bounding_box()["x"]
    page.emulate_media(media="print")
    expect(page.locator("figure svg")).to_be_visible()
    page.emulate_media(media="screen")
    second.click()
    page.wait_for_url("**/lots/lot-1")
    drawn.wait_for()
