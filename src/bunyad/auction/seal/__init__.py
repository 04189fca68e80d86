"""
Seal: bids that nobody can open early, in a log that nobody can change unseen.

In the order of an auction's life:

keys      an age identity and an Ed25519 key for each commissioner and bidder
signing   signatures that fit one kind of act of one auction; `admit` asks for them
shamir    k of n shares of a secret
sealing   the bidder's machine seals a bid to the commission, or takes it back
merkle    hashes, roots and proofs of the log's tree
log       the append-only log and its signed tree heads
receipts  what a server signs, and how anyone holds it to that
seeds     the seed that draws lots between equal bids
opening   commissioners give shares, k of them open the bids
record    the public record, one file
replay    opened offers as the clearing takes them, and its result as JSON values
verify    the replay of a record; findings: what it says
"""

from __future__ import annotations

from bunyad.auction.seal.findings import CHECKS, Check, Verification
from bunyad.auction.seal.keys import Keys, make_keys, public_key, read_keys
from bunyad.auction.seal.log import AuctionLog, LogStore, MemoryStore, make_head
from bunyad.auction.seal.merkle import (
    MerkleTree,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
)
from bunyad.auction.seal.opening import FAULTS, give_shares, open_envelope, opened_bids
from bunyad.auction.seal.receipts import check_growth, check_head, check_receipt, make_receipt
from bunyad.auction.seal.record import UNTIL_OPENING, make_record, read_call, read_state
from bunyad.auction.seal.replay import clear_opened
from bunyad.auction.seal.sealing import seal_bid, withdraw_bid
from bunyad.auction.seal.seeds import commit_seed, draw_seed, reveal_seed
from bunyad.auction.seal.signing import admit, is_signed, sign_body
from bunyad.auction.seal.verify import verify_record

__all__ = [
    "CHECKS",
    "FAULTS",
    "UNTIL_OPENING",
    "AuctionLog",
    "Check",
    "Keys",
    "LogStore",
    "MemoryStore",
    "MerkleTree",
    "Verification",
    "admit",
    "check_growth",
    "check_head",
    "check_receipt",
    "clear_opened",
    "commit_seed",
    "draw_seed",
    "give_shares",
    "is_consistent",
    "is_included",
    "is_signed",
    "leaf_hash",
    "make_head",
    "make_keys",
    "make_receipt",
    "make_record",
    "node_hash",
    "open_envelope",
    "opened_bids",
    "public_key",
    "read_call",
    "read_keys",
    "read_state",
    "reveal_seed",
    "seal_bid",
    "sign_body",
    "verify_record",
    "withdraw_bid",
]
