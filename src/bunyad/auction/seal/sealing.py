"""Sealing: the bidder's own machine makes a bid that only k commissioners together can read."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyrage
from pyrage import x25519

from bunyad.auction.events import AuctionState, Call, canonical
from bunyad.auction.seal.keys import Keys
from bunyad.auction.seal.shamir import split_secret
from bunyad.auction.seal.signing import sign_body
from bunyad.errors import InputError

NONCE_BYTES = 32
PAD_TO = 1024
"""Contents are filled up to a multiple of so many bytes, so that lengths tell no digits."""


def seal_bid(
    state: AuctionState,
    keys: Keys,
    *,
    lots: Sequence[str],
    offers: Mapping[str, Mapping[str, Any]],
    replaces: int | None = None,
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> dict[str, Any]:
    """
    Seal a bid to the commission of a call.

    Parameters
    ----------
    state
        State of the auction, folded from its public events.
    keys
        The bidder's own.
    lots
        Ids of the lots that are bid for.
    offers
        What is offered, by envelope; JSON values without floats.
    replaces
        Index of the bidder's bid that this one replaces.
    random_bytes
        Source of nonce and shares; the age files take the system's randomness in any case.

    Returns
    -------
    dict
        Body of the `bid` event.

    Raises
    ------
    InputError
        If the envelopes are not those of the call, or an offer has no canonical form.
    """
    if state.call is None or set(offers) != set(state.call.opening):
        asked = "no call yet" if state.call is None else ", ".join(state.call.envelopes)
        raise InputError(
            f"the envelopes are {', '.join(sorted(offers)) or 'none'}",
            where="bid",
            mend=f"give one offer for each of: {asked}",
        )
    bound = {
        "auction": state.auction,
        "bidder": keys.name,
        "signing_key": keys.signing_key,
        "lots": list(lots),
        "nonce": random_bytes(NONCE_BYTES).hex(),
    }
    envelopes = {
        name: _seal_envelope(
            pad_content(
                sign_body(
                    {**bound, "envelope": name, "offer": offers[name]},
                    kind="envelope",
                    auction=state.auction,
                    signing_secret=keys.signing_secret,
                )
            ),
            state.call,
            random_bytes,
        )
        for name in state.call.envelopes
    }
    body = {key: bound[key] for key in ("bidder", "signing_key", "lots", "nonce")}
    return sign_body(
        {**body, "replaces": replaces, "envelopes": envelopes},
        kind="bid",
        auction=state.auction,
        signing_secret=keys.signing_secret,
    )


def withdraw_bid(auction: str, keys: Keys, bid: int) -> dict[str, Any]:
    """Return the signed body of the `withdrawn` event."""
    return sign_body(
        {"bidder": keys.name, "bid": bid},
        kind="withdrawn",
        auction=auction,
        signing_secret=keys.signing_secret,
    )


def pad_content(content: Mapping[str, Any]) -> bytes:
    """Return the canonical text with a field of spaces that hides its length."""
    length = len(canonical({**content, "pad": ""}))
    return canonical({**content, "pad": " " * (-length % PAD_TO)})


def _seal_envelope(
    content: bytes, call: Call, random_bytes: Callable[[int], bytes]
) -> dict[str, Any]:
    """Encrypt a content to a key of its own, and a share of that key to each commissioner."""
    identity = x25519.Identity.generate()
    payload = pyrage.encrypt(content, [identity.to_public()])
    shares = split_secret(
        str(identity).encode("ascii"),
        threshold=call.threshold,
        shares=len(call.commissioners),
        random_bytes=random_bytes,
    )
    return {
        "recipient": str(identity.to_public()),
        "payload": _text(payload),
        "payload_sha256": hashlib.sha256(payload).hexdigest(),
        "shares": [
            {
                "age": _text(
                    pyrage.encrypt(share, [x25519.Recipient.from_str(member["recipient"])])
                ),
                "sha256": hashlib.sha256(share).hexdigest(),
            }
            for share, member in zip(shares, call.commissioners, strict=True)
        ],
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
