// Signatures that fit one kind of act of one auction, as bunyad.auction.seal.signing makes them.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { fromHex, isSame, joined, toHex, utf8 } from "./bytes";
import { type Body, canonical } from "./canonical";

const OFTEN = 4;
const WINDOW = 8;
type Point = ReturnType<typeof ed25519.Point.fromBytes>;

export function statement(kind: string, auction: string, body: Body): Uint8Array {
  const { signature: _, ...unsigned } = body;
  return joined(utf8(`bunyad auction ${kind} v1\n`), canonical({ auction, body: unsigned }));
}

export function publicKey(secret: string): string {
  return toHex(ed25519.getPublicKey(fromHex(secret)));
}

export function signBody<Content extends Body>(
  body: Content,
  kind: string,
  auction: string,
  secret: string,
): Content & { signature: string } {
  const signature = toHex(ed25519.sign(statement(kind, auction, body), fromHex(secret)));
  return { ...body, signature };
}

export function isSigned(body: Body, kind: string, auction: string, key: string): boolean {
  const { signature } = body;
  if (typeof signature !== "string" || !/^[0-9a-f]{128}$/.test(signature)) return false;
  try {
    return verify(fromHex(signature), statement(kind, auction, body), fromHex(key));
  } catch {
    return false;
  }
}

/**
 * RFC 8032, section 5.1.7, without the cofactor and with R compared as bytes.
 *
 * That is how OpenSSL does it, on which the Python side stands; with the cofactor some signatures
 * that are made to confuse would hold here and not there.
 */
function verify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const start = signature.slice(0, 32);
  const scalar = littleEndian(signature.slice(32));
  if (scalar >= order) return false;
  const challenge = littleEndian(sha512(joined(start, key, message))) % order;
  const found = Point.BASE.multiplyUnsafe(scalar).subtract(pointOf(key).multiplyUnsafe(challenge));
  return isSame(found.toBytes(), start);
}

const points = new Map<string, { point: Point; uses: number }>();

/** The point of a key; for one that is used often a table is made, which is four times as fast. */
function pointOf(key: Uint8Array): Point {
  const name = toHex(key);
  const kept = points.get(name) ?? { point: ed25519.Point.fromBytes(key, true), uses: 0 };
  points.set(name, kept);
  kept.uses += 1;
  if (kept.uses === OFTEN) kept.point.precompute(WINDOW);
  return kept.point;
}

function littleEndian(data: Uint8Array): bigint {
  return BigInt(`0x${toHex(data.slice().reverse())}`);
}
