import { describe, expect, it } from "vitest";
import { signVersion, termsHash } from "./signing";

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
