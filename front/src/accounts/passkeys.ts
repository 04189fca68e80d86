// Passkeys: what the server asks for, made or shown by the browser (WebAuthn Level 3).

import { Problem, send } from "../frame/api";
import type { Me } from "../frame/session.svelte";

export interface Passkey {
  id: string;
  name: string;
  created: string;
}

export interface Ways {
  passkeys: boolean;
  outside: string | null;
  is_linked: boolean;
}

interface Offer<Options> {
  ceremony: string;
  options: Options;
}

// Whether this browser knows passkeys in the form that the server speaks.
export const knowsPasskeys = (): boolean =>
  typeof PublicKeyCredential !== "undefined" &&
  "parseCreationOptionsFromJSON" in PublicKeyCredential;

export async function makePasskey(name: string): Promise<Passkey> {
  const offer = await send<Offer<PublicKeyCredentialCreationOptionsJSON>>(
    "POST",
    "/me/passkeys/offer",
  );
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(offer.options);
  const credential = await asked(() => navigator.credentials.create({ publicKey }));
  return send<Passkey>("POST", "/me/passkeys", { ceremony: offer.ceremony, credential, name });
}

export async function signInByPasskey(): Promise<Me> {
  const offer = await send<Offer<PublicKeyCredentialRequestOptionsJSON>>(
    "POST",
    "/session/passkey/offer",
  );
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(offer.options);
  const credential = await asked(() => navigator.credentials.get({ publicKey }));
  return send<Me>("POST", "/session/passkey", { ceremony: offer.ceremony, credential });
}

// What the browser gives; it throws where the person says no or has no fitting device.
async function asked(work: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await work();
    if (credential instanceof PublicKeyCredential) return credential.toJSON();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === "InvalidStateError")
      throw new Problem(409, "passkey-known", "passkey-known", "passkey-known-mend");
  }
  throw new Problem(0, "passkey-stopped", "passkey-stopped", "passkey-stopped-mend");
}

// Go to the provider's page; the browser comes back signed in, or to the sign-in page.
export async function goOutside(body: { invitation?: string; link?: boolean }): Promise<void> {
  const page = await send<{ url: string }>("POST", "/session/outside", body);
  location.assign(page.url);
}
