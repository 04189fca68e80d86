"""Requests about accounts."""

from __future__ import annotations

from bunyad.web.accounts import managing, signing_in
from bunyad.web.accounts.bodies import (
    Accept,
    AccountChange,
    AccountState,
    AuditQuery,
    AuditState,
    CodeOnly,
    Invite,
    Invited,
    Me,
    OrganisationDraft,
    OrganisationState,
    SecondFactor,
    SignIn,
    TokenDraft,
    TokenState,
)
from bunyad.web.endpoint import Endpoint
from bunyad.web.rights import ADMINS, ANYBODY, SIGNED_IN

TAGS = ("accounts",)
ENDPOINTS = (
    Endpoint(name="get_me", method="GET", path="/me", may=ANYBODY, tags=TAGS,
             title="Who I am", act=signing_in.get_me, answer=Me),
    Endpoint(name="sign_in", method="POST", path="/session", may=ANYBODY, tags=TAGS,
             title="Sign in", act=signing_in.sign_in, body=SignIn, answer=Me),
    Endpoint(name="sign_out", method="DELETE", path="/session", may=ANYBODY, tags=TAGS,
             title="Sign out", act=signing_in.sign_out),
    Endpoint(name="offer_second_factor", method="POST", path="/me/second-factor", may=SIGNED_IN,
             tags=TAGS, title="Begin with a second factor", act=signing_in.offer_second_factor,
             answer=SecondFactor),
    Endpoint(name="confirm_second_factor", method="PUT", path="/me/second-factor", may=SIGNED_IN,
             tags=TAGS, title="Take a second factor into use",
             act=signing_in.confirm_second_factor, body=CodeOnly),
    Endpoint(name="list_tokens", method="GET", path="/me/tokens", may=SIGNED_IN, tags=TAGS,
             title="My tokens", act=managing.list_tokens, answer=list[TokenState]),
    Endpoint(name="draft_token", method="POST", path="/me/tokens", may=SIGNED_IN, tags=TAGS,
             title="Make a token", act=managing.draft_token, body=TokenDraft, answer=TokenState,
             status=201),
    Endpoint(name="remove_token", method="DELETE", path="/me/tokens/{token}", may=SIGNED_IN,
             tags=TAGS, title="End a token", act=managing.remove_token),
    Endpoint(name="list_organisations", method="GET", path="/organisations", may=ADMINS,
             tags=TAGS, title="Organisations", act=managing.list_organisations,
             answer=list[OrganisationState]),
    Endpoint(name="draft_organisation", method="POST", path="/organisations", may=ADMINS,
             tags=TAGS, title="Make an organisation", act=managing.draft_organisation,
             body=OrganisationDraft, answer=OrganisationState, status=201),
    Endpoint(name="invite", method="POST", path="/invitations", may=ADMINS, tags=TAGS,
             title="Invite somebody", act=managing.invite, body=Invite, answer=Invited,
             status=201),
    Endpoint(name="accept_invitation", method="POST", path="/invitations/accept", may=ANYBODY,
             tags=TAGS, title="Make an invited account", act=managing.accept_invitation,
             body=Accept, answer=Me),
    Endpoint(name="list_accounts", method="GET", path="/accounts", may=ADMINS, tags=TAGS,
             title="Accounts", act=managing.list_accounts, answer=list[AccountState]),
    Endpoint(name="change_account", method="PATCH", path="/accounts/{account}", may=ADMINS,
             tags=TAGS, title="Change an account", act=managing.change_account,
             body=AccountChange, answer=AccountState),
    Endpoint(name="list_audit", method="GET", path="/audit", may=ADMINS, tags=TAGS,
             title="What was done", act=managing.list_audit, query=AuditQuery,
             answer=list[AuditState]),
)  # fmt: skip
