"""The tree of RFC 6962."""

from __future__ import annotations

import hashlib

import pymerkle
import pytest

from bunyad.auction.seal import MerkleTree, is_consistent, is_included, leaf_hash, node_hash

INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Leaves and roots of the tests of Google's certificate-transparency, by size from 1."""
MOST = 33


def tree_of(size: int) -> MerkleTree:
    return MerkleTree([leaf_hash(bytes([at])) for at in range(size)])


def slow_root(leaves: list[bytes]) -> bytes:
    """MTH(D[n]) as section 2.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(slow_root(leaves[:half]), slow_root(leaves[half:]))


def slow_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) as section 2.1.1 defines it."""
    if len(leaves) == 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return [*slow_path(index, leaves[:half]), slow_root(leaves[half:])]
    return [*slow_path(index - half, leaves[half:]), slow_root(leaves[:half])]


def slow_subproof(old: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) as section 2.1.2 defines it."""
    if old == len(leaves):
        return [] if whole else [slow_root(leaves)]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if old <= half:
        return [*slow_subproof(old, leaves[:half], whole=whole), slow_root(leaves[half:])]
    return [*slow_subproof(old - half, leaves[half:], whole=False), slow_root(leaves[:half])]


def test_roots_are_the_published_ones() -> None:
    tree = MerkleTree()
    for leaf, root in zip(INPUTS, ROOTS, strict=True):
        tree.append(leaf_hash(leaf))
        assert tree.root().hex() == root


def test_roots_and_proofs_are_those_of_the_definitions() -> None:
    tree, leaves = tree_of(MOST), [bytes([at]) for at in range(MOST)]
    for size in range(MOST + 1):
        assert tree.root(size) == slow_root(leaves[:size])
        for index in range(size):
            assert tree.inclusion_proof(index, size) == slow_path(index, leaves[:size])
        for old in range(1, size):
            proof = slow_subproof(old, leaves[:size], whole=True)
            assert tree.consistency_proof(old, size) == proof


def test_roots_are_those_of_another_program() -> None:
    peer, tree = pymerkle.InmemoryTree(algorithm="sha256"), MerkleTree()
    for at in range(100):
        peer.append_entry(b"event %d" % at)
        tree.append(leaf_hash(b"event %d" % at))
        assert peer.get_root() == tree.root()


def test_every_proof_of_inclusion_holds_and_no_other() -> None:
    tree = tree_of(MOST)
    for size in range(1, MOST + 1):
        root = tree.root(size)
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            for other in range(size + 1):
                holds = is_included(
                    tree.leaf(index), index=other, size=size, proof=proof, root=root
                )
                assert holds == (other == index)
            assert not is_included(
                tree.leaf(index), index=index, size=size, proof=[*proof, root], root=root
            )
            assert not proof or not is_included(
                tree.leaf(index), index=index, size=size, proof=proof[:-1], root=root
            )


def test_every_proof_of_consistency_holds_and_no_other() -> None:
    tree = tree_of(MOST)
    for size in range(MOST + 1):
        for old in range(size + 1):
            proof = tree.consistency_proof(old, size)
            said = {"old_size": old, "old_root": tree.root(old), "size": size,
                    "root": tree.root(size)}  # fmt: skip
            assert is_consistent(**said, proof=proof)
            assert not is_consistent(**said, proof=[*proof, tree.root()])
            if proof:
                assert not is_consistent(**said, proof=proof[:-1])
                assert not is_consistent(**said, proof=[])
            for at in range(len(proof)):
                false = [*proof[:at], b"\x00" * 32, *proof[at + 1 :]]
                assert not is_consistent(**said, proof=false)
            if old:
                assert not is_consistent(**{**said, "old_root": b"\x00" * 32}, proof=proof)


def test_a_larger_tree_is_not_the_beginning_of_a_smaller() -> None:
    tree = tree_of(5)
    assert not is_consistent(old_size=5, old_root=tree.root(), size=4, root=tree.root(4), proof=[])


def test_proofs_of_what_is_not_there_are_refused() -> None:
    tree = tree_of(5)
    for index, size in ((5, 5), (0, 6), (-1, 5)):
        with pytest.raises(ValueError, match="there is no leaf"):
            tree.inclusion_proof(index, size)
    with pytest.raises(ValueError, match="not the beginning"):
        tree.consistency_proof(5, 4)
