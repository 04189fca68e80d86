import { expect, it } from "vitest";
import { countryName, languageNames } from "./names";

it("names countries and languages as the reader does", () => {
  expect(countryName("AE", "az")).toBe("Birləşmiş Ərəb Əmirlikləri");
  expect(countryName("BQ", "ru")).toBe("Бонэйр, Синт-Эстатиус и Саба");
  expect(countryName("TR", "en")).toBe("Türkiye");
  expect(languageNames(["ur", "en"], "en")).toBe("Urdu, English");
  expect(languageNames(["en"], "az")).toBe("ingilis");
  expect(countryName("??", "az")).toBe("??");
});
