// Keys that were made or shown here: kept in this page's memory and nowhere else.

import type { Json } from "../crypto/canonical";
import type { Keys } from "../crypto/keys";
import { readLoose } from "../files";

class Keyring {
  keys = $state.raw<Keys | null>(null);

  async make(name: string): Promise<Keys> {
    const { makeKeys } = await import("../crypto/keys");
    this.keys = await makeKeys(name);
    return this.keys;
  }

  /** Take the keys of a file; throws where it holds none. */
  async take(file: File): Promise<Keys> {
    const { readKeys } = await import("../crypto/keys");
    this.keys = await readKeys(readLoose(await file.text()) as Json);
    return this.keys;
  }

  forget(): void {
    this.keys = null;
  }
}

export const keyring = new Keyring();
