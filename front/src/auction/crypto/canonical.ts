// One text for one value, as bunyad.auction.events.canonical writes it (RFC 8785, no floats).

import { isSame, sha256Hex, utf8 } from "./bytes";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Body = { [key: string]: Json };

const DEEPEST = 64;

export class NotCanonical extends Error {}

export function canonicalText(value: Json, depth = 0): string {
  if (depth > DEEPEST) throw new NotCanonical("too many levels");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new NotCanonical("a float or too large a number");
    return Object.is(value, -0) ? "0" : String(value);
  }
  if (typeof value === "string") {
    if (!isWellFormed(value)) throw new NotCanonical("half a letter");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((part) => canonicalText(part, depth + 1)).join(",")}]`;
  }
  if (typeof value !== "object") throw new NotCanonical("no value of JSON");
  const parts = Object.keys(value)
    .sort()
    .map((key) => {
      if (/[\ud800-\udfff]/.test(key)) throw new NotCanonical("a key beyond 16 bits");
      return `${JSON.stringify(key)}:${canonicalText(value[key] as Json, depth + 1)}`;
    });
  return `{${parts.join(",")}}`;
}

export function canonical(value: Json): Uint8Array {
  return utf8(canonicalText(value));
}

export function digest(value: Json): string {
  return sha256Hex(canonical(value));
}

/** Read canonical JSON, and refuse any other way to write the same value. */
export function readCanonical(data: Uint8Array): Json {
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data));
  } catch {
    throw new NotCanonical("no JSON");
  }
  if (!isSame(canonical(value), data)) throw new NotCanonical("another form");
  return value;
}

export function isBody(value: Json | undefined): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
