"""Everybody who takes part in an auction, each with a browser and a machine of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from playwright.sync_api import expect
from sqlalchemy.orm import Session
from web.journeys.conftest import PASSWORD, Site

from bunyad.store.models import Account, Organisation
from bunyad.web.accounts.passwords import hash_password

COMMISSION = ("Leyla", "Rauf", "Aysel")
BIDDERS = {"araz": "AZ", "ruzgar": "TR", "sunfield": "DE", "mazdar": "AE"}


def seat_everybody(site: Site) -> None:
    """Keep accounts of a commission and of companies from four countries."""
    with site.services.database.begin() as session:
        ministry = _organisation(session, "Ministry of energy")
        for name in COMMISSION:
            session.add(_account(name, "commission", ministry))
        for name in BIDDERS:
            session.add(_account(name, "bidder", _organisation(session, name)))


def _organisation(session: Session, name: str) -> str:
    organisation = Organisation(name=name, kind="company")
    session.add(organisation)
    session.flush()
    return organisation.id


def _account(name: str, role: str, organisation: str) -> Account:
    email = f"{name}@example.org".lower()
    password = hash_password(PASSWORD, email=email)
    return Account(
        email=email, name=name, role=role, organisation_id=organisation, password_hash=password
    )


@dataclass
class Hall:
    """One auction, and the page of each who takes part."""

    site: Site
    sign_in: Callable[..., Any]
    auction: str = ""
    pages: dict[str, Any] = field(default_factory=dict)

    def page(self, who: str) -> Any:
        """Return somebody's page, signed in."""
        if who not in self.pages:
            self.pages[who] = self.sign_in(who.lower())
        return self.pages[who]

    def go(self, who: str, where: str) -> Any:
        """Bring somebody to a page of the auction as it is now; keys in its memory stay."""
        page = self.page(who)
        page.evaluate("location.hash = '#/plans'")
        page.wait_for_url("**/#/plans")
        page.evaluate(f"location.hash = '#/{where}/{self.auction}'")
        page.locator("main h1", has_text="100 MW").wait_for()
        return page

    def draft(self) -> None:
        page = self.page("planner")
        page.goto(f"{self.site.url}/#/auction-new")
        page.get_by_label("Title", exact=True).fill("100 MW of sun in Jabrayil")
        page.get_by_label("Ceiling price").fill("60")
        for place, (name, technology, where) in enumerate(
            (("sun-1", "solar", "39.40, 46.60"), ("wind-1", "wind", "39.90, 46.70"))
        ):
            if place:
                page.get_by_role("button", name="One more lot").click()
            lot = page.get_by_role("group", name=f"Lot {place + 1}")
            lot.get_by_label("Identifier").fill(name)
            lot.get_by_label("Technology").select_option(technology)
            lot.get_by_label("Capacity").fill("50")
            lot.get_by_label("Latitude").fill(where)
        page.get_by_role("button", name="Keep the draft").click()
        page.wait_for_url("**/#/auction-room/*")
        self.auction = page.url.rpartition("/")[2]

    def invite(self) -> None:
        page = self.page("planner")
        for name in COMMISSION:
            page.get_by_label("E-mail of an account").fill(f"{name}@example.org".lower())
            page.get_by_role("button", name="Invite").click()
            expect(page.get_by_role("button", name=f"Take back: {name}")).to_be_visible()
        for name in COMMISSION:
            own = self.go(name, "auction-room")
            make_keys(own)
            own.get_by_role("button", name="Give the public half of my keys").click()
            expect(own.get_by_text("The auction knows your keys.")).to_be_visible()

    def publish(self) -> None:
        page = self.go("planner", "auction-room")
        due = (self.site.clock() + timedelta(hours=2)).astimezone()
        for label in ("Last moment for bids", "Envelope Price opens"):
            page.get_by_label(label).fill(due.strftime("%Y-%m-%dT%H:%M:%S"))
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.locator("main").get_by_text("Open for bids")).to_be_visible()

    def bid(self, who: str, price: str, lot: str) -> None:
        page = self.page(who)
        page.get_by_role("checkbox", name=lot).check()
        page.get_by_label("Price, USD/MWh").fill(price)
        with page.expect_download() as kept:
            page.get_by_role("button", name="Seal and hand in").click()
        assert kept.value.suggested_filename.startswith(f"receipt-{self.auction}-")
        expect(page.get_by_text(re.compile("receipt is signed, checked")).last).to_be_visible()

    def open(self, *names: str) -> None:
        """Let the time come; seeds are shown, shares given, the envelope opened, rules applied."""
        self.site.clock.turn(hours=2)
        for name in names:
            page = self.go(name, "auction-room")
            page.get_by_role("button", name="Show my seed").click()
            expect(page.get_by_role("button", name="Show my seed")).to_have_count(0)
        for name in names:
            page = self.go(name, "auction-room")
            page.get_by_role("button", name="Give my shares").click()
            expect(page.get_by_role("button", name="Give my shares")).to_have_count(0)
        page.get_by_role("button", name="Open the envelope").click()
        page.get_by_role("button", name="Let the rules decide").click()
        page.get_by_role("heading", name="What the rules gave").wait_for()


def make_keys(page: Any) -> None:
    """Make keys on a page, and keep their secret half."""
    page.get_by_role("button", name="Make keys").click()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Keep the secret half").click()
    assert kept.value.suggested_filename == "secret.json"
