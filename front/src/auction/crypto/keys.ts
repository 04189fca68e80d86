// Keys of a bidder or commissioner: an age identity and an Ed25519 key, made in the browser.

import { ed25519 } from "@noble/curves/ed25519.js";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { fromHex, sha256Hex, toHex } from "./bytes";
import { isBody, type Json } from "./canonical";
import type { Member } from "./life";
import { publicKey, signBody } from "./signing";

/** As `secret.json` keeps them, with the public halves. */
export type Keys = Member & { identity: string; signing_secret: string };

export async function makeKeys(name: string): Promise<Keys> {
  const secret = toHex(ed25519.utils.randomSecretKey());
  return readKeys({ name, identity: await generateX25519Identity(), signing_secret: secret });
}

/** Keys from the content of `secret.json`. */
export async function readKeys(content: Json): Promise<Keys> {
  const { name, identity, signing_secret } = isBody(content) ? content : {};
  if (
    typeof name !== "string" ||
    typeof identity !== "string" ||
    typeof signing_secret !== "string"
  ) {
    throw new TypeError("these are no keys");
  }
  const signing_key = publicKey(signing_secret);
  return {
    name,
    identity,
    signing_secret,
    signing_key,
    recipient: await identityToRecipient(identity),
  };
}

/** What `secret.json` holds. */
export function secretPart({ name, identity, signing_secret }: Keys) {
  return { name, identity, signing_secret };
}

/** What the others may know. */
export function publicPart({ name, recipient, signing_key }: Keys): Member {
  return { name, recipient, signing_key };
}

/** Body of `tie_seed_committed`. */
export function commitSeed(auction: string, keys: Keys) {
  const body = { commissioner: keys.name, sha256: sha256Hex(fromHex(ownSeed(auction, keys))) };
  return signBody(body, "tie_seed_committed", auction, keys.signing_secret);
}

/** Body of `tie_seed_revealed`. */
export function revealSeed(auction: string, keys: Keys) {
  const body = { commissioner: keys.name, seed: ownSeed(auction, keys) };
  return signBody(body, "tie_seed_revealed", auction, keys.signing_secret);
}

function ownSeed(auction: string, keys: Keys): string {
  const { signature } = signBody({}, "tie_seed", auction, keys.signing_secret);
  return sha256Hex(fromHex(signature));
}
