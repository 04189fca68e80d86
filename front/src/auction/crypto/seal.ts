// The bidder's own machine seals a bid that only k commissioners together can read.

import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { sha256Hex, toBase64, toHex, utf8 } from "./bytes";
import { type Body, canonical } from "./canonical";
import type { Keys } from "./keys";
import { type BidBody, type Call, envelopes, type Sealed } from "./life";
import { splitSecret } from "./shamir";
import { signBody } from "./signing";

const NONCE_BYTES = 32;
const PAD_TO = 1024;

export type Offers = { [envelope: string]: Body };

export async function sealBid(
  call: Call,
  keys: Keys,
  bid: { lots: string[]; offers: Offers; replaces?: number | null },
): Promise<BidBody> {
  const names = envelopes(call);
  if (Object.keys(bid.offers).sort().join() !== [...names].sort().join()) {
    throw new RangeError(`offers are asked for ${names.join(", ")}`);
  }
  const bound = {
    bidder: keys.name,
    signing_key: keys.signing_key,
    lots: bid.lots,
    nonce: toHex(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))),
  };
  const sealed: { [name: string]: Sealed } = {};
  for (const envelope of names) {
    const content = {
      ...bound,
      auction: call.auction,
      envelope,
      offer: bid.offers[envelope] as Body,
    };
    const signed = signBody(content, "envelope", call.auction, keys.signing_secret);
    sealed[envelope] = await sealEnvelope(padContent(signed), call);
  }
  const body = { ...bound, replaces: bid.replaces ?? null, envelopes: sealed };
  return signBody(body, "bid", call.auction, keys.signing_secret);
}

export function withdrawBid(auction: string, keys: Keys, bid: number) {
  return signBody({ bidder: keys.name, bid }, "withdrawn", auction, keys.signing_secret);
}

/** Fill a content up with spaces, so that its length tells no digits. */
export function padContent(content: Body): Uint8Array {
  const { length } = canonical({ ...content, pad: "" });
  const missing = (PAD_TO - (length % PAD_TO)) % PAD_TO;
  return canonical({ ...content, pad: " ".repeat(missing) });
}

async function sealEnvelope(content: Uint8Array, call: Call): Promise<Sealed> {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const payload = await encrypt(content, recipient);
  const parts = splitSecret(utf8(identity), call.threshold, call.commissioners.length);
  const shares = await Promise.all(
    parts.map(async (share, place) => ({
      age: toBase64(await encrypt(share, call.commissioners[place]?.recipient as string)),
      sha256: sha256Hex(share),
    })),
  );
  return { recipient, payload: toBase64(payload), payload_sha256: sha256Hex(payload), shares };
}

export async function encrypt(data: Uint8Array, recipient: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(data);
}
