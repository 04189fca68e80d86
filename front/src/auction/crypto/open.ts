// Commissioners give their shares, and k of them open what was sealed.

import { Decrypter, identityToRecipient } from "age-encryption";
import { fromBase64, fromHex, isSame, sha256Hex, toHex, utf8 } from "./bytes";
import { type Body, canonicalText, isBody, type Json, readCanonical } from "./canonical";
import type { Keys } from "./keys";
import { type Bid, bidsToOpen, type Call, type Sealed, type Shares, type State } from "./life";
import { completeShares } from "./shamir";
import { isSigned, signBody } from "./signing";

export type Entry = { bid: number; offer: Body | null; fault: string | null };

const AGE_FILE = utf8("age-encryption.org/v1\n");
const CONTENT = "auction,bidder,envelope,lots,nonce,offer,pad,signature,signing_key";
const BOUND = ["auction", "bidder", "signing_key", "lots", "envelope", "nonce"] as const;

/** An envelope counts for nothing; the message is one of the faults of the Python side. */
class Void extends Error {}

/** Signed body of a commissioner's `share_given`. */
export async function giveShares(state: State, keys: Keys, envelope: string) {
  const call = state.call as Call;
  const position = call.commissioners.findIndex((member) => member.name === keys.name);
  const named = call.commissioners[position];
  if (named?.recipient !== keys.recipient || named.signing_key !== keys.signing_key) {
    throw new TypeError("the call does not name these keys");
  }
  const shares: Shares = {};
  for (const bid of bidsToOpen(state, envelope)) {
    const sealed = bid.body.envelopes[envelope]?.shares[position];
    shares[bid.index] = sealed ? await readShare(sealed, keys.identity) : null;
  }
  const body = { commissioner: keys.name, envelope, shares };
  return signBody(body, "share_given", call.auction, keys.signing_secret);
}

async function readShare(sealed: Sealed["shares"][number], identity: string) {
  try {
    const share = await decrypt(fromBase64(sealed.age), identity);
    return sha256Hex(share) === sealed.sha256 ? toHex(share) : null;
  } catch {
    return null;
  }
}

/** What the shares given so far show of an envelope, as the `opened` event tells it. */
export async function openEnvelope(state: State, envelope: string): Promise<Entry[]> {
  const call = state.call as Call;
  const given = state.shares.get(envelope) ?? new Map<string, Shares>();
  const entries: Entry[] = [];
  for (const bid of bidsToOpen(state, envelope)) {
    const known = new Map<number, Uint8Array>();
    for (const [name, shares] of given) {
      const share = shares[bid.index];
      const place = call.commissioners.findIndex((member) => member.name === name);
      if (share) known.set(place, fromHex(share));
    }
    try {
      const offer = await openBid(call, bid, envelope, known);
      entries.push({ bid: bid.index, offer, fault: null });
    } catch (error) {
      if (!(error instanceof Void)) throw error;
      entries.push({ bid: bid.index, offer: null, fault: error.message });
    }
  }
  return entries;
}

async function openBid(
  call: Call,
  bid: Bid,
  envelope: string,
  known: Map<number, Uint8Array>,
): Promise<Body> {
  const sealed = bid.body.envelopes[envelope] as Sealed;
  if (known.size < call.threshold) throw new Void("too_few_shares");
  const secret = rebuild(sealed, call, known);
  const identity = new TextDecoder("latin1").decode(secret);
  const recipient = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/.test(identity)
    ? await identityToRecipient(identity).catch(() => null)
    : null;
  if (recipient === null) throw new Void("key_unreadable");
  if (recipient !== sealed.recipient) throw new Void("key_disagrees");
  return readContent(await readPayload(sealed, identity), call.auction, bid, envelope);
}

function rebuild(sealed: Sealed, call: Call, known: Map<number, Uint8Array>): Uint8Array {
  try {
    const found = completeShares(known, call.threshold, call.commissioners.length);
    const hashes = sealed.shares.map((share) => share.sha256);
    if (found.shares.every((share, place) => sha256Hex(share) === hashes[place])) {
      return found.secret;
    }
  } catch {
    // Shares of different lengths disagree as well.
  }
  throw new Void("shares_disagree");
}

async function readPayload(sealed: Sealed, identity: string): Promise<Uint8Array> {
  let payload: Uint8Array;
  try {
    payload = fromBase64(sealed.payload);
  } catch {
    throw new Void("payload_altered");
  }
  if (sha256Hex(payload) !== sealed.payload_sha256) throw new Void("payload_altered");
  try {
    if (isSame(payload.slice(0, AGE_FILE.length), AGE_FILE))
      return await decrypt(payload, identity);
  } catch {
    // Said below.
  }
  throw new Void("payload_unreadable");
}

function readContent(data: Uint8Array, auction: string, bid: Bid, envelope: string): Body {
  let content: Json;
  try {
    content = readCanonical(data);
  } catch {
    throw new Void("content_malformed");
  }
  if (
    !isBody(content) ||
    Object.keys(content).sort().join() !== CONTENT ||
    !isBody(content.offer) ||
    typeof content.pad !== "string" ||
    !/^ *$/.test(content.pad)
  ) {
    throw new Void("content_malformed");
  }
  const { bidder, signing_key, lots, nonce } = bid.body;
  const bound = { auction, envelope, bidder, signing_key, lots, nonce };
  for (const name of BOUND) {
    if (canonicalText(content[name] as Json) !== canonicalText(bound[name])) {
      throw new Void(`other_${name}`);
    }
  }
  const { pad: _, ...signed } = content;
  if (!isSigned(signed, "envelope", auction, signing_key)) throw new Void("bad_signature");
  return content.offer;
}

async function decrypt(data: Uint8Array, identity: string): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(data);
}
