"""Nobody is shut out: axe finds no barrier on any page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "vendor/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = ["plans", "plans/PLAN/map", "plans/PLAN/map?select=riverton", "plans/PLAN/figures",
        "plans/PLAN/tables", "plans/PLAN/assumptions", "plans/PLAN/files", "compare?plans=PLAN",
        "auctions", "auction-rules", "auction-keys", "auction-simulator", "verify",
        "partners", "ventures", "forums", "exchanges", "schools", "certificates",
        "sign-in", "join?token=x", "nowhere/at/all"]  # fmt: skip
OWN = {
    "planner": ["new?base=PLAN", "account", "plans?aside=yes", "auction-new"],
    "admin": ["admin", "venture-new", "partner-matches"],
}


TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def settle(page: Any) -> None:
    """Wait until the page of the address stands: the last one stays until the address is read."""
    page.wait_for_load_state("networkidle")
    page.evaluate(TWO_FRAMES)
    expect(page.locator("main .waiting:not(.over)")).to_have_count(0)
    page.locator("main h1, main h2").first.wait_for()
    if page.locator(".box").count():
        page.locator(".box[data-idle=yes]").wait_for()


def barriers(page: Any) -> list[str]:
    """Return what axe finds on a page."""
    settle(page)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations'], preload: false})", RULES
    )
    return [
        f"{page.url} {fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in found["violations"]
        for node in fault["nodes"][:3]
    ]


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("en", "light", "desk"), ("az", "dark", "desk"), ("ur", "light", "phone")],
)
def test_axe_finds_no_barrier_on_an_open_page(
    open_page: Any, site: Any, language: str, scheme: str, size: str
) -> None:
    found = []
    page = open_page("#/plans", language=language, scheme=scheme, size=size)
    for address in OPEN:
        page.goto(f"{site.url}/#/{address.replace('PLAN', site.plan)}")
        found += barriers(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", OWN)
def test_axe_finds_no_barrier_on_a_page_of_a_role(sign_in: Any, site: Any, role: str) -> None:
    page = sign_in(role, scheme="dark" if role == "admin" else "light")
    found = []
    for address in OWN[role]:
        page.goto(f"{site.url}/#/{address.replace('PLAN', site.plan)}")
        settle(page)
        if page.locator("details").count():
            page.locator("details summary").first.click()
        found += barriers(page)
    assert not found, "\n".join(found)


def test_the_keyboard_reaches_the_page_past_the_header(open_page: Any) -> None:
    page = open_page("#/plans")
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
