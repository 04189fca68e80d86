// Files that people drop on a page or keep.

import type { Json } from "./crypto/canonical";

export type { Json };

/** JSON in any form; null where it is none. */
export function readLoose(text: string | undefined): Json {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** Bytes as people read their size. */
export const kilobytes = (bytes: number) => Math.max(1, Math.round(bytes / 1000));
