"""Requests about accounts."""

from __future__ import annotations

from collections.abc import Iterator

from bunyad.client.asking import Asking
from bunyad.web.accounts.bodies import (
    Accept,
    AccountChange,
    AccountState,
    AuditState,
    CodeOnly,
    Invite,
    Invited,
    Me,
    OrganisationDraft,
    OrganisationState,
    PasskeyName,
    PasskeyState,
    SecondFactor,
    SignIn,
    TokenDraft,
    TokenState,
    Ways,
)

AUDIT_PAGE = 500
"""Entries of a page."""


class Accounts(Asking):
    """Signing in, people, tokens."""

    def get_me(self) -> Me:
        """Return who asks."""
        return self._get(Me, "me")

    def sign_in(self, email: str, password: str, *, code: str | None = None) -> Me:
        """Sign in by password; programs had better use a token."""
        body = SignIn(email=email, password=password, code=code)
        return self._do(Me, "POST", "session", body=body)

    def sign_out(self) -> None:
        """Sign out again."""
        self._tell("DELETE", "session")

    def offer_second_factor(self) -> SecondFactor:
        """Begin with a second factor: a secret for an app that shows codes."""
        return self._do(SecondFactor, "POST", "me", "second-factor")

    def confirm_second_factor(self, code: str) -> None:
        """Take the offered secret into use."""
        self._tell("PUT", "me", "second-factor", body=CodeOnly(code=code))

    def list_tokens(self) -> list[TokenState]:
        """List my tokens."""
        return self._get(list[TokenState], "me", "tokens")

    def draft_token(self, name: str) -> TokenState:
        """Make a token; its secret is shown once."""
        return self._do(TokenState, "POST", "me", "tokens", body=TokenDraft(name=name))

    def remove_token(self, token: str) -> None:
        """End a token."""
        self._tell("DELETE", "me", "tokens", token)

    def list_ways(self) -> Ways:
        """List the ways of signing in that this server offers."""
        return self._get(Ways, "session", "ways")

    def list_passkeys(self) -> list[PasskeyState]:
        """List my passkeys; they are made in a browser."""
        return self._get(list[PasskeyState], "me", "passkeys")

    def rename_passkey(self, passkey: str, name: str) -> PasskeyState:
        """Give a passkey another name."""
        body = PasskeyName(name=name)
        return self._do(PasskeyState, "PATCH", "me", "passkeys", passkey, body=body)

    def remove_passkey(self, passkey: str) -> None:
        """End a passkey."""
        self._tell("DELETE", "me", "passkeys", passkey)

    def unlink_outside(self) -> None:
        """No longer sign in by the provider outside."""
        self._tell("DELETE", "me", "outside")

    def list_organisations(self) -> list[OrganisationState]:
        """List the organisations."""
        return self._get(list[OrganisationState], "organisations")

    def draft_organisation(
        self, name: str, *, kind: str, settlement: str | None = None
    ) -> OrganisationState:
        """Make an organisation."""
        body = OrganisationDraft(name=name, kind=kind, settlement=settlement)
        return self._do(OrganisationState, "POST", "organisations", body=body)

    def invite(self, email: str, *, role: str, organisation_id: str) -> Invited:
        """Invite somebody; the link is shown once."""
        body = Invite(email=email, role=role, organisation_id=organisation_id)
        return self._do(Invited, "POST", "invitations", body=body)

    def accept_invitation(self, token: str, *, name: str, password: str) -> Me:
        """Make the account that an invitation is for, and sign in."""
        body = Accept(token=token, name=name, password=password)
        return self._do(Me, "POST", "invitations", "accept", body=body)

    def list_accounts(self) -> list[AccountState]:
        """List the accounts."""
        return self._get(list[AccountState], "accounts")

    def change_account(
        self, account: str, *, role: str | None = None, is_active: bool | None = None
    ) -> AccountState:
        """Give an account another role, or end it."""
        body = AccountChange(role=role, is_active=is_active)
        return self._do(AccountState, "PATCH", "accounts", account, body=body)

    def list_audit(self, *, before: int = 0) -> Iterator[AuditState]:
        """Go through what was done, newest first."""
        while True:
            query = {"before": before, "limit": AUDIT_PAGE}
            page = self._get(list[AuditState], "audit", query=query)
            yield from page
            if len(page) < AUDIT_PAGE:
                return
            before = page[-1].id
