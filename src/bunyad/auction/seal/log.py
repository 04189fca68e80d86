"""The append-only log of an auction's events, with signed tree heads and receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bunyad.auction.events import AuctionState, Event, apply, read_canonical, read_event
from bunyad.auction.seal.merkle import MerkleTree, leaf_hash
from bunyad.auction.seal.receipts import make_receipt
from bunyad.auction.seal.signing import admit, sign_body


class LogStore(Protocol):
    """
    Where leaves are kept, in order, for ever.

    `append` either keeps the leaf at that index for good or raises; it raises if the index is
    taken, so that of two servers only one appends.
    """

    def append(self, index: int, leaf: bytes) -> None:
        """Keep a leaf at the next index."""
        ...

    def leaves(self) -> Sequence[bytes]:
        """Return all leaves, in order."""
        ...


@dataclass
class MemoryStore:
    """A store for tests and for one run."""

    kept: list[bytes] = field(default_factory=list)

    def append(self, index: int, leaf: bytes) -> None:
        """Keep a leaf at the next index."""
        if index != len(self.kept):
            raise ValueError(f"the next index is {len(self.kept)}, not {index}")
        self.kept.append(leaf)

    def leaves(self) -> Sequence[bytes]:
        """Return all leaves, in order."""
        return tuple(self.kept)


class AuctionLog:
    """
    The log of one auction, as its server holds it.

    Parameters
    ----------
    auction
        Id of the auction.
    store
        Where its leaves are kept; what it holds already is folded.
    signing_secret
        The server's Ed25519 key, in hexadecimal.
    """

    def __init__(self, auction: str, *, store: LogStore, signing_secret: str) -> None:
        self.auction = auction
        self.state: AuctionState | None = None
        self.events: list[Event] = []
        self.heads: list[dict[str, Any]] = []
        self._store, self._secret, self._tree = store, signing_secret, MerkleTree()
        for leaf in store.leaves():
            self._take(read_event(read_canonical(leaf)), leaf)

    def append(self, kind: str, actor: str, body: dict[str, Any], *, now: str) -> dict[str, Any]:
        """
        Append an event if it may follow, and return the signed head of the log with it.

        Raises
        ------
        InputError
            As `admit`; nothing is kept then.
        """
        event = Event(
            auction=self.auction,
            index=len(self.events),
            kind=kind,
            time=now,
            actor=actor,
            body=body,
        )
        admit(self.state, event, now)
        leaf = event.leaf()
        self._store.append(event.index, leaf)
        self._take(event, leaf)
        return self.sign_head(now)

    def sign_head(self, now: str) -> dict[str, Any]:
        """Return the signed head of the log as it is, and keep it for the record."""
        head = make_head(self.auction, self._tree, time=now, signing_secret=self._secret)
        self.heads.append(head)
        return head

    def receipt(self, index: int) -> dict[str, Any]:
        """Return the signed receipt of an event under the last head."""
        return make_receipt(self.events[index], self._tree, self.heads[-1], self._secret)

    def root(self, size: int | None = None) -> str:
        """Return the root of the first events, of all by default, in hexadecimal."""
        return self._tree.root(size).hex()

    def consistency(self, old: int, size: int | None = None) -> list[str]:
        """Return the proof that the log only grew since it had `old` events."""
        return [step.hex() for step in self._tree.consistency_proof(old, size)]

    def _take(self, event: Event, leaf: bytes) -> None:
        self._tree.append(leaf_hash(leaf))
        self.events.append(event)
        self.state = apply(self.state, event)


def make_head(auction: str, tree: MerkleTree, *, time: str, signing_secret: str) -> dict[str, Any]:
    """Return the signed head of a tree: auction, size, root, time, signature."""
    return sign_body(
        {"auction": auction, "size": len(tree), "root": tree.root().hex(), "time": time},
        kind="tree_head",
        auction=auction,
        signing_secret=signing_secret,
    )
