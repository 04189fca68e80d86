"""
Opening: commissioners give their shares, and k of them open what was sealed.

Whatever a bidder did wrong, everybody finds the same fault: once k shares that match their
published hashes rebuild the polynomial, all n are computed again and held against the hashes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any

import pyrage
from pyrage import DecryptError, IdentityError, x25519

from bunyad.auction.events import (
    AuctionState,
    LoggedBid,
    bids_to_open,
    read_canonical,
    valid_bids,
)
from bunyad.auction.seal.keys import Keys
from bunyad.auction.seal.shamir import complete_shares
from bunyad.auction.seal.signing import is_signed, sign_body
from bunyad.errors import InputError

IDENTITY = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}", re.ASCII)
AGE_FILE = b"age-encryption.org/v1\n"
"""First line of an age file (C2SP age specification); armour is not taken."""

FAULTS = {
    "too_few_shares": "fewer shares could be read than it takes",
    "shares_disagree": "the shares of its key do not belong together",
    "key_unreadable": "its shares make no key",
    "key_disagrees": "its shares make another key than the one named",
    "payload_altered": "its payload is not the one whose hash was given",
    "payload_unreadable": "its payload cannot be decrypted",
    "content_malformed": "its content is not written as it has to be",
    "other_auction": "its content is of another auction",
    "other_bidder": "its content is of another bidder",
    "other_signing_key": "its content is signed with another key",
    "other_lots": "its content is for other lots",
    "other_envelope": "its content is of another envelope",
    "other_nonce": "its content was sealed for another bid",
    "bad_signature": "its content is not signed by the bidder",
}
"""Why an envelope counts for nothing, in plain words."""

CONTENT = {
    "auction", "bidder", "signing_key", "lots", "nonce", "envelope", "offer", "pad", "signature",
}  # fmt: skip


def give_shares(state: AuctionState, keys: Keys, envelope: str) -> dict[str, Any]:
    """
    Return the signed body of a commissioner's `share_given` event.

    Raises
    ------
    InputError
        If the keys are not those of a commissioner, or there is no such envelope.
    """
    call = state.published
    if envelope not in call.opening:
        raise InputError(
            f"there is no envelope {envelope!r}",
            where="open",
            mend=f"give one of {', '.join(call.envelopes)}",
        )
    if keys.public() not in [dict(member) for member in call.commissioners]:
        raise InputError(
            f"the call does not name {keys.name} with these keys",
            where="open",
            mend="give the keys whose public half was sent to the agency",
        )
    position = call.position(keys.name)
    identity = x25519.Identity.from_str(keys.identity)
    shares = {
        str(bid.index): _read_share(bid.body["envelopes"][envelope]["shares"][position], identity)
        for bid in bids_to_open(state, envelope)
    }
    return sign_body(
        {"commissioner": keys.name, "envelope": envelope, "shares": shares},
        kind="share_given",
        auction=state.auction,
        signing_secret=keys.signing_secret,
    )


def _read_share(sealed: Mapping[str, str], identity: x25519.Identity) -> str | None:
    """Return a share in hexadecimal, or None if it is not what its hash says."""
    try:
        share = pyrage.decrypt(base64.b64decode(sealed["age"], validate=True), [identity])
    except (DecryptError, binascii.Error):
        return None
    return share.hex() if hashlib.sha256(share).hexdigest() == sealed["sha256"] else None


def open_envelope(state: AuctionState, envelope: str) -> dict[str, Any]:
    """
    Return the body of the `opened` event: what the shares given so far show.

    The same state gives the same body on every machine.
    """
    given = state.shares.get(envelope, {})
    entries: list[dict[str, Any]] = []
    for bid in bids_to_open(state, envelope):
        known = {
            state.published.position(name): bytes.fromhex(shares[str(bid.index)])
            for name, shares in given.items()
            if shares[str(bid.index)] is not None
        }
        try:
            offer = _open_bid(state, bid, envelope, known)
            entries.append({"bid": bid.index, "offer": offer, "fault": None})
        except _VoidError as void:
            entries.append({"bid": bid.index, "offer": None, "fault": str(void)})
    return {"envelope": envelope, "bids": entries}


class _VoidError(Exception):
    """An envelope counts for nothing; the text is one of `FAULTS`."""


def _open_bid(
    state: AuctionState, bid: LoggedBid, envelope: str, known: Mapping[int, bytes]
) -> dict[str, Any]:
    """Return the offer of a bid."""
    sealed, call = bid.body["envelopes"][envelope], state.published
    if len(known) < call.threshold:
        raise _VoidError("too_few_shares")
    try:
        secret, shares = complete_shares(
            known, threshold=call.threshold, shares=len(call.commissioners)
        )
    except ValueError:
        raise _VoidError("shares_disagree") from None
    hashes = [hashlib.sha256(share).hexdigest() for share in shares]
    if hashes != [share["sha256"] for share in sealed["shares"]]:
        raise _VoidError("shares_disagree")
    content = _decrypt(sealed, _read_identity(secret))
    return _read_content(content, state.auction, bid, envelope)


def _read_identity(secret: bytes) -> x25519.Identity:
    """Return the identity that shares make, if they make one in its one form."""
    try:
        text = secret.decode("ascii")
        if IDENTITY.fullmatch(text):
            return x25519.Identity.from_str(text)
    except (UnicodeDecodeError, IdentityError):
        pass
    raise _VoidError("key_unreadable")


def _decrypt(sealed: Mapping[str, Any], identity: x25519.Identity) -> bytes:
    """Return the content of a payload."""
    if str(identity.to_public()) != sealed["recipient"]:
        raise _VoidError("key_disagrees")
    try:
        payload = base64.b64decode(sealed["payload"], validate=True)
    except binascii.Error:
        raise _VoidError("payload_altered") from None
    if hashlib.sha256(payload).hexdigest() != sealed["payload_sha256"]:
        raise _VoidError("payload_altered")
    try:
        if payload.startswith(AGE_FILE):
            return bytes(pyrage.decrypt(payload, [identity]))
    except DecryptError:
        pass
    raise _VoidError("payload_unreadable")


def _read_content(data: bytes, auction: str, bid: LoggedBid, envelope: str) -> dict[str, Any]:
    """Return the offer in a content, if the content is this bid's."""
    try:
        content = read_canonical(data)
    except InputError:
        raise _VoidError("content_malformed") from None
    if not _is_content(content):
        raise _VoidError("content_malformed")
    bound = {
        "auction": auction,
        "envelope": envelope,
        **{name: bid.body[name] for name in ("bidder", "signing_key", "lots", "nonce")},
    }
    for name in ("auction", "bidder", "signing_key", "lots", "envelope", "nonce"):
        if content[name] != bound[name]:
            raise _VoidError(f"other_{name}")
    signed = {name: value for name, value in content.items() if name != "pad"}
    if not is_signed(signed, kind="envelope", auction=auction, signing_key=bid.body["signing_key"]):
        raise _VoidError("bad_signature")
    return dict(content["offer"])


def _is_content(content: Any) -> bool:
    """Tell whether a value has the form of an envelope's content."""
    return (
        isinstance(content, dict)
        and set(content) == CONTENT
        and isinstance(content["offer"], dict)
        and isinstance(content["pad"], str)
        and not content["pad"].strip(" ")
    )


def opened_bids(state: AuctionState) -> tuple[dict[str, Any], ...]:
    """
    Return the bids that take part in the clearing, in the order of the log.

    Each is `{"bid": index, "bidder", "lots", "time", "qualified", "offers": {envelope: offer}}`;
    `qualified` is None where nobody said whether the bidder is fit.
    """
    return tuple(
        {
            "bid": index,
            "bidder": state.bids[index].bidder,
            "lots": list(state.bids[index].body["lots"]),
            "time": state.bids[index].time,
            "qualified": state.qualified.get(state.bids[index].bidder),
            "offers": {
                name: state.opened[name][index]["offer"] for name in state.published.envelopes
            },
        }
        for index in valid_bids(state)
    )
