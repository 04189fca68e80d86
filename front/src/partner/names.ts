// Names of countries and languages in the reader's language.

import countryTable from "../../../src/bunyad/partner/organisations/data/countries.csv?raw";
import languageTable from "../../../src/bunyad/partner/organisations/data/languages.csv?raw";

// Browsers know few names in Azerbaijani: the directory's own tables come first.
const COUNTRIES = readTable(countryTable);
const TONGUES = readTable(languageTable);

type Table = Map<string, Record<string, string>>;

function readTable(text: string): Table {
  const [head = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.match(/"[^"]*"|[^,]+/g) ?? []);
  const named = (cells: string[]) =>
    Object.fromEntries(head.map((name, at) => [name, cells[at]?.replaceAll('"', "") ?? ""]));
  return new Map(rows.map((cells) => [cells[0] ?? "", named(cells)]));
}

function named(type: "region" | "language", table: Table, code: string, language: string): string {
  const own = table.get(code)?.[language];
  if (own) return own;
  try {
    return new Intl.DisplayNames([language, "en"], { type }).of(code) ?? code;
  } catch {
    return code;
  }
}

export const countryName = (code: string, language: string): string =>
  named("region", COUNTRIES, code, language);

export const languageNames = (codes: string[], language: string): string =>
  codes.map((code) => named("language", TONGUES, code, language)).join(", ");
