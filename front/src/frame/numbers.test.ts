import { describe, expect, it } from "vitest";
import { compareValues, shortDecimals, writeMoment, writeNumber } from "./numbers";

describe("numbers", () => {
  it("are written with the marks of each language", () => {
    expect(writeNumber(12345.6, "en", 1)).toBe("12,345.6");
    expect(writeNumber(12345.6, "az", 1)).toBe("12.345,6");
    expect(writeNumber(12345.6, "ru", 1)).toBe("12\u00a0345,6");
  });

  it("show a minus only where something is left of it", () => {
    expect(writeNumber(-0.04, "en", 1)).toBe("0.0");
    expect(writeNumber(-1200, "en")).toBe("−1,200");
    expect(writeNumber(null, "en")).toBe("–");
  });

  it("keep three significant digits", () => {
    expect([0, 0.1234, 1.234, 12.34, 123.4].map(shortDecimals)).toEqual([0, 3, 2, 1, 0]);
  });
});

describe("Azerbaijani", () => {
  it("is sorted by its own alphabet", () => {
    const names = [
      "Şuşa",
      "Xocalı",
      "Zəngilan",
      "Ağdam",
      "Əsgəran",
      "Çaylı",
      "Cəbrayıl",
      "İsa",
      "Irmaq",
      "Eldar",
    ];
    expect([...names].sort((a, b) => compareValues(a, b, "az"))).toEqual([
      "Ağdam",
      "Cəbrayıl",
      "Çaylı",
      "Eldar",
      "Əsgəran",
      "Xocalı",
      "Irmaq",
      "İsa",
      "Şuşa",
      "Zəngilan",
    ]);
  });

  it("names months itself", () => {
    expect(writeMoment("2026-11-22T03:04:00", "az")).toBe("22 noy 2026, 03:04");
  });
});

it("sorts numbers before words, and numbers by size", () => {
  const values = ["b", 10, 9, "a"];
  expect([...values].sort((a, b) => compareValues(a, b, "en"))).toEqual([9, 10, "a", "b"]);
});
