"""People are invited, join, sign in, protect their account and are looked after."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_somebody_is_invited_joins_and_may_plan(sign_in: Any, open_page: Any, site: Any) -> None:
    admin = sign_in("admin")
    admin.get_by_role("link", name="People").click()
    admin.get_by_label("E-mail").fill("new@example.org")
    admin.get_by_label("Role", exact=True).select_option("planner")
    admin.get_by_role("button", name="Make an invitation").click()
    link = admin.get_by_label("Pass this link on").input_value()

    page = open_page(link.removeprefix(f"{site.url}/"))
    page.get_by_label("Your name").fill("Aysel")
    page.get_by_label("Password").fill("seven bright orchards wake")
    page.get_by_role("button", name="Make my account").click()

    expect(page.get_by_text("Welcome, Aysel.")).to_be_visible()
    expect(page.get_by_role("link", name="New plan").first).to_be_visible()


def test_a_used_invitation_says_what_to_do(open_page: Any) -> None:
    page = open_page("#/join?token=nothing")
    page.get_by_label("Your name").fill("Aysel")
    page.get_by_label("Password").fill("seven bright orchards wake")
    page.get_by_role("button", name="Make my account").click()

    expect(page.get_by_role("alert")).to_contain_text("Ask for a new one")


def test_a_wrong_password_says_no_more_than_needed(open_page: Any) -> None:
    page = open_page("#/sign-in", language="az")
    page.get_by_label("E-poçt").fill("planner@example.org")
    page.get_by_label("Parol").fill("guess")
    page.locator("form button.main").click()

    expect(page.get_by_role("alert")).to_contain_text("Ünvan, parol və ya kod səhvdir")


def test_a_token_is_shown_once_and_ended(sign_in: Any) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="Planner").click()
    page.get_by_label("Name of the token").fill("night script")
    page.get_by_role("button", name="Make a token").click()
    assert len(page.get_by_label("Copy it now").input_value()) > 30

    page.get_by_role("button", name="End: night script").click()
    expect(page.get_by_text("No tokens.")).to_be_visible()


def test_an_administrator_changes_a_role_and_takes_it_back(sign_in: Any) -> None:
    page = sign_in("admin")
    page.get_by_role("link", name="People").click()
    role = page.get_by_label("Role: Planner")
    role.select_option("partner")
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_label("Role: Planner")).to_have_value("planner")
    expect(page.get_by_role("table", name="What was done")).to_contain_text("account.change")


@pytest.mark.parametrize(("address", "says"), [
    ("#/account", "You are not signed in"),
    ("#/admin", "Only administrators come here"),
    ("#/new", "Planners make plans"),
])  # fmt: skip
def test_who_may_not_is_told_how_to(open_page: Any, address: str, says: str) -> None:
    page = open_page(address)
    expect(page.get_by_role("alert")).to_contain_text(says)
    expect(page.get_by_role("alert").get_by_role("link", name="Sign in")).to_be_visible()


def test_a_second_factor_is_asked_for_once_it_is_on(sign_in: Any) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="Planner").click()
    page.get_by_role("button", name="Set up").click()
    secret = re.sub(r"\s", "", page.locator("code").inner_text())
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("On. Signing in asks for a code.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("#/plans$"))
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.locator("#email").fill("planner@example.org")
    page.locator("#password").fill("four quiet mountain rivers")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Planner")).to_be_visible()
