"""The Merkle tree of RFC 6962, section 2.1 (the same in RFC 9162): hashes, roots and proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of a zero byte and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 of a one byte and its children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """
    A tree that only grows; whole subtrees are kept, so that roots and proofs take log n hashes.

    Examples
    --------
    >>> tree = MerkleTree()
    >>> tree.root().hex()[:8]
    'e3b0c442'
    """

    def __init__(self, leaf_hashes: Sequence[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for found in leaf_hashes:
            self.append(found)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, found: bytes) -> None:
        """Add the hash of one more leaf."""
        level = 0
        self._levels[0].append(found)
        while len(self._levels[level]) % 2 == 0:
            if len(self._levels) == level + 1:
                self._levels.append([])
            self._levels[level + 1].append(node_hash(*self._levels[level][-2:]))
            level += 1

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf."""
        return self._levels[0][index]

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first leaves, of all by default."""
        size = len(self) if size is None else size
        return self._span(0, size) if size else hashlib.sha256(b"").digest()

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """
        Return the hashes that lead from a leaf to the root of the first `size` leaves.

        PATH(m, D[n]) of RFC 6962, section 2.1.1.
        """
        size = len(self) if size is None else size
        if not 0 <= index < size <= len(self):
            raise ValueError(f"there is no leaf {index} among {size} of {len(self)}")
        path, low, high = [], 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low = middle
        return path[::-1]

    def consistency_proof(self, old: int, size: int | None = None) -> list[bytes]:
        """
        Return the hashes that show that the first `old` leaves are unchanged in a larger tree.

        PROOF(m, D[n]) of RFC 6962, section 2.1.2; empty if `old` is 0 or all.
        """
        size = len(self) if size is None else size
        if not 0 <= old <= size <= len(self):
            raise ValueError(f"{old} leaves are not the beginning of {size} of {len(self)}")
        if old in (0, size):
            return []
        path, low, high, is_whole = [], 0, size, True
        while old != high:
            middle = low + _split(high - low)
            if old <= middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low, is_whole = middle, False
        return ([] if is_whole else [self._span(low, high)]) + path[::-1]

    def _span(self, low: int, high: int) -> bytes:
        """Return the hash of the subtree over some leaves, as the tree is cut by the RFC."""
        size = high - low
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self._levels[level][low >> level]
        middle = low + _split(size)
        return node_hash(self._span(low, middle), self._span(middle, high))


def _split(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def is_included(
    found: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether a proof leads from a leaf's hash to a root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last = index, size - 1
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            here, last = _to_right_edge(here, last)
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    *, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that a tree begins with another (RFC 9162, section 2.1.4.2)."""
    if not 0 < old_size < size:
        empty = hashlib.sha256(b"").digest()
        is_same = old_root == (root if old_size == size else empty)
        return not proof and is_same and old_size in (0, size)
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    here, last = old_size - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = steps[0] if steps else b""
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            before, after = node_hash(step, before), node_hash(step, after)
            here, last = _to_right_edge(here, last)
        else:
            after = node_hash(after, step)
        here, last = here >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def _to_right_edge(here: int, last: int) -> tuple[int, int]:
    """Return the positions some levels higher, where the first is a right child or the leftmost."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last
