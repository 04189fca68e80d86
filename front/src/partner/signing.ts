// Signatures under agreements, as bunyad.partner.ventures.signing makes them.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, joined, toHex, utf8 } from "../auction/crypto/bytes";
import { canonical, type Json } from "../auction/crypto/canonical";

export interface Signed {
  party: string;
  version: number;
  terms_sha256: string;
  signature: string;
}

/** The SHA-256 of terms, of their canonical text. */
export const termsHash = (terms: Json): string => toHex(sha256(canonical(terms)));

export function signVersion(
  venture: string,
  version: number,
  terms: Json,
  party: string,
  secret: string,
): Signed {
  const content = { venture, version, terms_sha256: termsHash(terms), party };
  const statement = joined(utf8("bunyad partner agreement v1\n"), canonical(content));
  const signature = toHex(ed25519.sign(statement, fromHex(secret)));
  return { party, version, terms_sha256: content.terms_sha256, signature };
}
