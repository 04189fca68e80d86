// The Merkle tree of RFC 6962, section 2.1.

import { sha256 } from "@noble/hashes/sha2.js";
import { isSame, joined } from "./bytes";

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(joined(Uint8Array.of(0), leaf));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(joined(Uint8Array.of(1), left, right));
}

/** A tree that only grows; whole subtrees are kept, so that a root takes log n hashes. */
export class MerkleTree {
  private levels: Uint8Array[][] = [[]];

  get size(): number {
    return this.levels[0]?.length ?? 0;
  }

  append(leaf: Uint8Array): void {
    let level = 0;
    let hashes = this.levels[0] as Uint8Array[];
    hashes.push(leaf);
    while (hashes.length % 2 === 0) {
      const [left, right] = hashes.slice(-2) as [Uint8Array, Uint8Array];
      level += 1;
      this.levels[level] ??= [];
      hashes = this.levels[level] as Uint8Array[];
      hashes.push(nodeHash(left, right));
    }
  }

  leaf(index: number): Uint8Array | undefined {
    return this.levels[0]?.[index];
  }

  root(size = this.size): Uint8Array {
    return size === 0 ? sha256(new Uint8Array()) : this.span(0, size);
  }

  private span(low: number, high: number): Uint8Array {
    const size = high - low;
    const level = Math.floor(Math.log2(size));
    const half = 2 ** level;
    if (half === size) return this.levels[level]?.[low / half] as Uint8Array;
    return nodeHash(this.span(low, low + half), this.span(low + half, high));
  }
}

/** Whether a proof leads from a leaf's hash to a root (RFC 9162, section 2.1.3.2). */
export function isIncluded(
  leaf: Uint8Array,
  at: { index: number; size: number },
  proof: Uint8Array[],
  root: Uint8Array,
): boolean {
  let [here, last, found] = [at.index, at.size - 1, leaf];
  if (here < 0 || here > last) return false;
  for (const step of proof) {
    if (last === 0) return false;
    if (here % 2 === 1 || here === last) {
      found = nodeHash(step, found);
      while (here !== 0 && here % 2 === 0) [here, last] = [here / 2, Math.floor(last / 2)];
    } else {
      found = nodeHash(found, step);
    }
    [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
  }
  return last === 0 && isSame(found, root);
}
