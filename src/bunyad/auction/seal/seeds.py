"""
The seed that draws lots between equal bids: nobody knows it before the close, nobody chooses it.

Each commissioner binds himself to a seed by its hash before the deadline and shows it after the
close. One honest seed makes the whole unpredictable. The root of the log at the close is mixed
in, so that no commissioner knew what his seed would do when he chose it. Who keeps his seed back
does so before the last envelope can be opened, and is named.
"""

from __future__ import annotations

import hashlib
from typing import Any

from bunyad.auction.events import AuctionState, canonical, needs_seeds
from bunyad.auction.seal.keys import Keys
from bunyad.auction.seal.signing import sign_body


def commit_seed(auction: str, keys: Keys) -> dict[str, Any]:
    """Return the signed body of a commissioner's `tie_seed_committed` event."""
    promised = hashlib.sha256(bytes.fromhex(own_seed(auction, keys))).hexdigest()
    return _signed("tie_seed_committed", auction, keys, {"sha256": promised})


def reveal_seed(auction: str, keys: Keys) -> dict[str, Any]:
    """Return the signed body of a commissioner's `tie_seed_revealed` event."""
    return _signed("tie_seed_revealed", auction, keys, {"seed": own_seed(auction, keys)})


def own_seed(auction: str, keys: Keys) -> str:
    """
    Return a commissioner's seed for an auction, in hexadecimal.

    It comes from his signing key, so that there is nothing more to keep: Ed25519 signatures are
    the same each time and nobody else can make them.
    """
    signed = sign_body({}, kind="tie_seed", auction=auction, signing_secret=keys.signing_secret)
    return hashlib.sha256(bytes.fromhex(signed["signature"])).hexdigest()


def draw_seed(state: AuctionState, closing_root: str) -> str:
    """
    Return the seed of the draw: SHA-256 over the seeds shown and the log's root at the close.

    Empty if fewer commissioners than the threshold bound themselves: then nothing may be drawn.

    Parameters
    ----------
    state
        State at or after the last opening.
    closing_root
        Root of the log up to and with the `closed` event, in hexadecimal.
    """
    if not needs_seeds(state):
        return ""
    seeds = {
        name: state.revealed_seeds[name]
        for name in state.published.names
        if name in state.revealed_seeds
    }
    content = canonical({"auction": state.auction, "root": closing_root, "seeds": seeds})
    return hashlib.sha256(b"bunyad auction draw v1\n" + content).hexdigest()


def _signed(kind: str, auction: str, keys: Keys, body: dict[str, Any]) -> dict[str, Any]:
    return sign_body(
        {"commissioner": keys.name, **body},
        kind=kind,
        auction=auction,
        signing_secret=keys.signing_secret,
    )
