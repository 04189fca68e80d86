// Signatures of the chapter, as bunyad.partner.signing makes them: each says what it is.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, joined, toHex, utf8 } from "../auction/crypto/bytes";
import { canonical, canonicalText, type Json } from "../auction/crypto/canonical";
import { publicKey } from "../auction/crypto/signing";

export interface Signed {
  party: string;
  version: number;
  terms_sha256: string;
  signature: string;
}

/** What a certificate says before it is signed. */
export interface Certificate {
  id: string;
  holder: string;
  course: string;
  lessons: number;
  issuer: string;
  issued: string;
}

const HEX_KEY = /^[0-9a-f]{64}$/;
const ID_LETTERS = 16;

function sign(kind: string, content: Json, secret: string): string {
  const statement = joined(utf8(`bunyad partner ${kind} v1\n`), canonical(content));
  return toHex(ed25519.sign(statement, fromHex(secret)));
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
  const signature = sign("agreement", content, secret);
  return { party, version, terms_sha256: content.terms_sha256, signature };
}

/** One line of JSON, as the code on the paper holds it. */
export function issueCertificate(content: Certificate, secret: string): string {
  const signed = { ...content, key: publicKey(secret) };
  return canonicalText({ ...signed, signature: sign("certificate", signed, secret) });
}

/** A number that the same certificate always has, and another one never. */
export const certificateId = (content: Omit<Certificate, "id">): string =>
  toHex(sha256(canonical({ ...content }))).slice(0, ID_LETTERS);

/** The issuer's signed list of certificates that were taken back. */
export function signRevocations(ids: string[], day: string, secret: string): Json {
  const signed = { revoked: [...new Set(ids)].sort(), as_of: day, key: publicKey(secret) };
  return { ...signed, signature: sign("revocations", signed, secret) };
}

/** A new key for certificates, as `bunyad partner courses key` writes it. */
export const makeSecret = (): string => toHex(ed25519.utils.randomSecretKey());

/** The signing key in a file of `courses key`, or in a `secret.json`; null where there is none. */
export function secretIn(content: Json): string | null {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return null;
  const found = content.secret ?? content.signing_secret;
  return typeof found === "string" && HEX_KEY.test(found) ? found : null;
}
