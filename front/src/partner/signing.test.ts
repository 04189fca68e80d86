import { describe, expect, it } from "vitest";
import {
  certificateId,
  issueCertificate,
  secretIn,
  signRevocations,
  signVersion,
  termsHash,
} from "./signing";

// As bunyad.partner.ventures.sign_version made them.
const TERMS = {
  title: "Ağalı sayğacları",
  form: "memorandum",
  country: "AZ",
  field: "2651",
  project: null,
  parties: [{ organisation: "a", share: "1/3" }],
};
const SIGNED = {
  party: "a",
  version: 2,
  terms_sha256: "1d8f96239c0523182cfc92c36cf771f6450734d707e68b617d3a8490425c05a2",
  signature:
    "3fd7155e94954041c30f9bc2932d27e21b00eeca292091192ebdee0ac34ebefbc505f147c541bbfb50de458a818d2954fbee151adf33fd30d99001f28d959d07",
};

describe("a signature under an agreement", () => {
  it("is the one that Python makes", () => {
    expect(termsHash(TERMS)).toBe(SIGNED.terms_sha256);
    expect(signVersion("v", 2, TERMS, "a", "a1".repeat(32))).toEqual(SIGNED);
  });
});

// As bunyad.partner.courses.issue_certificate and sign_revocations made them.
const CERTIFICATE = {
  id: "2027-1",
  holder: "Aygün",
  course: "Coding",
  lessons: 34,
  issuer: "School of Ağalı",
  issued: "2027-05-31",
};
const KEY = "a09aa5f47a6759802ff955f8dc2d2a14a5c99d23be97f864127ff9383455a4f0";
const SIGNATURE =
  "de7b4e9c508232b099a38007da44e95fe17ca6e0ecd55d3a88e32c48c6ac3feabeb3062965f7eff9babf5cea785c402972ac361ed90f9a9549ecf47e866c8303";
const TAKEN_BACK =
  "3159a638a988ac497cbd5c053585185cf92bd42978c2b673aa3fa8e99fc4400254d29a3cc8ce5cce79f150cb641e2ddbc84ce10b18debf72dd758f7d87b21505";

describe("a certificate", () => {
  it("is the one that Python issues, and so is the list of those taken back", () => {
    const secret = "22".repeat(32);
    const text = issueCertificate(CERTIFICATE, secret);
    expect(JSON.parse(text)).toEqual({ ...CERTIFICATE, key: KEY, signature: SIGNATURE });
    expect(text.startsWith('{"course":"Coding","holder":"Aygün","id":"2027-1"')).toBe(true);
    expect(signRevocations(["b", "a", "b"], "2027-06-01", secret)).toEqual({
      revoked: ["a", "b"],
      as_of: "2027-06-01",
      key: KEY,
      signature: TAKEN_BACK,
    });
  });

  it("has a number of its own", () => {
    const { id: _, ...said } = CERTIFICATE;
    expect(certificateId(said)).toMatch(/^[0-9a-f]{16}$/);
    expect(certificateId(said)).not.toBe(certificateId({ ...said, holder: "Rəşad" }));
  });

  it("takes a key from either file", () => {
    expect(secretIn({ secret: KEY })).toBe(KEY);
    expect(secretIn({ name: "x", signing_secret: KEY })).toBe(KEY);
    expect([null, [], { secret: "short" }, { secret: 3 }].map((one) => secretIn(one))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
