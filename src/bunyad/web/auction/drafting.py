"""The agency's acts before the deadline: draft, invite the commission, publish, amend, cancel."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from bunyad.auction.rules.model import Rules
from bunyad.auction.seal import public_key
from bunyad.errors import Fault, InputError
from bunyad.store.auctions import Act, server_secret, start_auction
from bunyad.store.auctions.models import Auction, Commissioner
from bunyad.store.models import Account
from bunyad.web.auction.bodies import (
    Amendment,
    AuctionDraft,
    AuctionState,
    Cancellation,
    CommissionerKeys,
    CommissionerState,
    InvitedCommissioner,
    Publication,
)
from bunyad.web.auction.finding import Seen, as_agency, as_commission, body_of, do, see_auction
from bunyad.web.auction.telling import commission_rows, tell_auction, tell_commission
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.plans.rights import find_plan
from bunyad.web.problems import Problem
from bunyad.web.rights import Role
from bunyad.web.services import record


def draft_auction(call: Call[Nothing, AuctionDraft]) -> AuctionState:
    """Draft an auction; only its agency and the commission that it invites see it."""
    draft = call.body
    check_rules(draft.rules)
    if draft.plan is not None:
        with call.services.database.read() as session:
            find_plan(session, call.person, draft.plan)
    row = Auction(organisation_id=call.person.organisation_id, plan_id=draft.plan)
    body = {"title": draft.title, "rules": draft.rules, "lots": draft.lots}
    added = start_auction(
        call.services.database, row, Act(kind="drafted", actor="agency", body=body),
        clock=call.services.clock,
        also=lambda session, event: record(
            session, call.person, "auction.drafted", event.auction, title=draft.title
        ),
    )  # fmt: skip
    call.path["auction"] = added.event.auction
    return auction_now(call)


def amend_auction(call: Call[Nothing, Amendment]) -> AuctionState:
    """Change a draft, or a call before its deadline; rules stay once there is a bid."""
    seen = as_agency(call)
    if call.body.rules is not None:
        check_rules(call.body.rules)
    do(call, seen, "amended", "agency", body_of(call.body))
    return auction_now(call)


def list_commissioners(call: Call[Nothing, Nothing]) -> list[CommissionerState]:
    """List the commission, with the public halves of its keys."""
    seen = see_auction(call)
    with call.services.database.read() as session:
        return tell_commission(session, call.person, seen.row.id)


def invite_commissioner(call: Call[Nothing, InvitedCommissioner]) -> list[CommissionerState]:
    """Invite an account of the role commission to open the bids with others."""
    seen = as_agency(call)
    _refuse_published(seen)
    with call.services.database.begin() as session:
        account = session.scalars(
            select(Account).where(
                Account.email == call.body.email.lower(),
                Account.role == Role.COMMISSION,
                Account.is_active,
            )
        ).one_or_none()
        if account is None:
            raise Problem(
                422, "wrong-input", "No account of the commission has this address.",
                mend="Have it invited to this server with the role commission first.",
            )  # fmt: skip
        name = call.body.name or account.name
        known = commission_rows(session, seen.row.id)
        if any(one.account_id == account.id or one.name == name for one in known):
            raise Problem(
                409, "is-there", "The commission has this account or this name already.",
                mend="Give another name, or invite somebody else.",
            )  # fmt: skip
        session.add(Commissioner(auction_id=seen.row.id, account_id=account.id, name=name))
        record(session, call.person, "auction.invite", seen.row.id, commissioner=name)
        session.flush()
        return tell_commission(session, call.person, seen.row.id)


def remove_commissioner(call: Call[Nothing, Nothing]) -> None:
    """Take back an invitation before the call is published."""
    seen = as_agency(call)
    _refuse_published(seen)
    with call.services.database.begin() as session:
        for one in commission_rows(session, seen.row.id):
            if one.name == call.path["commissioner"]:
                session.delete(one)
                record(session, call.person, "auction.uninvite", seen.row.id, commissioner=one.name)


def give_keys(call: Call[Nothing, CommissionerKeys]) -> list[CommissionerState]:
    """Take the public halves of a commissioner's keys; the secret ones never come here."""
    seen = as_commission(call)
    _refuse_published(seen)
    with call.services.database.begin() as session:
        known = commission_rows(session, seen.row.id)
        own = next(one for one in known if one.account_id == call.person.id)
        own.recipient, own.signing_key = call.body.recipient, call.body.signing_key
        record(session, call.person, "auction.keys", seen.row.id, commissioner=own.name)
        session.flush()
        return tell_commission(session, call.person, seen.row.id)


def publish_auction(call: Call[Nothing, Publication]) -> AuctionState:
    """Publish the call with the commission that was invited and gave its keys."""
    seen = as_agency(call)
    with call.services.database.read() as session:
        members = commission_rows(session, seen.row.id)
        server_key = public_key(server_secret(session))
    silent = [one.name for one in members if one.recipient is None or one.signing_key is None]
    if silent:
        raise Problem(
            422, "wrong-input", f"Keys are missing of {', '.join(silent)}.",
            mend="Wait for their keys, or take back their invitations.",
        )  # fmt: skip
    envelopes = {one.name for one in check_rules(dict(seen.state.rules)).bids.envelopes}
    if set(call.body.opening) != envelopes:
        raise InputError(
            f"opening times are of {', '.join(sorted(call.body.opening)) or 'nothing'}",
            where="body.opening",
            mend=f"give one for each envelope of the rules: {', '.join(sorted(envelopes))}",
        )
    commissioners = [
        {"name": one.name, "recipient": one.recipient, "signing_key": one.signing_key}
        for one in members
    ]
    body = {**body_of(call.body), "commissioners": commissioners, "server_key": server_key}
    do(call, seen, "published", "agency", body)
    return auction_now(call)


def cancel_auction(call: Call[Nothing, Cancellation]) -> AuctionState:
    """End an auction without awards; what is sealed stays sealed."""
    do(call, as_agency(call), "cancelled", "agency", body_of(call.body))
    return auction_now(call)


def check_rules(rules: dict[str, Any]) -> Rules:
    """
    Return the rules of a document.

    Raises
    ------
    InputError
        With every fault, each with its field.
    """
    try:
        return Rules.model_validate(rules)
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=f"rules.{'.'.join(str(part) for part in fault['loc'])}",
                what=fault["msg"],
                mend="see the reference of rules",
            )
            for fault in error.errors(include_url=False, include_input=False)
        ) from None


def _refuse_published(seen: Seen) -> None:
    if seen.state.call is not None or seen.state.stage != "drafted":
        raise Problem(
            409, "published", "The commission of a published auction stays.",
            mend="Cancel the auction and draft another.",
        )  # fmt: skip


def auction_now(call: Call[Any, Any]) -> AuctionState:
    """Return the auction of a request as it is now."""
    seen = see_auction(call)
    with call.services.database.read() as session:
        return tell_auction(session, call, seen)
