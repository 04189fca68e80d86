"""Passkeys in Chromium with a virtual authenticator, and the provider's button."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from web.oidc_provider import CLIENT, SECRET, SmallProvider, running_provider

from bunyad.web.settings import OutsideIdentity

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def give_device(page: Any) -> tuple[Any, str]:
    """Give a page a device that makes and shows passkeys without being touched."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    device = tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return tools, device["authenticatorId"]


def open_account(sign_in: Any) -> Any:
    page = sign_in("planner")
    page.get_by_role("link", name="Planner").click()
    return page


def sign_out(page: Any) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/#/plans")
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()


def test_a_passkey_is_made_named_used_and_removed(sign_in: Any) -> None:
    page = open_account(sign_in)
    tools, device = give_device(page)
    page.get_by_label("Name of the passkey").fill("phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("phone lets you in from now on.")).to_be_visible()

    page.get_by_role("button", name="Rename: phone").click()
    page.get_by_label("Name of the passkey").first.fill("my telephone")
    page.get_by_role("button", name="Keep the name").click()
    expect(page.get_by_text("my telephone since")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name="Planner")).to_be_visible()
    kept = tools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [one["rpId"] for one in kept] == ["localhost"]

    page.get_by_role("link", name="Planner").click()
    page.get_by_role("button", name="Remove: my telephone").click()
    expect(page.get_by_text("No passkeys.")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This passkey is not known here")


def test_a_device_that_does_not_know_its_holder_gives_no_passkey(sign_in: Any) -> None:
    page = open_account(sign_in)
    tools, device = give_device(page)
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_label("Name of the passkey").fill("found in the street")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The device gave no passkey.")).to_be_visible()


@pytest.fixture
def provider(site: Any) -> Iterator[SmallProvider]:
    """A provider that the site lets people in from."""
    settings = site.services.settings
    with running_provider() as running:
        outside = OutsideIdentity(
            issuer=running.issuer, client_id=CLIENT, client_secret=SECRET, title="Asan",
            domains=frozenset({"ministry.example"}), organisation="Ministry",
        )  # fmt: skip
        object.__setattr__(settings, "outside", outside)
        yield running
        object.__setattr__(settings, "outside", None)
        site.services.cache.pop("provider", None)


def test_somebody_comes_by_the_provider_without_a_password(
    open_page: Any, provider: SmallProvider, asked_outside: set[str]
) -> None:
    asked_outside.add(provider.issuer)
    page = open_page("#/sign-in")
    page.get_by_role("button", name="Continue with Asan").click()
    expect(page.get_by_role("link", name="Aysel")).to_be_visible()
    page.get_by_role("link", name="Aysel").click()
    expect(page.get_by_text("Linked. You can sign in with Asan.")).to_be_visible()


def test_who_is_not_invited_is_told_what_to_do(
    open_page: Any, provider: SmallProvider, asked_outside: set[str]
) -> None:
    asked_outside.add(provider.issuer)
    provider.person = {"sub": "2", "name": "Stranger"}
    page = open_page("#/sign-in")
    page.get_by_role("button", name="Continue with Asan").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody has invited you yet.")
